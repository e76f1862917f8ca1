import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { comparedArms, comparedRows, fixedComparison } from "../../lib/experiments/fixedComparison";
import { armRuns } from "../../lib/frontier/comparedArm";
import { frontier } from "../../lib/frontier/frontier";

const stored = "data/records/frontier";
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bars-fixed-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (from: string, name: string) => copyFileSync(join(stored, from), join(folder, name));

describe("fixedComparison", () => {
  it("sorts records by band and arm", () => {
    put("bars-6M-s0.json", "A-race-0-winner-s100.json");
    put("bars-6M-s1.json", "A-race-0-winner-s101.json");
    put("bars-12M-s0.json", "A-random-race-2-winner-s100.json");
    put("random-3M-s0.json", "A-draw-00-s100.json");
    put("random-3M-s1.json", "A-draw-01-s100.json");
    put("resnet20-025-s0.json", "A-hand-made-s100.json");
    put("resnet20-025-s1.json", "A-hand-made-s100-24epochs.json");
    put("bars-6M-s0.json", "A-earlier-s100.json");
    put("random-7.5M-s0.json", "B-draw-11-s100.json");
    put("bars-3M-s0.json", "A-differentiable-1-winner-s100.json");
    copyFileSync("data/records/repairs/all-seed0.json", join(folder, "A-differentiable-1.json"));
    const bands = fixedComparison(folder);
    expect(Object.keys(bands)).toEqual(["A", "B"]);
    const names = (points: readonly { name: string; seed: number }[] = []) =>
      points.map(({ name, seed }) => `${name} ${seed}`);
    const { A, B } = bands;
    expect(names(A?.chosen["race"]?.[0])).toEqual(["bars-6M 0", "bars-6M 1"]);
    expect(names(A?.chosen["random-race"]?.[2])).toEqual(["bars-12M 0"]);
    expect(names(A?.draws)).toEqual(["random-3M 0", "random-3M 1"]);
    expect(names(A?.given["hand-made"])).toEqual(["resnet20-025 0"]);
    expect(names(A?.given["earlier"])).toEqual(["bars-6M 0"]);
    expect(Object.keys(A?.longer ?? {})).toEqual(["A-hand-made-s100-24epochs"]);
    expect(names(B?.draws)).toEqual(["random-7.5M 0"]);
    expect(A?.races).toEqual({});
    expect(Object.keys(A?.searches ?? {})).toEqual(["differentiable-1"]);
    expect(A?.searches["differentiable-1"]?.config.cost.method).toBe("multiplier");
    expect(names(A?.chosen["differentiable"]?.[1])).toEqual(["bars-3M 0"]);
    const rows = comparedRows(A as NonNullable<typeof A>);
    expect(rows.map(({ arm, runs }) => `${arm}: ${runs}`)).toEqual([
      "race, seed 0: 2",
      "differentiable, seed 1: 1",
      "random-race, seed 2: 1",
      "random draws, one training each: 2",
      "earlier: 1",
      "hand-made: 1",
    ]);
    const arms = comparedArms(A as NonNullable<typeof A>);
    expect(arms.map(({ role }) => role)).toEqual(["chosen", "other", "other", "draws", "other", "reference"]);
    const [first, second] = A?.draws ?? [];
    const least = Math.min(first?.bops ?? 0, second?.bops ?? 0);
    expect(rows[3]?.bops[0]).toBe(least);
    expect(rows[3]?.accuracy).toBeCloseTo(((first?.accuracy ?? 0) + (second?.accuracy ?? 0)) / 2, 12);
    expect([rows[2]?.sd, rows[3]?.sd !== null]).toEqual([null, true]);
  });

  it("gives the runs of a frontier: an arm a model, a draw a model, what two arms share once", () => {
    put("bars-6M-s0.json", "A-race-0-winner-s100.json");
    put("bars-6M-s1.json", "A-race-0-winner-s101.json");
    put("random-3M-s0.json", "A-draw-00-s100.json");
    put("random-3M-s1.json", "A-draw-01-s100.json");
    put("bars-6M-s0.json", "A-earlier-s100.json");
    const { A } = fixedComparison(folder);
    const runs = armRuns(comparedArms(A as NonNullable<typeof A>));
    const { rows } = frontier(runs, { measure: "bops" });
    expect(rows.map(({ method, seeds }) => `${method}: ${seeds.length}`).sort()).toEqual([
      "race: 2",
      "random draws: 1",
      "random draws: 1",
    ]);
    expect(rows.find(({ method }) => method === "race")?.name).toBe("race, seed 0");
  });

  it("is empty before the first run, and refuses other files and what is not finished", () => {
    expect(fixedComparison(join(folder, "none"))).toEqual({});
    put("bars-6M-s0.json", "notes.json");
    expect(() => fixedComparison(folder)).toThrow(
      `${join(folder, "notes.json")}: expected the name of a race or a training of the comparison, e.g. A-race-0.json or A-draw-03-s100.json; move other files elsewhere.`,
    );
    rmSync(join(folder, "notes.json"));
    const record = JSON.parse(readFileSync(join(stored, "bars-6M-s0.json"), "utf8"));
    const cut = { ...record, status: "interrupted", tests: [], epochs: record.epochs.slice(0, 3) };
    writeFileSync(join(folder, "A-draw-00-s100.json"), JSON.stringify(cut));
    expect(() => fixedComparison(folder)).toThrow(
      "expected a finished training, this one is interrupted; a comparison counts whole trainings only.",
    );
  });
});
