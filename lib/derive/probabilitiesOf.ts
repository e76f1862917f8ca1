import { type ProbabilityMethod, probabilityMethods } from "../config/samplers";
import type { Alphas } from "../space/alphas";
import { DeriveError } from "../util/errors";

export { type ProbabilityMethod, probabilityMethods };

/**
 * Probabilities of all alphas, in the same lists. `method` is that of the cells; the sources of a stage's depth
 * and the widths of a stage exclude one another, so theirs are always softmax.
 *
 * @param temperature `T`, above 0; smaller is sharper.
 * @throws DeriveError for a temperature that is not above 0.
 *
 * @example
 * ```ts
 * const alphas = { cells: [[[0, 0]]], depth: [], width: [] };
 * console.log(bars.derivation.probabilitiesOf(alphas).cells); // [[[0.5,0.5]]]
 * ```
 */
export function probabilitiesOf(
  alphas: Alphas,
  method: ProbabilityMethod = "softmax",
  temperature = 1,
): Alphas {
  if (!(Number.isFinite(temperature) && temperature > 0)) {
    throw new DeriveError(`probabilitiesOf: temperature must be a number above 0, got ${temperature}.`);
  }
  const soft = (row: readonly number[]) => softmax(row, temperature);
  const cell = cellRow(method, temperature);
  return {
    cells: alphas.cells.map((edges) => edges.map(cell)),
    depth: alphas.depth.map(soft),
    width: alphas.width.map(soft),
  };
}

function cellRow(method: ProbabilityMethod, temperature: number): (row: readonly number[]) => number[] {
  switch (method) {
    case "softmax":
      return (row) => softmax(row, temperature);
    case "sigmoid":
      return (row) => row.map((alpha) => 1 / (1 + Math.exp(-alpha / temperature)));
    default:
      method satisfies never;
      throw new DeriveError(
        `probabilitiesOf: method must be one of ${probabilityMethods.join(", ")}, got ${JSON.stringify(method)}.`,
      );
  }
}

function softmax(row: readonly number[], temperature: number): number[] {
  const top = Math.max(...row);
  const powers = row.map((alpha) => Math.exp((alpha - top) / temperature));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
