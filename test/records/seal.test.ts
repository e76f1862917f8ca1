import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readRecordJson } from "../../lib/records/readRecord";
import { sealed, sealedText, unsealed } from "../../lib/records/seal";
import { readSearchRecord, writeSearchRecord } from "../../lib/records/searchRecordFile";
import { readTrainRecord, writeTrainRecord } from "../../lib/records/trainRecordFile";
import { DivergenceError } from "../../lib/util/errors";

const folder = mkdtempSync(join(tmpdir(), "bars-seal-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const records = join(__dirname, "../../data/records");

describe("the seal of a record", () => {
  it("is the hash of all else, whatever the order, and is gone once it was checked", () => {
    const one = sealed({ a: 1, b: [0.1, -0, 2e-300], c: undefined });
    const other = JSON.parse(JSON.stringify({ contentHash: one.contentHash, b: one.b, a: one.a }));
    expect(unsealed(other, "x.json")).toEqual({ a: 1, b: [0.1, 0, 2e-300] });
    expect(unsealed({ a: 1 }, "x.json")).toEqual({ a: 1 });
    for (const value of [null, 5, "x", [1]]) expect(unsealed(value, "x.json")).toBe(value);
  });

  it("refuses what was changed, and says which file, why, and what to do", () => {
    const { contentHash, ...content } = sealed({ loss: 1.5 });
    expect(() => unsealed({ contentHash, ...content, loss: 1.25 }, "runs/a/record.json")).toThrow(
      /^runs\/a\/record\.json: contentHash must be the hash of all else in it, "[0-9a-f]{12}…", got "[0-9a-f]{12}…"\. The file is damaged or was changed by hand: take a copy of it, or make it anew\. Who changes it knowingly takes contentHash out\.$/,
    );
    expect(() => unsealed({ ...content, contentHash: null }, "x.json")).toThrow("got null");
  });

  it("is not put on what has diverged", () => {
    expect(() => sealed({ loss: [1, Number.NaN] })).toThrow(DivergenceError);
  });

  it("is in what is written of every stored record, which is read back as it is", () => {
    const path = join(folder, "record.json");
    for (const name of readdirSync(join(records, "train")).filter((file) => file.endsWith(".json"))) {
      const record = readTrainRecord(join(records, "train", name));
      writeTrainRecord(path, record);
      expect(readFileSync(path, "utf8")).toMatch(/\n "contentHash": "[0-9a-f]{64}"\n\}\n$/);
      expect(readTrainRecord(path), name).toEqual(record);
    }
  });

  it("finds every bit that turns in the numbers of a search record", () => {
    const path = join(folder, "search.json");
    writeSearchRecord(path, readSearchRecord(join(records, "search-cured-seed0.json")));
    const whole = readFileSync(path);
    const good = JSON.stringify(readRecordJson(path, "a record"));
    let taken = 0;
    // Every 97th byte, its lowest bit, which makes digits of digits.
    for (let at = 0; at < whole.length; at += 97) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] as number) ^ 1;
      writeFileSync(path, bytes);
      try {
        if (JSON.stringify(readRecordJson(path, "a record")) !== good) taken += 1;
      } catch {
        // Refused, as it should be.
      }
    }
    expect(taken).toBe(0);
  });

  it("is the last line of a text on one line, too", () => {
    expect(sealedText({ a: 1 }, 0)).toMatch(/^\{"a":1,"contentHash":"[0-9a-f]{64}"\}\n$/);
  });
});
