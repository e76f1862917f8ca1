import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { trainConfig } from "../../lib/config/trainConfig";
import { recipeHash, runPointOf } from "../../lib/experiments/frontierRuns";
import { trainSummaryText } from "../../lib/experiments/trainSummaryText";
import { recalibrationText, searchRecalibration, trainRecalibration } from "../../lib/records/recalibration";
import { readSearchRecord } from "../../lib/records/searchRecordFile";
import { readTrainRecord } from "../../lib/records/trainRecordFile";
import { tinySearch } from "../helpers/tinySearch";

const records = join(__dirname, "../../data/records");
const jsonIn = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => join(folder, name));

describe("what recalibrated means in a record", () => {
  it("is told by its schema, and is nothing where no batches were asked for", () => {
    const of = (schema: 2 | 3 | 4, recalibrationBatches: number) =>
      searchRecalibration({ schema, config: tinySearch({ diagnostics: { recalibrationBatches } }) });
    expect([of(2, 8), of(3, 8), of(4, 8), of(2, 0), of(4, 0)]).toEqual([
      "batch_means",
      "plain",
      "augmented",
      "none",
      "none",
    ]);
    const training = (schema: 1 | 2 | 3, recalibrationBatches: number) =>
      trainRecalibration({ schema, config: trainConfig({ evaluation: { recalibrationBatches } }) });
    expect([training(1, 50), training(2, 50), training(3, 50), training(3, 0)]).toEqual([
      "augmented",
      "plain",
      "augmented",
      "none",
    ]);
    expect((["augmented", "none", "plain", "batch_means"] as const).map(recalibrationText)).toEqual([
      "",
      "",
      " on images as they are",
      " by means over batches",
    ]);
  });

  it("is the old one in the stored searches and trainings, which read on as they are", () => {
    for (const path of [...jsonIn(records), ...jsonIn(join(records, "frontier/searches"))].filter(
      (path) => !/race-[^/]*$/.test(path),
    )) {
      const record = readSearchRecord(path);
      const { schema } = JSON.parse(readFileSync(path, "utf8"));
      expect([record.schema, searchRecalibration(record)], path).toEqual([schema, "batch_means"]);
    }
    for (const path of ["frontier", "frontier-long", "train"].flatMap((name) =>
      jsonIn(join(records, name)),
    )) {
      const record = readTrainRecord(path);
      expect(record.schema, path).toBe(1);
      expect(trainRecalibration(record), path).toMatch(/^(augmented|none)$/);
    }
  });

  it("is said beside a training's accuracy, and sets recipes apart where it differs", () => {
    const old = readTrainRecord(join(records, "frontier/bars-3M-s0.json"));
    const plain = { ...old, schema: 2 } as const;
    const now = { ...old, schema: 3 } as const;
    expect(trainSummaryText(plain)).toContain(", batch norm recalibrated on images as they are\n");
    expect(trainSummaryText(now)).toContain(", batch norm recalibrated\n");
    const recipe = (record: typeof old) =>
      runPointOf(record, { checkpoint: "last", which: "all" }, "here").recipe;
    expect(recipe(plain)).not.toBe(recipe(old));
    expect(recipe(now)).toBe(recipe(old));
    expect(recipe(old)).toBe(recipeHash(old.config));
    const running = { ...old.config, evaluation: { ...old.config.evaluation, recalibrationBatches: 0 } };
    expect(recipe({ ...plain, config: running })).toBe(recipe({ ...old, config: running }));
  });
});
