import type { tf } from "../backend";
import type { BinarizationConfig } from "../config/binarizationConfig";
import type { SpaceConfig } from "../config/spaceConfig";
import type { Primitive } from "../primitives/primitives";

/**
 * What the edges that leave one node share, computed once.
 * All tensors NHWC, `[batch, height, width, channels]`.
 */
export interface NodeState {
  /** The node's value. */
  readonly raw: tf.Tensor4D;
  /** After batch norm; `raw` itself in the block order "conv_bn_relu". */
  readonly normalized: tf.Tensor4D;
  /** Sign of `normalized`, **not** masked: operations multiply the mask into their kernels, border included. */
  readonly bits: tf.Tensor4D;
  /** Share of each channel that exists, `[channels]` in [0, 1]; null where all do. */
  readonly mask: tf.Tensor1D | null;
  /**
   * Whether the mask multiplies the bits instead of the kernels, and kernels keep their scales apart: the same value up to
   * rounding, whose gradients in masks and scales need no gradient of a kernel. For steps that ask for no others.
   */
  readonly masksBits?: boolean;
}

/** One tensor an operation learns. */
export interface ParameterSpec {
  /** Unique within its operation, e.g. "latent", "rprelu.slope". */
  readonly name: string;
  readonly shape: number[];
  /** "latent" weights are binarized in the forward pass; "scale" and "offset" are per channel. */
  readonly role: "latent" | "real" | "scale" | "offset";
  readonly init:
    | { readonly kind: "normal"; readonly std: number }
    | { readonly kind: "constant"; readonly value: number };
}

/** Everything an operation is built from. */
export interface OperationSettings {
  readonly primitive: Primitive;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly stride: 1 | 2;
  readonly space: Pick<SpaceConfig, "convShortcut" | "stridedConv" | "convGroups">;
  readonly binarization: BinarizationConfig;
  /** Steepness of the "ede" and "irnet" gradients at this time of the training. */
  readonly edeT: number;
}

/** Settings with the operation's place, e.g. `cell3.edge2-0.bin_conv_3x3`, for error messages. */
export type NamedSettings = OperationSettings & { readonly name: string };

/** The tensor an operation's parameter has now, by the name in its {@link ParameterSpec}. */
export type GetParameter = (name: string) => tf.Tensor;

/** What the caller may add to one application of an operation. */
export interface ApplyOptions {
  /** Share of each output channel that exists, `[outChannels]`; the weight scale "scale_tensor" depends on it. */
  readonly outputMask?: tf.Tensor1D | null;
  /**
   * Multiplied into what the convolution gives, before an identity is added to it, `[outChannels]`; left out, or null: ones.
   * For supernets whose nodes carry no mask of their own beside that (`mixture.widthMasks` "once").
   */
  readonly valueMask?: tf.Tensor1D | null;
  /**
   * The batch norm after the convolution in the block order "conv_bn_relu". Without it: batch statistics, no
   * affine part. A network passes its own, with affine part and running statistics.
   */
  readonly normalize?: (conv: tf.Tensor4D) => tf.Tensor4D;
}

/** The layer built for a primitive. It holds no tensors. */
export interface Operation {
  readonly parameters: readonly ParameterSpec[];
  /**
   * The operation's value `[batch, ceil(height / stride), ceil(width / stride), outChannels]`, a tensor the caller
   * owns; null for "none".
   */
  apply(input: NodeState, get: GetParameter, options?: ApplyOptions): tf.Tensor4D | null;
  /** The parts of a binary convolution of stride 1, for `applyTogether`; null for every other operation. */
  readonly conv: ConvParts | null;
}

/** A stride-1 binary convolution in two parts, so that several of one node can run as one. */
export interface ConvParts {
  /** Height and width of the kernel the engine sees. */
  readonly size: number;
  readonly border: 0 | 1;
  /**
   * Binary kernel with the input mask in it, `[size, size, inChannels, outChannels]`.
   * @throws ShapeError if the node has other channels than the operation was built for.
   */
  kernel(input: NodeState, get: GetParameter, options?: ApplyOptions): tf.Tensor4D;
  /** The kernel's scale where it takes its gradient apart ({@link NodeState.masksBits}), else null. */
  scale(input: NodeState, get: GetParameter, options?: ApplyOptions): tf.Tensor | null;
  /** Everything after the convolution. */
  finish(conv: tf.Tensor4D, input: NodeState, get: GetParameter, options?: ApplyOptions): tf.Tensor4D;
}
