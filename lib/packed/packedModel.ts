import type { ModelSpec } from "../records/modelSpec";
import type { Definition } from "../util/variantTable";
import type { PackedBinarization } from "./blockGraph";
import type { Graph } from "./graph";
import { lowerGraph } from "./lowering";
import { modelGraph } from "./modelGraph";
import type { Program } from "./program";
import { type PackedTensors, StoredTensors } from "./tensors";

/** What is known of a packed model besides its weights. Plain data; the header of its file. */
export interface PackedHeader {
  readonly kind: "bars.packed-model";
  readonly version: 1;
  /** The genotype with its space, or the baseline. */
  readonly model: ModelSpec;
  readonly binarization: PackedBinarization;
  /** One a class, in the order of the logits. */
  readonly classNames: readonly string[];
  /** Of pixels in [0, 1], a channel each: the network reads `(pixel − mean) / std`. */
  readonly normalization: { readonly mean: readonly number[]; readonly std: readonly number[] };
  readonly provenance: Provenance;
  /** Variants of the user's own that the model and its binarization name; who opens it must have defined them, of the same versions. */
  readonly defined?: readonly Definition[];
}

/** Where the weights come from. */
export interface Provenance {
  /** Version of the library that packed it. */
  readonly bars: string;
  /** Of the training; null for a network that was not trained by this library. */
  readonly configHash: string | null;
  /** Name of the images it was trained on. */
  readonly data: string | null;
  /** Epochs trained. */
  readonly epochs: number | null;
  /** Whether statistics of batch norms were taken anew. */
  readonly recalibrated: boolean | null;
  /** Measured by the training, on all its test images: the share in [0, 1]; null where it was not. */
  readonly testAccuracy: number | null;
}

/** A trained network ready to be shipped: header and tensors. */
export interface PackedModel {
  readonly header: PackedHeader;
  readonly tensors: PackedTensors;
}

/**
 * The layers of a packed model, nothing fused: what its float network computes in evaluation, with batch norms folded.
 *
 * @throws RecordError for a tensor that is missing or of another length; ConfigError for what no packed engine has.
 *
 * @example
 * ```ts
 * const network = bars.config.baselineConfig({ width: 0.125, imageSize: 8 });
 * const model = bars.packed.packDrawn({ kind: "baseline", name: "small", ...network }, bars.randomKey(0));
 * const { nodes, logits } = bars.packed.graphOf(model);
 * console.log(nodes[0].op.kind, nodes[logits].size); // image [1,1,10]
 * ```
 */
export function graphOf({ header, tensors }: PackedModel): Graph {
  return modelGraph(header.model, header.binarization, new StoredTensors(tensors));
}

/**
 * The program of a packed model: what engines run.
 *
 * @throws RecordError for a tensor that is missing or of another length; ConfigError for what no packed engine has.
 *
 * @example
 * ```ts
 * const network = bars.config.baselineConfig({ width: 0.125, imageSize: 8 });
 * const model = bars.packed.packDrawn({ kind: "baseline", name: "small", ...network }, bars.randomKey(0));
 * const { steps } = bars.packed.programOf(model);
 * console.log(steps[0].step, steps.at(-1).step); // real_conv dense
 * ```
 */
export function programOf(model: PackedModel): Program {
  return lowerGraph(graphOf(model));
}
