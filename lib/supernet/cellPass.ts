import type { tf } from "../backend";
import type { BatchStatistics } from "../layers/runningStatistics";
import type { Share } from "./fedShares";

/** What a forward pass hands to every cell. */
export interface CellPass {
  readonly get: (name: string) => tf.Tensor;
  readonly edeT: number;
  /** Parameter-free batch norm, under a name. */
  normalize(name: string, x: tf.Tensor4D): tf.Tensor4D;
  /** Weight of an extra skip connection on every edge; 0 for none. */
  readonly auxiliarySkip: number;
  /** Whether gradients in alphas alone are asked; see `NodeState.masksBits`. */
  readonly alphasOnly: boolean;
  /** Applied to the value of every skip connection of a named edge; null for none. */
  readonly dropSkip: ((name: string, value: tf.Tensor4D) => tf.Tensor4D) | null;
  /** Whether operations of weight 0 need neither a value nor a gradient in that weight, and are computed behind gates. */
  readonly skipsOperations: boolean;
  /** Receives statistics of batch norms; null for none. */
  readonly collect: BatchStatistics | null;
  /** The same pass with parameters and statistics of its own. */
  within(get: CellPass["get"], collect: BatchStatistics): CellPass;
}

/** Masks of a cell: shares of the channels that exist on either side, `[channels]`; null for all. */
export interface CellMasks {
  readonly input: tf.Tensor1D | null;
  readonly output: tf.Tensor1D | null;
}

/** What a cell must know of its surroundings. */
export interface CellSurroundings extends CellMasks {
  /** Probability that its input holds anything; null for 1. */
  readonly fed: Share;
}

/** How the edges of one cell group weigh. */
export interface OperationWeights {
  /** Of each operation, `[edge][primitive]`: a scalar tensor, or 0 for an operation that is left out. */
  readonly operations: readonly (readonly (tf.Scalar | 0)[])[];
  /** Of the whole edge, `[edge]`, where edges are normalized; the operations have it in theirs. */
  readonly edges: readonly tf.Scalar[] | null;
  /** Share of each edge's weight on operations, where nodes count by what enters them (`mixture.emptyNodes`). */
  readonly held: readonly tf.Scalar[] | null;
}
