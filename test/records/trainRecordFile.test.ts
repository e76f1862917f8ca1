import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readTrainRecord } from "../../lib/records/trainRecordFile";
import { temporaryFolder } from "../helpers/tinySearch";

const path = join(temporaryFolder(), "record.json");
const read = (value: unknown) => {
  writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value));
  return () => readTrainRecord(path);
};

it("readTrainRecord refuses what is missing, not JSON, another kind or another schema, and says which", () => {
  expect(() => readTrainRecord(`${path}.none`)).toThrow("expected a training record, found no such file.");
  expect(read("{")).toThrow("expected a training record, got text that is not JSON");
  expect(read(null)).toThrow(
    'expected kind "bars.train-record", got JSON of no kind. Give a training record.',
  );
  expect(read({ kind: "bars.search-record" })).toThrow(
    'expected kind "bars.train-record", got "bars.search-record".',
  );
  expect(read({ kind: "bars.train-record", schema: 7, versions: { bars: "9.0.0" } })).toThrow(
    "expected schema 3, got 7; it was written by another version of bars (9.0.0). Read it with that version.",
  );
  expect(read({ kind: "bars.train-record", schema: 1 })).toThrow(
    'a training record has the field "config", this one lacks it.',
  );
});
