import type { tf } from "../backend";
import type { Parameters } from "../layers/parameters";
import type { BatchStatistics, RunningStatistics } from "../layers/runningStatistics";
import type { PrimitiveSpec } from "../primitives/primitive";
import type { RandomKey } from "../random/randomKey";
import type { OverridableLayer } from "./layerOverrides";

/** How one forward pass of a network is to run. */
export interface NetworkPass {
  /** True: batch norms use the statistics of the batch. False: the running ones. */
  readonly training: boolean;
  /** Steepness of the EDE gradients at this epoch. */
  readonly edeT: number;
  /** Receives the statistics of every batch norm; the caller owns them (see RunningStatistics). */
  readonly collect?: BatchStatistics | undefined;
  /** False: activations are binarized, kernels stay real (first of two training steps). Default true. */
  readonly binaryWeights?: boolean | undefined;
  /**
   * Replaces every activation sign by `tanh(smoothSign · x)`: a smooth network of the same weights, whose gradients are
   * exact, for comparison. By default signs are signs.
   */
  readonly smoothSign?: number | undefined;
  /** Drops whole edges per image at this rate, scaled (FractalNet, arXiv:1605.07648; as in DARTS, arXiv:1806.09055). */
  readonly dropPath?: { readonly rate: number; readonly key: RandomKey } | undefined;
  /**
   * Sees every named tensor as it is made: `stem`, `cell0.process`, `cell0.node1`, `cell0.edge2-1.bin_conv_3x3.presign`
   * (what that convolution takes the sign of: after its own batch norm and learnt shift),
   * `cell0.edge2-1.bin_conv_3x3.bits` (that sign, −1 and +1), `cell0.edge2-1.bin_conv_3x3`, `cell0.output`, `pooled`,
   * `logits`, … The tensor is the network's: copy to keep.
   */
  readonly tap?: ((name: string, tensor: tf.Tensor) => void) | undefined;
}

/** Logits `[batch, classes]`, and those of the auxiliary head where the network has one and `training` holds. */
export interface NetworkOutputs {
  readonly logits: tf.Tensor2D;
  readonly auxiliary: tf.Tensor2D | null;
}

/** One discrete model: what the training loop, evaluation, baselines and analyses share. */
export interface Trainable {
  readonly name: string;
  readonly imageSize: number;
  readonly imageChannels: number;
  readonly classes: number;
  /** Owned by the network; `dispose` frees them. */
  readonly parameters: Parameters;
  readonly statistics: RunningStatistics;
  /** Names a pass with `tap` will report, in order. */
  readonly taps: readonly string[];
  /** Layers that may do otherwise than the settings say. */
  readonly layers: readonly OverridableLayer[];
  /** The primitives on its edges as they were defined when it was built; left out by networks without any. */
  readonly primitives?: readonly PrimitiveSpec[];
  /**
   * `images` `[batch, imageSize, imageSize, imageChannels]`, normalised.
   * @throws ShapeError if the images have another shape.
   */
  outputs(images: tf.Tensor4D, pass: NetworkPass): NetworkOutputs;
  dispose(): void;
}
