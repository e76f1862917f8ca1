import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { searchConfig } from "../../lib/config/searchConfig";
import { deriveInputOf } from "../../lib/derive/alphasAt";
import { derive } from "../../lib/derive/derive";
import { heldBudgetOf } from "../../lib/derive/heldBudget";
import { heldText } from "../../lib/derive/heldText";
import type { SearchRecord } from "../../lib/records/searchRecord";
import { readSearchRecord } from "../../lib/records/searchRecordFile";
import { DeriveError } from "../../lib/util/errors";

/** A search held to 12,000,000 BOPs. */
const record = readSearchRecord(resolve(__dirname, "../../data/records/frontier/searches/bars-12M-s0.json"));
const input = deriveInputOf(record);

describe("rule budget on a stored search", () => {
  it("takes measure and budget from the search where it is told nothing", () => {
    const { rule, held, cost } = derive(input, { rule: "budget" });
    expect(rule).toMatchObject({ measure: "bops", budget: 12e6 });
    expect(held).toEqual({
      measure: "bops",
      budget: 12e6,
      cost: cost.bops,
      share: cost.bops / 12e6,
      by: "rule",
    });
    expect(cost.bops).toBeLessThanOrEqual(12e6);
    expect(derive(input, "budget").genotype).toEqual(derive(input, { rule: "budget" }).genotype);
  });

  it("counts a budget it is given in the search's measure: BOPs, not OPs", () => {
    const { rule, cost } = derive(input, { rule: "budget", budget: 4e6 });
    expect(rule).toMatchObject({ measure: "bops", budget: 4e6 });
    expect(cost.bops).toBeLessThanOrEqual(4e6);
  });

  it("holds to the search's budget a share of it that has to be spent", () => {
    const { held } = derive(input, { rule: "budget", atLeast: 0.95 });
    expect(held?.share).toBeGreaterThanOrEqual(0.95);
    expect(held?.share).toBeLessThanOrEqual(1);
  });

  it("has no limit where it is told so, or the search had none", () => {
    const free = derive(input, { rule: "budget", budget: null });
    expect(free.held).toMatchObject({ measure: "bops", budget: null, share: null });
    expect(free.cost.bops).toBeGreaterThan(12e6);
    const penalty = { ...record.config.cost, method: "none" } as const;
    const unheld: SearchRecord = { ...record, config: { ...record.config, cost: penalty } };
    expect(derive(deriveInputOf(unheld), "budget").rule).toMatchObject({ measure: "bops", budget: null });
  });

  it.each([
    [
      { measure: "ops" },
      'derive: rule "budget": budget must be given where measure is "ops", because the search\'s own budget of 12000000 counts BOPs, got none. Give a budget, or null for none.',
    ],
    [
      { initChannels: 24 },
      'derive: rule "budget": budget must be given where initChannels is 24, because the search\'s own budget of 12000000 BOPs is for its 16 channels, got none. Give a budget, or null for none.',
    ],
  ] as const)(
    "does not take the search's budget for another measure or other channels: %j",
    (options, words) => {
      expect(() => derive(input, { rule: "budget", ...options })).toThrow(new DeriveError(words));
      expect(derive(input, { rule: "budget", ...options, budget: 5e8 }).rule).toMatchObject(options);
    },
  );

  it("is as before for alphas that come from no search", () => {
    const { space, alphas } = input;
    const { rule, held } = derive({ space, alphas }, "budget");
    expect(rule).toMatchObject({ measure: "ops", budget: null });
    expect(held).toMatchObject({ measure: "ops", budget: null, by: "rule" });
    expect(derive({ space, alphas }).held).toBeNull();
  });
});

describe("what the search held", () => {
  it("is put beside the cost of every other rule", () => {
    const { held, cost } = derive(input);
    expect(held).toEqual({
      measure: "bops",
      budget: 12e6,
      cost: 16908288,
      share: 16908288 / 12e6,
      by: "search",
    });
    expect(cost.bops).toBe(16908288);
    expect(derive(input, { rule: "argmax", initChannels: 24 }).held).toMatchObject({
      budget: null,
      share: null,
    });
  });

  it("is no budget where the penalty is off", () => {
    expect(heldBudgetOf(searchConfig({ cost: { method: "none", measure: "bops" } }))).toEqual({
      measure: "bops",
      budget: null,
    });
  });

  it.each([
    [
      { measure: "bops", budget: 100, cost: 62, share: 0.62, by: "search" },
      "costs 62 BOPs: 62 % of the 100 BOPs that the search held its expected cost to; rule budget, with atLeast, decides by cost",
    ],
    [
      { measure: "ops", budget: 100, cost: 90.125, share: 0.90125, by: "search" },
      "costs 90.13 OPs: 90 % of the 100 OPs that the search held its expected cost to",
    ],
    [
      { measure: "bops", budget: 100, cost: 30, share: 0.3, by: "rule" },
      "costs 30 BOPs: 30 % of the 100 BOPs that rule budget held it to",
    ],
    [
      { measure: "flops", budget: null, cost: 30, share: null, by: "rule" },
      "costs 30 FLOPs (no budget, the likeliest architecture of all)",
    ],
    [
      { measure: "flops", budget: null, cost: 30, share: null, by: "search" },
      "costs 30 FLOPs (held to no budget)",
    ],
  ] as const)("is one line: %j", (held, words) => {
    expect(heldText(held)).toBe(words);
  });
});
