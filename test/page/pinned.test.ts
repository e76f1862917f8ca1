import { expect, it } from "vitest";
import { deriveInputOf } from "../../lib/derive/alphasAt";
import { derive } from "../../lib/derive/derive";
import type { Derived } from "../../lib/page/explore/derived";
import { pinnedCsv, pinnedSweep } from "../../lib/page/explore/pinned";
import { readSearchRecord } from "../../lib/records/searchRecordFile";
import { genotypeHash } from "../../lib/space/genotypeJson";
import { checkSweep } from "../../lib/sweep/sweepFile";

const record = readSearchRecord("data/records/search-cured-seed0.json");
const pin = (name: string, epoch: number) => {
  const derivation = derive(deriveInputOf(record, epoch));
  return { name, derived: { derivation, hash: genotypeHash(derivation.genotype) } as unknown as Derived };
};
const pinned = [pin("argmax, epoch 1", 0), pin("argmax, epoch 5", 4), pin("once more", 4)];

it("makes a sweep that trains an architecture once, whatever it is called", () => {
  const { text, files } = pinnedSweep(pinned);
  const sweep = JSON.parse(text);
  expect(checkSweep(sweep, "sweep.json", "").runs).toHaveLength(2);
  expect(files.map(([name]) => name)).toEqual(
    sweep.runs.map(({ genotype }: { genotype: string }) => genotype),
  );
  expect(sweep.note).toContain("The same architecture once: once more is argmax, epoch 5.");
  expect(JSON.parse(pinnedSweep(pinned.slice(0, 2)).text).note).not.toContain("once");
});

it("writes names that a spreadsheet would take for formulas as text", () => {
  const [first] = pinned;
  const [, line] = pinnedCsv([{ ...(first as (typeof pinned)[0]), name: "=1+1;\r" }]).split("\n");
  expect(line).toMatch(/^"'=1\+1;\r",/);
});
