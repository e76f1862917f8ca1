import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { deriveInputOf } from "../../lib/derive/alphasAt";
import { derive } from "../../lib/derive/derive";
import { searchSummary } from "../../lib/derive/summary";
import { summaryText } from "../../lib/derive/summaryText";
import { readSearchRecord } from "../../lib/records/searchRecordFile";

describe("summaryText", () => {
  it("leaves out the note on the data, which is said where they are loaded", () => {
    const record = readSearchRecord(join(__dirname, "../../data/records/search-plain-seed0.json"));
    const summary = searchSummary(record, derive(deriveInputOf(record), "argmax").genotype);
    expect(summary.note).toBe(record.data.note);
    expect(summary.note).not.toBe("");
    const text = summaryText(summary);
    expect(text).not.toContain(summary.note);
    expect(text).toMatch(/\ndata +CIFAR-10, seed 0, /);
  });
});
