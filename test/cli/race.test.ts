import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rewriteRecord } from "../helpers/rewriteRecord";
import { barsHere } from "../helpers/shell";
import { temporaryFolder } from "../helpers/tinySearch";

const folder = temporaryFolder();
process.env["BARS_BACKEND"] = "wasm";
const bars = barsHere(folder);
const json = (path: string) => JSON.parse(readFileSync(join(folder, path), "utf8"));

const data = { dataset: "synthetic", trainImages: 40, testImages: 20 };
const racing = {
  band: { atLeast: 0, atMost: 4e5 },
  space: { initChannels: 2, cellLayout: [0, 1], steps: 1, widthChoices: [0.5, 1] },
  proposals: { random: 8, generation: 2 },
  rungs: { networks: 9, steps: 2, lossSteps: 1, keep: [2], epochs: [1] },
  train: { data, batchSize: 8, epochs: 1, validationShare: 0.2, evaluation: { recalibrationBatches: 1 } },
};
writeFileSync(join(folder, "race.json"), JSON.stringify(racing));
const args = ["race", "--config", "race.json", "--workers", "0", "--out", "runs/r"];

describe("bars race", () => {
  it("finds a winner that bars train and bars cost take from its folder, and alphas that bars derive takes", async () => {
    const { out, err, code } = await bars(...args);
    expect(err).not.toContain("error");
    expect(code).toBe(0);
    const record = json("runs/r/record.json");
    expect(record).toMatchObject({ status: "finished", config: { seed: 0, rungs: { networks: 9 } } });
    expect(json("runs/r/genotype.json")).toEqual(record.networks[record.winner].genotype);
    expect(out).toMatch(/networks +9 networks in \d+ draws \(8 random, 1 mutation\)/);
    expect(out).toMatch(/rung 2 +2\/2 to epoch 1, best \d+\.\d % of held-out images \(network \d\)/);
    expect((await bars(...args)).code).toBe(0);
    expect(json("runs/r/record.json")).toEqual(record);
    expect((await bars("cost", "runs/r")).out).toMatch(/\nstem\.conv /);
    const derived = await bars("derive", "runs/r");
    expect(derived.err).toBe("");
    expect(derived.out).toMatch(/\nruns\/r\/genotype-budget\.json /);
    await bars("derive", "runs/r", "--rule", "budget", "--out", "plain.json", "--option", "prune=true");
    expect(json("runs/r/genotype-budget.json")).toEqual(json("plain.json"));
    expect(derived.out).toMatch(
      /alphas fitted to the scores of 9 networks of a race; cross-validated Kendall's tau/,
    );
    const trained = await bars(
      "train",
      "runs/r",
      "--preset",
      "smoke",
      "--config",
      "train.json",
      "--out",
      "runs/t",
    );
    expect(trained.err).not.toContain("error:");
    const origin = { method: "race", recordHash: record.configHash };
    expect(json("runs/t/record.json").model.origin).toMatchObject(origin);
  });

  it("says where a race stands, also of one that nobody works on, and refuses a folder without one", async () => {
    const status = await bars("race", "--status", "runs/r");
    expect(status.out).toContain("race      finished");
    rewriteRecord(join(folder, "runs/r/record.json"), (record) => ({ ...record, status: "running" }));
    expect((await bars("race", "--status", "runs/r")).out).toContain(
      "race      interrupted: no process works on it: it was killed; start it again to go on",
    );
    const none = await bars("race", "--status", "runs");
    expect(none.code).toBe(2);
    expect(none.err).toContain(
      "error: runs: expected a folder with a record of a race, found no record.json in it.",
    );
  });

  it("refuses what it cannot do, with exit code 2", async () => {
    const wide = await bars(
      "race",
      "--config",
      "race.json",
      "--set",
      "band.atLeast=1e12",
      "--set",
      "band.atMost=2e12",
    );
    expect(wide.code).toBe(2);
    expect(wide.err).toMatch(
      /no network of the space costs 1000000000000 to 2000000000000 bops; the cheapest costs \d+/,
    );
    const preset = await bars("race", "huge");
    expect(preset.err).toContain('unknown preset "huge". Known presets: smoke, laptop, paper.');
    const own = await bars("race", "--own", "none.json");
    expect(own.err).toContain("--own none.json: could not be read");
  });
});
writeFileSync(join(folder, "train.json"), JSON.stringify({ data, batchSize: 8, epochs: 1 }));
