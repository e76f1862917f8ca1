import { expect, it } from "vitest";
import { checkSameMachine } from "../../lib/race/raceRecordStart";
import type { WorkerAbout } from "../../lib/race/raceTask";
import { readRaceRecord } from "../../lib/records/raceRecordFile";

it("goes on with races of schema 2 and 3, and not with those that recalibrated otherwise", () => {
  const record = readRaceRecord("data/records/protocol/B-race-0.json");
  const about = { backend: record.backend, data: record.data } as unknown as WorkerAbout;
  const check = (schema: 1 | 2 | 3) => () => checkSameMachine({ ...record, schema }, about, "record.json");
  expect(record.schema).toBe(2);
  for (const schema of [2, 3] as const) expect(check(schema)).not.toThrow();
  expect(check(1)).toThrow(
    "record.json: this race recalibrates batch norms on images as they are, as records of schema 1 do, later ones on augmented ones;",
  );
});
