import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { recordText } from "../../lib/records/recordText";
import { writeSearchRecord } from "../../lib/records/searchRecordFile";
import { writeTrainRecord } from "../../lib/records/trainRecordFile";
import { madeUpRecord } from "../figures/madeUpRecord";
import { madeUpTraining } from "../figures/madeUpTraining";
import { temporaryFolder } from "../helpers/tinySearch";

const folder = temporaryFolder();

it.each([Number.NaN, Number.POSITIVE_INFINITY])(
  "a record with %s is not written: the error names the number, and no file is left",
  (loss) => {
    const training = madeUpTraining("one", 0);
    const epochs = training.epochs.map((epoch, i) => (i === 3 ? { ...epoch, trainLoss: loss } : epoch));
    const path = join(folder, "train.json");
    expect(() => writeTrainRecord(path, { ...training, epochs })).toThrow(
      `The record's epochs.3.trainLoss is ${loss}, not a finite number, and is not written: what was measured has diverged.`,
    );
    expect(existsSync(path)).toBe(false);
    const record = madeUpRecord("tiny");
    const first = { ...record.epochs[0], seconds: loss };
    expect(() => writeSearchRecord(path, { ...record, epochs: [first] as never })).toThrow(
      "epochs.0.seconds",
    );
  },
);

it("a record of finite numbers is the JSON it always was", () => {
  const record = madeUpRecord("tiny");
  expect(recordText(record)).toBe(JSON.stringify(record, null, 1));
  expect(recordText(record, 0)).toBe(JSON.stringify(record));
});
