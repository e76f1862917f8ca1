/**
 * One layer of a network as plain data: enough to know its shapes and its cost. Sequences of these describe
 * both the operations of a searched cell and the hand-made networks we compare with.
 *
 * Borders: a layer of stride `s` puts out `ceil(size / s)` pixels, as every network described here does
 * ("same" borders of `(kernel − 1) / 2`). Products with the border are counted, as all published counts do.
 */
export type LayerSpec = {
  /** Name in the table of layers; by default what the layer is, numbered where it would repeat. */
  readonly name?: string;
} & (
  | ({ readonly layer: "conv"; readonly bias?: boolean } & ConvolutionSpec)
  | ({ readonly layer: "binary_conv" } & ConvolutionSpec)
  | { readonly layer: "linear"; readonly out: number; readonly bias?: boolean }
  | { readonly layer: "batch_norm" }
  /** Multiplies by the scale of the binary weights before it, `scales` numbers. */
  | { readonly layer: "scale"; readonly scales: number }
  /** Activation sign; "rsign" first adds a learnt shift per channel (ReActNet, arXiv:2003.03488). */
  | { readonly layer: "sign" | "rsign" }
  /** "prelu": a learnt slope per channel. "rprelu": a PReLU between two learnt shifts per channel (ReActNet). */
  | { readonly layer: "relu" | "hardtanh" | "prelu" | "rprelu" }
  | { readonly layer: "max_pool" | "avg_pool"; readonly kernel: number; readonly stride: number }
  | { readonly layer: "global_pool" }
  /** Concatenates `copies` copies of its input along the channels. */
  | { readonly layer: "duplicate"; readonly copies: number }
  /** Takes the leading channels, or appends channels of zeros, to put out `out` channels. */
  | { readonly layer: "match_channels"; readonly out: number }
  /** Adds its input, or only its leading `channels`, to a tensor that exists already. */
  | { readonly layer: "sum"; readonly channels?: number }
  /** Runs each branch on the same input and adds or concatenates their outputs. An empty branch is the identity. */
  | {
      readonly layer: "branches";
      readonly join: "sum" | "concat";
      readonly branches: readonly (readonly LayerSpec[])[];
    }
);

interface ConvolutionSpec {
  readonly kernel: number;
  /** Output channels. */
  readonly out: number;
  readonly stride?: number;
  readonly groups?: number;
  /** Has no part in the cost; kept so that the description is complete. */
  readonly dilation?: number;
}
