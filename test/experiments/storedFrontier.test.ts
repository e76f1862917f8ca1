import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { deriveInputOf } from "../../lib/derive/alphasAt";
import { derive } from "../../lib/derive/derive";
import { comparableRuns, type FoundRecord } from "../../lib/experiments/frontierRuns";
import { loadTrainRecords } from "../../lib/experiments/loadTrainRecords";
import { frontier } from "../../lib/frontier/frontier";
import { readSearchRecord } from "../../lib/run/searchRecordFile";
import { modelCost } from "../../lib/train/modelCost";
import { trainHash } from "../../lib/train/train";
import { projectFolder } from "../../lib/util/projectFolder";

const folder = join(projectFolder(), "data", "records", "frontier");
const found: FoundRecord[] = loadTrainRecords("data/records/frontier");
const searches = readdirSync(join(folder, "searches")).map((name) =>
  readSearchRecord(join(folder, "searches", name)),
);

describe("the stored frontier", () => {
  it("is one recipe on all of CIFAR-10, finished, tested on both sets of test images", () => {
    const { runs, leftOut } = comparableRuns(found, { which: "all", checkpoint: "last" });
    expect(leftOut).toEqual([]);
    expect(() => frontier(runs, { measure: "bops" })).not.toThrow();
    for (const { record } of found) {
      expect(record.data).toMatchObject({ name: "CIFAR-10", trainImages: 50_000 });
      expect(record.tests.map(({ which, images }) => [which, images])).toEqual([
        ["all", 10_000],
        ["exact", 9_980],
      ]);
    }
  });

  it("holds settings, models and costs as this version counts them", () => {
    for (const { record } of found) {
      expect(trainHash(record.config, record.model)).toBe(record.configHash);
      const { bops, flops, ops } = record.cost;
      expect(modelCost(record.model, record.config.binarization)).toMatchObject({ bops, flops, ops });
    }
  });

  it("holds derived architectures that deriving the stored searches gives again", () => {
    const derived = found.filter(({ record }) => record.model.name.startsWith("bars-"));
    expect(derived.length).toBeGreaterThan(0);
    for (const { record } of derived) {
      if (record.model.kind !== "genotype") throw new Error(`${record.model.name} is no genotype`);
      const recordHash = record.model.origin?.recordHash;
      const search = searches.find(({ configHash }) => configHash === recordHash);
      if (!search) throw new Error(`${record.model.name}: its search is not stored`);
      const { genotype } = derive(deriveInputOf(search), { rule: "argmax" });
      expect(record.model.genotype).toEqual(genotype);
    }
  });
});
