import type { Alphas } from "../space/alphas";
import { type CostMeasure, costIn } from "./cost";
import type { CostTables } from "./costTables";
import { layoutProbabilities } from "./expectedCost";

/** One cell's numbers in one measure. */
interface CellNumbers {
  readonly group: number;
  /** `[pairs]`. */
  readonly fixed: readonly number[];
  /** `[pairs][edge][primitive]`. */
  readonly edges: readonly (readonly (readonly number[])[])[];
}

/**
 * The expected cost of soft architectures in one measure as a share of a budget, and what every choice adds to it: for what
 * asks often. The same sum as `expectedCost`.
 */
export class BudgetGauge {
  readonly #tables: CostTables;
  readonly #stem: readonly number[];
  readonly #head: readonly number[];
  readonly #cells: readonly CellNumbers[];

  constructor(tables: CostTables, measure: CostMeasure, budget: number) {
    const value = (cost: Parameters<typeof costIn>[0]) => costIn(cost, measure) / budget;
    this.#tables = tables;
    this.#stem = tables.stem.map(value);
    this.#head = tables.head.map(value);
    this.#cells = tables.cells.map(({ group, pairs }) => ({
      group,
      fixed: pairs.map(({ fixed }) => value(fixed)),
      edges: pairs.map(({ edges }) => edges.map((row) => row.map(value))),
    }));
  }

  /** `E[cost] / budget`. */
  expected(probabilities: Alphas): number {
    const { opening, cells, head } = layoutProbabilities(this.#tables, probabilities);
    let total = dot(this.#stem, opening[0]) + dot(this.#head, head);
    this.#cells.forEach(({ group, fixed, edges }, i) => {
      const operations = probabilities.cells[group] ?? [];
      (cells[i] ?? []).forEach((weight, pair) => {
        if (weight === 0) return;
        let cost = fixed[pair] as number;
        edges[pair]?.forEach((row, edge) => {
          cost += dot(row, operations[edge]);
        });
        total += weight * cost;
      });
    });
    return total;
  }

  /**
   * `∂E / ∂p / budget` of every choice, shaped like the probabilities. `E` is linear in each row, so this is what the cost
   * would be if the row were decided for the choice, up to a constant a row.
   */
  marginal(probabilities: Alphas): Alphas {
    const { cells: weights } = layoutProbabilities(this.#tables, probabilities);
    const cells = probabilities.cells.map((rows, group) =>
      rows.map((row, edge) =>
        row.map((_, k) =>
          this.#cells.reduce((sum, cell, i) => {
            if (cell.group !== group) return sum;
            const own = (weights[i] ?? []).reduce(
              (part, weight, pair) => part + weight * (cell.edges[pair]?.[edge]?.[k] ?? 0),
              0,
            );
            return sum + own;
          }, 0),
        ),
      ),
    );
    const level = (name: "depth" | "width") =>
      probabilities[name].map((row, stage) =>
        row.map((_, k) => {
          const decided = row.map((_, other) => (other === k ? 1 : 0));
          const rows = probabilities[name].map((own, s) => (s === stage ? decided : own));
          return this.expected({ ...probabilities, [name]: rows });
        }),
      );
    return { cells, depth: level("depth"), width: level("width") };
  }
}

function dot(a: readonly number[], b: readonly number[] | undefined): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b?.[i] ?? 0);
  return sum;
}
