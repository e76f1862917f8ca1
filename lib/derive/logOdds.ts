import type { Alphas } from "../space/alphas";
import type { ProbabilityMethod } from "./probabilitiesOf";

/**
 * Log-odds `ln(p / (1 − p))` of the operations on every edge, in the lists of the alphas: what rules choose and rank by. They
 * order operations as their probabilities do, also those of different edges, but stay apart where probabilities round to 1 or 0,
 * as at a small temperature.
 *
 * With "sigmoid" `α / T`; with "softmax" `α_o / T − ln Σ_{j ≠ o} exp(α_j / T)`, which is infinite for an only operation.
 */
export function cellLogOdds(
  { cells }: Pick<Alphas, "cells">,
  method: ProbabilityMethod,
  temperature: number,
): number[][][] {
  const odds = (row: readonly number[]) =>
    method === "sigmoid" ? row.map((alpha) => alpha / temperature) : softmaxLogOdds(row, temperature);
  return cells.map((edges) => edges.map(odds));
}

function softmaxLogOdds(row: readonly number[], temperature: number): number[] {
  const top = Math.max(...row);
  const scaled = row.map((alpha) => (alpha - top) / temperature);
  return scaled.map((own, o) => own - logSumExp(scaled.filter((_, j) => j !== o)));
}

/** `ln Σ exp(x)`, the same in whatever order the numbers are. */
function logSumExp(values: readonly number[]): number {
  const top = Math.max(...values);
  if (top === -Infinity) return top;
  const sorted = [...values].sort((a, b) => a - b);
  return top + Math.log(sorted.reduce((sum, value) => sum + Math.exp(value - top), 0));
}
