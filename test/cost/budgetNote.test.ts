import { describe, expect, it } from "vitest";
import { presetConfig } from "../../lib/config/presets";
import { budgetNote } from "../../lib/cost/budgetNote";

describe("budgetNote", () => {
  it("says which budgets the space has where the one that was set is below all of them", () => {
    expect(budgetNote(presetConfig("paper-imagenet", { cost: { budget: 5e6 } }))).toBe(
      "no network of the space is within the budget of 5,000,000 OPs an image: they cost from 16,525,568 to 132,886,528, so the penalty pulls to the cheapest, whatever it is worth. Set cost.budget between.",
    );
  });

  it("says nothing where a network is within the budget, or the penalty counts for nothing", () => {
    for (const name of ["smoke", "laptop", "paper", "paper-imagenet"])
      expect(budgetNote(presetConfig(name))).toBeNull();
    expect(budgetNote(presetConfig("paper-imagenet", { cost: { budget: 16_525_568 } }))).toBeNull();
    expect(budgetNote(presetConfig("paper-imagenet", { cost: { coefficient: 0 } }))).toBeNull();
  });
});
