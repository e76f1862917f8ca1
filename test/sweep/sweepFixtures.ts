import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expandSweep } from "../../lib/sweep/expandSweep";
import { checkSweep } from "../../lib/sweep/sweepFile";
import type { SweepJob } from "../../lib/sweep/sweepJob";

// Of the process: the tests of several files share this module, and so the folder.
export const folder = mkdtempSync(join(tmpdir(), "bars-sweeps-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

export const chain = {
  name: "bars",
  stage: "search+train",
  search: { preset: "smoke", overrides: { epochs: 4 } },
  train: { overrides: { epochs: 2, data: { dataset: "synthetic" } } },
  seeds: [0, 1],
  budgets: [2e5, 4e5],
};
export const baseline = {
  name: "r20",
  stage: "baseline",
  baseline: { family: "resnet20", width: 0.25 },
  seeds: [3],
};

export const evolution = {
  name: "e",
  stage: "evolution",
  evolution: {
    ...{ population: 4, evaluations: 8, preset: "smoke" },
    train: { preset: "smoke", overrides: { epochs: 1 } },
  },
  budgets: [4e5],
};

export const file = (runs: readonly object[], more: object = {}) => ({
  kind: "bars.sweep",
  schema: 1,
  name: "test",
  ...more,
  runs,
});
export const expand = (runs: readonly object[], more: object = {}): SweepJob[] =>
  expandSweep(checkSweep(file(runs, more), "sweep.json", folder));
