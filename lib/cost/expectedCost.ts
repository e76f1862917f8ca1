import type { Alphas } from "../space/alphas";
import { addCosts, type Cost, zeroCost } from "./cost";
import type { CellCostTable, CostTables, PairCost } from "./costTables";

/**
 * Expected inference cost of a soft architecture, in double precision.
 *
 * The choices of depth, width and operations are independent, and the cost is a sum over cells, so
 *
 * `E = Σ_cells Σ_{a,b} P(cell kept, widths a → b) · [ fixed_ab + Σ_{edge,op} p_{edge,op} · cost_ab,edge,op ]`
 *
 * is exact. At one-hot probabilities it is the cost of the derived network, to the last operation.
 *
 * @param probabilities of the three levels, shaped like alphas; a missing depth means all cells are kept, a
 * missing width means width 1. With independent (sigmoid) choices an edge's probabilities need not sum to 1.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { alphas, space } = bars.deriveInputOf(record);
 * const tables = bars.cost.costTables(space);
 * const soft = bars.expectedCost(tables, bars.derivation.probabilitiesOf(alphas));
 * const sharp = bars.expectedCost(tables, bars.derivation.probabilitiesOf(alphas, "softmax", 0.001));
 * console.log(Math.round(soft.bops), Math.round(sharp.bops)); // 1428124 4816896
 * ```
 */
export function expectedCost(tables: CostTables, probabilities: Alphas): Cost {
  const { opening, cells, head } = layoutProbabilities(tables, probabilities);
  const parts = tables.cells.map((cell, i) => {
    const weights = at(cells, i);
    const operations = probabilities.cells[cell.group] ?? [];
    return weighted(
      cell.pairs.map((pair) => pairCost(pair, operations)),
      weights,
    );
  });
  const ends = [weighted(tables.stem, at(opening, 0)), weighted(tables.head, head)];
  return [...ends, ...parts].reduce(addCosts, zeroCost);
}

/** What depths and widths of a soft architecture say of its parts. */
export interface LayoutProbabilities {
  /** Per stage, of the width its opening state has, `[choices]`. */
  readonly opening: readonly (readonly number[])[];
  /** Per cell, in the order of the tables: that it is kept and has a pair of widths, `[choices²]`, row by row. */
  readonly cells: readonly (readonly number[])[];
  /** Of the width that the head reads, `[choices]`. */
  readonly head: readonly number[];
}

/** Probabilities of the widths that every part of a network can have. A missing depth or width as in {@link expectedCost}. */
export function layoutProbabilities(
  tables: CostTables,
  probabilities: Pick<Alphas, "depth" | "width">,
): LayoutProbabilities {
  const choices = tables.stem.length;
  const own = tables.stages.map(({ slots }) =>
    slots.map((slot) => rowOr(probabilities.width[slot], choices, choices - 1)),
  );
  const depth = tables.stages.map((stage, s) => rowOr(probabilities.depth[s], stage.cells + 1, stage.cells));
  const opening: number[][] = [];
  for (let s = tables.stages.length - 1; s >= 0; s--) {
    const empty = tables.stages[s]?.closed ? at(at(depth, s), 0) : 0;
    opening[s] = at(at(own, s), 0).map((p, a) =>
      empty === 0 ? p : (1 - empty) * p + empty * at(at(opening, s + 1), a),
    );
  }
  const cells = tables.cells.map((cell) => pairWeights(cell, tables, at(depth, cell.stage), own, opening));
  return { opening, cells, head: headWidth(at(own, own.length - 1), at(depth, depth.length - 1), tables) };
}

function pairWeights(
  cell: CellCostTable,
  tables: CostTables,
  depth: readonly number[],
  own: readonly (readonly (readonly number[])[])[],
  opening: readonly (readonly number[])[],
): number[] {
  const choices = tables.stem.length;
  const isLast = cell.position === 0 ? 0 : at(depth, cell.position);
  const goesOn = cell.position === 0 ? 1 : depth.slice(cell.position + 1).reduce((sum, p) => sum + p, 0);
  const closed = cell.position > 0 && tables.stages[cell.stage]?.closed === true;
  const inWidth = cell.position === 0 ? at(opening, cell.stage) : at(at(own, cell.stage), cell.position - 1);
  // The next cell's width where each has its own; the same row where they share one.
  const following = own[cell.stage]?.[cell.position] ?? inWidth;
  const { slots } = at(tables.stages, cell.stage);
  const shared =
    cell.position === 0 ||
    slots[cell.position] === undefined ||
    slots[cell.position] === slots[cell.position - 1];
  const weights: number[] = [];
  for (let a = 0; a < choices; a++) {
    for (let b = 0; b < choices; b++) {
      const unchanged = a === b ? at(inWidth, a) : 0;
      const last = closed ? at(inWidth, a) * at(at(opening, cell.stage + 1), b) : unchanged;
      const onward = shared ? unchanged : at(inWidth, a) * at(following, b);
      weights.push(goesOn * onward + isLast * last);
    }
  }
  return weights;
}

/** Of the tensor that the head reads: the width of the last kept cell, of the stage's first where none is kept. */
function headWidth(
  own: readonly (readonly number[])[],
  depth: readonly number[],
  { stages }: CostTables,
): readonly number[] {
  const { slots } = at(stages, stages.length - 1);
  if (new Set(slots).size === 1) return at(own, 0);
  return at(own, 0).map((_, a) =>
    depth.reduce((sum, p, kept) => sum + p * at(at(own, Math.max(0, kept - 1)), a), 0),
  );
}

function pairCost(pair: PairCost, operations: readonly (readonly number[])[]): Cost {
  const edges = pair.edges.map((costs, e) => weighted(costs, operations[e] ?? []));
  return edges.reduce(addCosts, pair.fixed);
}

/** `Σ weight · cost`. Terms of weight 0 are left out, so a sum over one-hot weights is exact. */
function weighted(costs: readonly Cost[], weights: readonly number[]): Cost {
  let total = zeroCost;
  costs.forEach((cost, i) => {
    const w = weights[i] ?? 0;
    if (w === 0) return;
    const { flops, bops, elementwise, realParams, binaryParams, bits } = cost;
    total = addCosts(total, {
      flops: w * flops,
      bops: w * bops,
      elementwise: w * elementwise,
      realParams: w * realParams,
      binaryParams: w * binaryParams,
      bits: w * bits,
    });
  });
  return total;
}

function rowOr(row: readonly number[] | undefined, length: number, hot: number): readonly number[] {
  return row !== undefined && row.length > 0 ? row : Array.from({ length }, (_, i) => (i === hot ? 1 : 0));
}

function at<T>(list: readonly T[], index: number): T {
  return list[index] as T;
}
