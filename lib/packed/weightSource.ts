/**
 * Where a graph's weights come from: a trained network while it is packed, a file while it is read. Graphs ask for their weights in
 * an order that the architecture and its settings alone decide, so that a file needs no table of contents.
 */
export interface WeightSource {
  /** A real tensor, flat. `name` is the network's parameter. */
  real(name: string, shape: readonly number[]): Float32Array;
  /** A batch norm in evaluation as a scale and a shift a channel: `y = x · scale + offset`. */
  norm(request: NormRequest): Affine;
  /** The signs of one binary kernel: 0 for +1, 1 for −1, `[outChannels, kernel, kernel, inChannels]` (of a group). */
  signs(request: KernelRequest): Uint8Array;
  /** The scale of one binary kernel's filters, `[outChannels]`; of one number for all where `numbers` is 1. */
  weightScale(request: KernelRequest, numbers: number): Float32Array;
}

export interface NormRequest {
  /** Its learnt scale and shift are `<name>.scale` and `<name>.offset`. */
  readonly name: string;
  /** Its running statistics are `<statistics>.mean` and `<statistics>.variance`. */
  readonly statistics: string;
  readonly channels: number;
  /**
   * Binary kernels in front of it whose scale it takes up: `y = n · a · scale + offset`. Of several, channel `c` is filter
   * `floor(c / several)` of kernel `c mod several`. Null where none does.
   */
  readonly kernels: readonly KernelRequest[] | null;
}

export interface KernelRequest {
  /** The network's latent weights `[kernel, kernel, inChannels, outChannels]`. */
  readonly latent: string;
  readonly kernel: number;
  /** Of one group. */
  readonly inChannels: number;
  readonly outChannels: number;
}

/** A scale and a shift a channel. */
export interface Affine {
  readonly scale: Float32Array;
  readonly offset: Float32Array;
}
