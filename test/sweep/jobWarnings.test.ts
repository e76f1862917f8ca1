import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { deriveInputOf } from "../../lib/derive/alphasAt";
import { derive } from "../../lib/derive/derive";
import { searchSummary } from "../../lib/derive/summary";
import { summaryText } from "../../lib/derive/summaryText";
import { genotypeModel } from "../../lib/records/modelSpec";
import { readSearchRecord } from "../../lib/records/searchRecordFile";
import type { TrainRecord } from "../../lib/records/trainRecord";
import { jobWarnings } from "../../lib/sweep/jobWarnings";

const record = readSearchRecord(resolve(__dirname, "../../data/records/frontier/searches/bars-12M-s0.json"));
const { genotype } = derive(deriveInputOf(record));
const trained = (model: TrainRecord["model"]) => ({ model }) as TrainRecord;

describe("warnings of an architecture", () => {
  it("come from what a job trained, else from what its search derives", () => {
    const words = jobWarnings(record, null);
    expect(words).toEqual(jobWarnings(null, trained(genotypeModel(genotype, "a"))));
    expect(words.join("; ")).toContain("bin_conv_3x3 1->2, bin_conv_3x3 1->3 start at a node nothing feeds");
    expect(jobWarnings(null, null)).toEqual([]);
  });

  it("are in the summary of a search, with the budget and the measure", () => {
    const summary = searchSummary(record, genotype);
    expect(summary.warnings).toEqual(jobWarnings(record, null));
    expect(summary.held).toMatchObject({ measure: "bops", budget: 12e6, cost: 16908288, by: "search" });
    const text = summaryText(summary);
    expect(text).toMatch(/\nbudget +costs 16908288 BOPs: 141 % of the 12000000 BOPs that the search held/);
    for (const words of summary.warnings)
      expect(text).toMatch(new RegExp(`\\nwarning +${words.slice(0, 20)}`));
    const { held: _held, warnings: _warnings, ...earlier } = summary;
    expect(summaryText(earlier)).not.toMatch(/warning|budget/);
  });

  it("in the summary are those of the derivation, where it is given", () => {
    const derivation = derive(deriveInputOf(record, 0), "budget");
    const { held, warnings } = searchSummary(record, derivation.genotype, derivation);
    expect(held?.by).toBe("rule");
    expect(warnings).toEqual(derivation.warnings.map(({ text }) => text));
  });
});
