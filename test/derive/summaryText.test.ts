import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { deriveInputOf } from "../../lib/derive/alphasAt";
import { derive } from "../../lib/derive/derive";
import { searchSummary } from "../../lib/derive/summary";
import { summaryText } from "../../lib/derive/summaryText";
import { readSearchRecord } from "../../lib/records/searchRecordFile";
import { madeUpRecord } from "../figures/madeUpRecord";

describe("searchSummary", () => {
  it("without test images gives what the epoch that is derived from measured, on the images it measured on", () => {
    const { test: _, ...record } = madeUpRecord("usual");
    const config = { ...record.config, evaluationImages: 17 };
    const untested = { ...record, config, test: null, chosen: { epoch: 0, reason: "flat" } };
    const { genotype } = derive(deriveInputOf(untested));
    const summary = searchSummary(untested, genotype);
    expect(summary).toMatchObject({
      accuracyImages: "17 images of the alpha split",
      supernetAccuracy: record.epochs[0]?.supernetAccuracy,
      derivedAccuracy: record.epochs[0]?.derivedAccuracy,
    });
    expect(searchSummary({ ...untested, chosen: null }, genotype).derivedAccuracy).toBe(
      record.epochs.at(-1)?.derivedAccuracy,
    );
    expect(summaryText(summary)).toMatch(/\nargmax, shared weights +/);
  });
});

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
