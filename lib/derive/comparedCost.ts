import type { ComparedMeasure } from "../cost/cost";
import { totalCost } from "../cost/costTable";
import { comparedIn } from "../cost/latencyTable";
import { partsCost } from "../cost/partsCost";
import type { BlockStyle } from "../primitives/blockStyle";
import type { Genotype } from "../space/genotype";

/**
 * What rule "budget" compares with the budget: the cost of a network, of its time that of its parts, which is a little more.
 */
export function comparedCost(genotype: Genotype, measure: ComparedMeasure, style?: BlockStyle): number {
  const count = measure === "latency" ? partsCost : totalCost;
  return comparedIn(count(genotype, style), measure);
}

/** The least budget that a cost keeps: itself; of times up to two picoseconds more, because their sums round. */
export function budgetOf(cost: number, measure: ComparedMeasure): number {
  return measure === "latency" ? (Math.ceil(cost * 1e9) + 1) / 1e9 : cost;
}

/**
 * Costs of two architectures differ by this much at least: BOPs and FLOPs are counted, OPs are FLOPs + BOPs / 64. Times that differ by
 * less than a nanosecond are the same.
 */
export const leastDifference = { bops: 1, flops: 1, ops: 1 / 64, latency: 1e-6 } as const;
