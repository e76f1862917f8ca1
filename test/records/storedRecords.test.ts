import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readRaceRecord } from "../../lib/records/raceRecordFile";
import { readSearchRecord } from "../../lib/records/searchRecordFile";
import { readTable } from "../../lib/records/tableFile";
import { readTrainRecord } from "../../lib/records/trainRecordFile";

const folder = join(__dirname, "../../data/records");
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
  name.endsWith(".json"),
);
const readers: Readonly<Record<string, (path: string) => unknown>> = {
  "bars.race-record": readRaceRecord,
  "bars.search-record": readSearchRecord,
  "bars.train-record": readTrainRecord,
  "bars.table": readTable,
};

it("every record and table that ships with the project reads as it is stored", () => {
  expect(files.length).toBeGreaterThan(100);
  for (const name of files) {
    const path = join(folder, name);
    // Newer ones hold the hash of their content, which readers check and leave out.
    const { contentHash: _, ...stored } = JSON.parse(readFileSync(path, "utf8"));
    expect(readers[stored.kind]?.(path), name).toEqual(stored);
  }
});
