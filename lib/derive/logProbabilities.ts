import type { SpaceConfig } from "../config/spaceConfig";
import type { Alphas } from "../space/alphas";
import { edgesOf } from "../space/edges";
import type { GenotypeChoice } from "../space/genotype";
import type { ProbabilityMethod } from "./probabilitiesOf";

/** `ln softmax(α / T)`, finite for every finite α. */
export function logSoftmax(row: readonly number[], temperature: number): number[] {
  const top = Math.max(...row);
  const sum = row.reduce((total, alpha) => total + Math.exp((alpha - top) / temperature), 0);
  return row.map((alpha) => (alpha - top) / temperature - Math.log(sum));
}

/** `ln p` of no choice at all: what stands for 0 beside `α / T − ln Σ exp(α / T)`. */
export function uncounted(row: readonly number[], temperature: number): number {
  return (logSoftmax(row, temperature)[0] as number) - (row[0] as number) / temperature;
}

/** `ln σ(x) = −ln(1 + e^{−x})`, finite for every finite x; `ln(1 − σ(x))` is `logSigmoid(−x)`. */
export function logSigmoid(x: number): number {
  return x > 0 ? -Math.log1p(Math.exp(-x)) : x - Math.log1p(Math.exp(x));
}

/**
 * Natural logarithm of the probability that the alphas, as independent choices, stand for exactly these choices:
 *
 * `Σ_edges ln p_o + Σ_stages (ln p_depth + ln p_width)`; with "sigmoid" an edge gives `Σ_on ln p_o + Σ_off ln(1 − p_o)`
 * over its operations other than `none`.
 *
 * Null where the distribution cannot give such a choice: with "softmax" an edge with several operations, or an
 * empty edge in a space without `none`.
 */
export function logProbabilityOf(
  space: SpaceConfig,
  alphas: Alphas,
  choice: GenotypeChoice,
  method: ProbabilityMethod,
  temperature: number,
): number | null {
  let total = 0;
  for (const [group, rows] of alphas.cells.entries()) {
    for (const [i, { to, from }] of edgesOf(space.steps).entries()) {
      const own = (choice.cells[group] ?? []).filter((edge) => edge.to === to && edge.from === from);
      const names: readonly string[] = own.map(({ primitive }) => primitive);
      const row = rows[i] as readonly number[];
      if (method === "sigmoid") {
        space.primitives.forEach((primitive, p) => {
          if (primitive === "none") return;
          const x = (row[p] as number) / temperature;
          total += logSigmoid(names.includes(primitive) ? x : -x);
        });
        continue;
      }
      const place = space.primitives.findIndex((primitive) => primitive === (names[0] ?? "none"));
      if (names.length > 1 || place < 0) return null;
      total += logSoftmax(row, temperature)[place] as number;
    }
  }
  alphas.depth.forEach((row, stage) => {
    if (row.length > 0) total += logSoftmax(row, temperature)[choice.depth[stage] as number] as number;
  });
  alphas.width.forEach((row, stage) => {
    const place = space.widthChoices.indexOf(choice.width[stage] as number);
    if (row.length > 0) total += logSoftmax(row, temperature)[place] as number;
  });
  return total;
}
