import type { SpaceConfig } from "../config/spaceConfig";
import type { Alphas } from "../space/alphas";
import { builtCells } from "../space/builtCells";
import { edgesOf } from "../space/edges";
import { fedNodes } from "../space/fedNodes";
import type { Genotype, GenotypeChoice } from "../space/genotype";
import { ownWidths } from "../space/ownWidths";
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
  return sumOfChoices(space, alphas, choice, { method, temperature });
}

/**
 * `ln p` of all draws from the alphas that prune to a network ({@link prunedNetwork}). Edges out of nodes that nothing feeds, groups without cells
 * and widths that a stage takes from the next one could have been anything, so it is exactly `Σ ln p` over the other edges, the depths
 * and the widths that it decides itself.
 *
 * @param pruned such a network.
 * @returns null where the distribution cannot give it (see {@link logProbabilityOf}).
 */
export function logPrunedProbability(
  { space, cells, depth, width }: Genotype,
  alphas: Alphas,
  method: ProbabilityMethod = "softmax",
): number | null {
  const built = new Set(builtCells({ space, depth, width }).map(({ group }) => group));
  const fed = cells.map((edges) => fedNodes(edges));
  const own = ownWidths(space, { depth });
  const places = edgesOf(space.steps);
  return sumOfChoices(
    space,
    alphas,
    { cells, depth, width },
    {
      ...{ method, temperature: 1 },
      hasEdge: (group, i) => built.has(group) && (fed[group]?.has(places[i]?.from as number) ?? false),
      hasWidth: (slot) => own.has(slot),
    },
  );
}

interface ChoiceSum {
  readonly method: ProbabilityMethod;
  readonly temperature: number;
  /** Whether an edge counts; left out: all do. */
  hasEdge?(group: number, edge: number): boolean;
  /** Likewise a width. */
  hasWidth?(slot: number): boolean;
}

function sumOfChoices(
  space: SpaceConfig,
  alphas: Alphas,
  choice: GenotypeChoice,
  { method, temperature, hasEdge, hasWidth }: ChoiceSum,
): number | null {
  let total = 0;
  for (const [group, rows] of alphas.cells.entries()) {
    for (const [i, { to, from }] of edgesOf(space.steps).entries()) {
      if (hasEdge?.(group, i) === false) continue;
      const row = rows[i] as readonly number[];
      const own = (choice.cells[group] ?? []).filter((one) => one.to === to && one.from === from);
      const names: readonly string[] = own.map(({ primitive }) => primitive);
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
  alphas.width.forEach((row, slot) => {
    if (row.length === 0 || hasWidth?.(slot) === false) return;
    const place = space.widthChoices.indexOf(choice.width[slot] as number);
    total += logSoftmax(row, temperature)[place] as number;
  });
  return total;
}
