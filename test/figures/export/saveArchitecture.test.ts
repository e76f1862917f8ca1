import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { deriveInputOf } from "../../../lib/derive/alphasAt";
import { derive } from "../../../lib/derive/derive";
import { saveArchitecture } from "../../../lib/figures/export/saveArchitecture";
import { readSearchRecord } from "../../../lib/records/searchRecordFile";

it("costs an architecture's layers in the blocks of its search", () => {
  const stored = readSearchRecord("data/records/search-cured-seed0.json");
  const { config } = stored;
  const record = {
    ...stored,
    config: { ...config, binarization: { ...config.binarization, rsign: true } },
  };
  const { genotype } = derive(deriveInputOf(record));
  const folder = mkdtempSync(join(tmpdir(), "bars-architecture-"));
  const { files, summary } = saveArchitecture(folder, record, genotype);
  const plain = saveArchitecture(folder, stored, genotype).summary;
  expect(summary.realParams).toBeGreaterThan(plain.realParams);
  saveArchitecture(folder, record, genotype);
  const total = readFileSync(files.report, "utf8").match(/\ntotal .*/)?.[0] ?? "";
  expect(total).toContain(summary.realParams.toLocaleString("en-US"));
});
