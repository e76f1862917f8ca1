import { describe, expect, it } from "vitest";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { totalCost } from "../../lib/cost/costTable";
import { derive, type RuleChoice } from "../../lib/derive/derive";
import { randomKey } from "../../lib/random/randomKey";
import { randomAlphas } from "../../lib/space/randomAlphas";
import { DeriveError } from "../../lib/util/errors";

const space = spaceConfig({ initChannels: 16, widthChoices: [0.25, 0.5, 0.75, 1], steps: 2 });
const input = { space, alphas: randomAlphas(space, 1, randomKey(3)), key: randomKey(4) };

describe("derive with initChannels", () => {
  it.each(["argmax", "sample", "top_k", "entropy_guard"] as const)(
    "%s keeps the architecture, of other channels",
    (rule) => {
      const own = derive(input, rule);
      const scaled = derive(input, { rule, initChannels: 24 });
      const { cells, depth, width } = own.genotype;
      expect(scaled.genotype).toMatchObject({ cells, depth, width });
      expect(scaled.genotype.space).toEqual({ ...space, initChannels: 24 });
      expect(scaled.rule).toEqual({ ...own.rule, initChannels: 24 });
      expect(own.rule).not.toHaveProperty("initChannels");
      expect([scaled.confidence, scaled.logProbability]).toEqual([own.confidence, own.logProbability]);
    },
  );

  it("counts costs and budgets of the scaled network", () => {
    const whole = derive(input, { rule: "budget", measure: "bops", initChannels: 24 });
    expect(whole.cost.bops).toBe(totalCost(whole.genotype).bops);
    const budget = whole.cost.bops / 2;
    const half = derive(input, { rule: "budget", measure: "bops", budget, initChannels: 24 });
    expect(half.cost.bops).toBe(totalCost(half.genotype).bops);
    expect(half.cost.bops).toBeLessThanOrEqual(budget);
    const larger = derive(input, { rule: "budget", measure: "bops", budget });
    expect(larger.logProbability).toBeGreaterThanOrEqual(half.logProbability as number);
  });

  it.each([
    [0, "initChannels"],
    [2.5, "initChannels"],
    [18, "widths that give whole channels of initChannels 18"],
  ])("refuses %s channels", (initChannels, words) => {
    const rule = { rule: "argmax", initChannels } as const;
    expect(() => derive(input, rule)).toThrow(DeriveError);
    expect(() => derive(input, rule)).toThrow('derive: rule "argmax"');
    expect(() => derive(input, rule)).toThrow(words);
  });

  it("is no option of a rule that ranks by the supernet's weights", () => {
    const rule = { rule: "best_of", initChannels: 24 } as unknown as RuleChoice;
    expect(() => derive({ ...input, score: () => 0 }, rule)).toThrow(
      '"best_of" has no option "initChannels"',
    );
  });
});
