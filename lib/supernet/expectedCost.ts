import { tf } from "../backend";
import type { CostPenaltyConfig } from "../config/searchConfig";
import type { SpaceConfig } from "../config/spaceConfig";
import { type Cost, ops } from "../cost/cost";
import { type CostTables, costTables } from "../cost/costTables";
import type { AlphaTensors } from "./alphaVariables";
import { type LayoutWeights, layoutWeights } from "./layoutWeights";

/** Cost numbers of one built cell as constant tensors, in units of the budget. */
interface CellCoefficients {
  readonly stage: number;
  readonly group: number;
  /** Place among the stage's normal cells from 1; 0 for the reduction cell that opens the stage. */
  readonly position: number;
  /** `[pairs]`: what the cell costs whatever its edges hold, per pair of input and output width. */
  readonly fixed: tf.Tensor1D;
  /** `[pairs, edges · primitives]`. */
  readonly edges: tf.Tensor2D;
}

/**
 * Expected inference cost of a soft architecture, differentiable in every probability and exact: with
 * independent choices of depth, width and operations the expectation of a sum over cells is a sum of products
 * of their probabilities,
 *
 * `E = Σ_cells P(kept) · Σ_{a,b} P(in width a, out width b | kept) · [ fixed_ab + Σ_{edge,op} p_{edge,op} · cost_ab,edge,op ]`
 *
 * and at one-hot probabilities it is the cost of the derived network. The same sum in double precision, for
 * reports, is `expectedCost` of `lib/cost`.
 */
export class ExpectedCost {
  readonly #space: SpaceConfig;
  readonly #tables: CostTables;
  #cells: CellCoefficients[] = [];
  /** `[choices]`: stem plus extra stem, and head. */
  #stem: tf.Tensor1D | null = null;
  #head: tf.Tensor1D | null = null;
  #unit = "";

  constructor(space: SpaceConfig) {
    this.#space = space;
    this.#tables = costTables(space);
  }

  /** `E[measure] / budget`, a scalar. Shapes of `probabilities`: see AlphaTensors. */
  relativeTo(probabilities: AlphaTensors, config: Pick<CostPenaltyConfig, "measure" | "budget">): tf.Scalar {
    this.#prepare(config);
    return tf.tidy(() => {
      const layout = layoutWeights(this.#space, probabilities);
      const full = tf.tensor1d([1]);
      const flat = probabilities.cells.map((p) => tf.reshape(p, [-1, 1]) as tf.Tensor2D);
      const lastStage = layout.own.length - 1;
      let total = tf.add(
        tf.sum(tf.mul(this.#stem as tf.Tensor1D, layout.opening[0] ?? full)),
        tf.sum(tf.mul(this.#head as tf.Tensor1D, this.#headWidth(layout, lastStage) ?? full)),
      );
      for (const cell of this.#cells) {
        const opening = layout.opening[cell.stage] ?? full;
        const perPair = tf.add(
          cell.fixed,
          tf.reshape(tf.matMul(cell.edges, flat[cell.group] as tf.Tensor2D), [-1]),
        );
        let weight: tf.Tensor;
        if (cell.position === 0) weight = diagonal(opening);
        else {
          const widths = layout.own[cell.stage] ?? [];
          const own = widths[cell.position - 1] ?? full;
          weight = normalCellWeight(
            cell,
            layout.sink[cell.stage] ?? null,
            { own, following: widths[cell.position] ?? own, next: layout.opening[cell.stage + 1] ?? full },
            this.#tables,
          );
        }
        total = tf.add(total, tf.sum(tf.mul(weight, perPair)));
      }
      return total as tf.Scalar;
    });
  }

  /** Of the tensor that the head reads: the width of the last kept cell. */
  #headWidth(layout: LayoutWeights, stage: number): tf.Tensor | null {
    const own = layout.own[stage] ?? [];
    const depth = layout.sink[stage] ?? null;
    if (this.#space.widthPer !== "cell") return layout.opening[stage] ?? null;
    if (own[0] === null || own[0] === undefined) return null;
    if (depth === null) return own.at(-1) as tf.Tensor;
    const rows = [own[0], ...own] as tf.Tensor1D[];
    return tf.reshape(tf.matMul(tf.reshape(depth, [1, -1]), tf.stack(rows) as tf.Tensor2D), [-1]);
  }

  dispose(): void {
    for (const cell of this.#cells) tf.dispose([cell.fixed, cell.edges]);
    this.#stem?.dispose();
    this.#head?.dispose();
    this.#cells = [];
    this.#stem = null;
    this.#head = null;
    this.#unit = "";
  }

  /** Builds the constant tensors for one measure and budget, once; they outlive the tidy they are first used in. */
  #prepare({ measure, budget }: Pick<CostPenaltyConfig, "measure" | "budget">): void {
    if (this.#unit === `${measure}/${budget}`) return;
    this.dispose();
    const value = (cost: Cost) => (measure === "ops" ? ops(cost) : cost[measure]) / budget;
    const { stem, head, cells } = this.#tables;
    this.#stem = tf.keep(tf.tensor1d(stem.map(value)));
    this.#head = tf.keep(tf.tensor1d(head.map(value)));
    this.#cells = cells.map((cell) => ({
      stage: cell.stage,
      group: cell.group,
      position: cell.position,
      fixed: tf.keep(tf.tensor1d(cell.pairs.map((pair) => value(pair.fixed)))),
      edges: tf.keep(tf.tensor2d(cell.pairs.map((pair) => pair.edges.flat().map(value)))),
    }));
    this.#unit = `${measure}/${budget}`;
  }
}

/** Pairs are listed row by row: input choice a, output choice b. Puts a distribution on the diagonal. */
function diagonal(distribution: tf.Tensor): tf.Tensor {
  const n = distribution.size;
  return tf.reshape(tf.mul(tf.eye(n), tf.reshape(distribution, [n, 1])), [-1]);
}

/**
 * `P(kept and in a, out b)` of a normal cell: as the last kept cell of a stage that another follows, its widths
 * are the stage's and the next one's, independent of each other; else both are the stage's, or with a width per cell its
 * own and the next cell's.
 */
function normalCellWeight(
  cell: CellCoefficients,
  depth: tf.Tensor | null,
  {
    own,
    following,
    next,
  }: { readonly own: tf.Tensor; readonly following: tf.Tensor; readonly next: tf.Tensor },
  tables: CostTables,
): tf.Tensor {
  const { cells, closed } = tables.stages[cell.stage] as CostTables["stages"][number];
  const isFinal = cell.position === cells;
  const here = depth ? tf.slice(depth, [cell.position], [1]) : tf.scalar(isFinal ? 1 : 0);
  const after =
    depth && !isFinal
      ? tf.sum(tf.slice(depth, [cell.position + 1], [cells - cell.position]))
      : tf.scalar(isFinal ? 0 : 1);
  const unchanged = diagonal(own);
  const goesOn = following === own ? unchanged : independent(own, following);
  if (!closed && following === own) return tf.mul(tf.add(here, after), unchanged);
  const ends = closed ? independent(own, next) : unchanged;
  return tf.add(tf.mul(here, ends), tf.mul(after, goesOn));
}

/** Every pair of an input and an output width that are drawn each for itself. */
function independent(from: tf.Tensor, to: tf.Tensor): tf.Tensor {
  const n = from.size;
  return tf.reshape(tf.matMul(tf.reshape(from, [n, 1]), tf.reshape(to, [1, n])), [-1]);
}
