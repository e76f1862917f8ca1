import { describe, expect, it } from "vitest";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { logProbabilityOf, logPrunedProbability } from "../../lib/derive/logProbabilities";
import { prunedNetwork } from "../../lib/derive/prunedNetwork";
import { randomKey } from "../../lib/random/randomKey";
import { genotype } from "../../lib/space/genotype";
import { effectiveWidths } from "../../lib/space/layoutChoice";
import { randomAlphas } from "../../lib/space/randomAlphas";
import { everyChoice } from "./everyChoice";

const small = { initChannels: 4, imageSize: 8, widthChoices: [0.5, 1] };

describe("logPrunedProbability", () => {
  it.each([
    ["one group", { cellLayout: [0], reductionGroups: [], steps: 2 }, "softmax"],
    ["a stage that may have no cells", { cellLayout: [0, 1, 0], steps: 1 }, "softmax"],
    ["several operations an edge", { cellLayout: [0], reductionGroups: [], steps: 2 }, "sigmoid"],
  ] as const)("is the sum over all draws that prune to the network: %s", (_name, changed, method) => {
    const space = spaceConfig({ ...small, ...changed });
    const alphas = randomAlphas(space, 1.5, randomKey(0));
    const sums = new Map<string, { sum: number; draws: number; own: number }>();
    for (const choice of everyChoice(space, method === "sigmoid")) {
      const pruned = prunedNetwork(genotype(space, choice));
      const { cells, depth } = pruned;
      const key = JSON.stringify([cells, depth, effectiveWidths(pruned)]);
      const before = sums.get(key) ?? { sum: 0, draws: 0, own: 0 };
      const p = Math.exp(logProbabilityOf(space, alphas, choice, method, 1) as number);
      const own = Math.exp(logPrunedProbability(pruned, alphas, method) as number);
      sums.set(key, { sum: before.sum + p, draws: before.draws + 1, own });
    }
    expect([...sums.values()].reduce((all, { sum }) => all + sum, 0)).toBeCloseTo(1, 9);
    for (const { sum, own } of sums.values()) expect(own / sum).toBeCloseTo(1, 9);
    expect([...sums.values()].some(({ draws }) => draws > 1)).toBe(true);
  });
});
