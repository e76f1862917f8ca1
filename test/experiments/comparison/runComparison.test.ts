import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ComparisonSize } from "../../../lib/experiments/comparison/comparisonPresets";
import { comparisons, comparisonVariants } from "../../../lib/experiments/comparison/comparisonVariants";
import { matchedVariants, runComparison, sizeOf } from "../../../lib/experiments/comparison/runComparison";
import { readTable } from "../../../lib/records/tableFile";
import { validateGenotype } from "../../../lib/space/validateGenotype";
import { InterruptedError } from "../../../lib/util/errors";
import { temporaryFolder } from "../../helpers/tinySearch";

const root = temporaryFolder();
const fake = join(__dirname, "fakeTraining.cjs");
const size: ComparisonSize = {
  about: "made up",
  bops: 1.1e6,
  tolerance: 0.25,
  seeds: [0, 1],
  train: { preset: "smoke", overrides: { epochs: 1, validationShare: 0 } },
};
let runs = 0;

/** A comparison of layouts whose trainings are pretended, in a folder of its own. */
function pretended(only: readonly string[]) {
  const directory = join(root, `comparison${runs++}`);
  const trace = `${directory}.trace`;
  writeFileSync(trace, "");
  const run = (accuracies: Readonly<Record<string, readonly number[]>>, more: object = {}) => {
    process.env["FAKE_ACCURACIES"] = JSON.stringify(accuracies);
    process.env["FAKE_TRACE"] = trace;
    return runComparison("layout", {
      directory,
      size,
      only,
      jobs: 2,
      command: (at) => ({ command: process.execPath, args: [fake, at] }),
      ...more,
    });
  };
  const trained = () => readFileSync(trace, "utf8").split("\n").filter(Boolean).sort();
  return { directory, run, trained };
}

describe("runComparison", () => {
  it("trains every variant with every seed once, and makes the table of them", async () => {
    const { directory, run, trained } = pretended(["reductions-1"]);
    const accuracies = { reference: [0.3, 0.32], "reductions-1": [0.25, 0.29] };
    const events: string[] = [];
    const table = await run(accuracies, {
      onEvent: (event: { type: string }, total: number) => events.push(`${event.type} of ${total}`),
    });
    expect(trained()).toEqual(["reductions-1 0", "reductions-1 1", "reference 0", "reference 1"]);
    expect(events.filter((event) => event === "finished of 4")).toHaveLength(4);
    expect(table.rows.map(({ variant, seeds, accuracy }) => [variant, seeds, accuracy])).toEqual([
      ["reference", 2, expect.closeTo(0.31, 12)],
      ["reductions-1", 2, expect.closeTo(0.27, 12)],
    ]);
    expect(readTable(join(directory, "table.json"))).toEqual(table);
    // Again: nothing is left to train.
    expect(await run(accuracies)).toEqual(table);
    expect(trained()).toHaveLength(4);
  });

  it("writes a sweep of genotypes that are what was trained", async () => {
    const { directory, run } = pretended([]);
    await run({ reference: [0.3, 0.3] });
    const sweep = JSON.parse(readFileSync(join(directory, "sweep.json"), "utf8"));
    expect(sweep).toMatchObject({ kind: "bars.sweep", name: "layout", common: { seeds: [0, 1] } });
    expect(sweep.runs.map(({ genotype }: { genotype: string }) => genotype)).toEqual([
      "genotypes/reference.json",
    ]);
    const stored = JSON.parse(readFileSync(join(directory, "genotypes/reference.json"), "utf8"));
    const [variant] = matchedVariants("layout", size, []);
    expect(validateGenotype(stored, "stored")).toEqual(variant?.genotype);
  });

  it("names the runs that failed, and trains them again when asked to", async () => {
    const { run, trained } = pretended(["width-1-1-1"]);
    await expect(run({ reference: [0.3, 0.32] })).rejects.toThrow(
      /^layout comparison: 2 of 4 runs failed:\n {2}width-1-1-1-s0: .*width-1-1-1 went wrong \(pretended\)[\s\S]*\n {2}width-1-1-1-s1: .*[\s\S]*\nMend the cause and run again with retry\.$/,
    );
    const table = await run({ "width-1-1-1": [0.2, 0.2] }, { retry: true });
    expect(table.rows).toHaveLength(2);
    expect(trained().filter((line) => line.startsWith("reference"))).toHaveLength(2);
  });

  it("says how much is left when it is stopped", async () => {
    const { run } = pretended(["width-1-1-1"]);
    const stopped = run({}, { signal: AbortSignal.abort() });
    await expect(stopped).rejects.toThrow(InterruptedError);
    await expect(stopped).rejects.toThrow(
      "layout comparison: stopped with 4 of 4 runs left; everything is saved. Run it again to go on.",
    );
  });

  it("names what it knows where it is asked for something else", async () => {
    const options = { directory: root, size };
    await expect(runComparison("widths" as "layout", options)).rejects.toThrow(
      'runComparison: comparison must be one of layout, topology, got "widths".',
    );
    await expect(runComparison("layout", { ...options, only: ["postprocess"] })).rejects.toThrow(
      /^runComparison: unknown variant "postprocess" of the layout comparison\. Known variants: reference, depth-1-1-1, /,
    );
    expect(() => sizeOf("huge" as "small")).toThrow(
      'runComparison: unknown preset "huge". Known presets: smoke, tiny, small, laptop, paper.',
    );
    await expect(runComparison("layout", { ...options, size: { ...size, tolerance: 1e-9 } })).rejects.toThrow(
      /^layout comparison, reference: expected a network within 0 % of 1100000 BOPs, the nearest of this shape has \d+/,
    );
  });

  it("changes one thing of the reference in every variant", () => {
    for (const comparison of comparisons) {
      const [reference, ...others] = comparisonVariants[comparison];
      expect(new Set(comparisonVariants[comparison].map(({ name }) => name)).size).toBe(others.length + 1);
      for (const { shape, name } of others) {
        expect(shape, name).not.toEqual(reference?.shape);
        expect(reference?.shape.space, name).toMatchObject({
          process: "preprocess",
          cellShortcut: "avg_pool",
        });
      }
    }
  });
});
