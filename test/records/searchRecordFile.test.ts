import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readSearchRecord } from "../../lib/records/searchRecordFile";
import { temporaryFolder } from "../helpers/tinySearch";

const path = join(temporaryFolder(), "record.json");
const read = (value: unknown) => {
  writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value));
  return () => readSearchRecord(path);
};

describe("readSearchRecord", () => {
  it("refuses what is missing, not JSON, another kind or another schema, and says which", () => {
    expect(() => readSearchRecord(`${path}.none`)).toThrow(
      "expected a search record, found no such file. Give the file of one, or the folder of a run.",
    );
    const folder = temporaryFolder();
    expect(() => readSearchRecord(folder)).toThrow(
      `${folder}: expected the file of a search record, found a folder. Name the file in it.`,
    );
    writeFileSync(join(folder, "record.json"), "{");
    expect(() => readSearchRecord(folder)).toThrow(
      `${join(folder, "record.json")}: expected a search record, got text that is not JSON`,
    );
    expect(read("{")).toThrow("expected a search record, got text that is not JSON");
    expect(read(null)).toThrow(
      'expected kind "bars.search-record", got JSON of no kind. Give a search record.',
    );
    expect(read({ kind: "bars.genotype" })).toThrow(
      'expected kind "bars.search-record", got "bars.genotype". Give a search record.',
    );
    expect(read({ kind: "bars.search-record", schema: 7, versions: { bars: "9.0.0" } })).toThrow(
      "expected schema 4, got 7; it was written by another version of bars (9.0.0). Read it with that version.",
    );
    expect(read({ kind: "bars.search-record", schema: 1 })).toThrow(
      'a search record has the field "config", this one lacks it.',
    );
  });
});
