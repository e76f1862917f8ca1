import type { BinarizationConfig } from "../config/binarizationConfig";
import { weightBinarizers } from "../primitives/binarizers";
import type { GraphBuilder, NodeId } from "./graph";
import type { KernelRequest, WeightSource } from "./weightSource";

/** What of the binarization settings decides what a network computes in evaluation. Gradients play no part. */
export type PackedBinarization = Pick<
  BinarizationConfig,
  "activation" | "weight" | "blockOrder" | "border" | "shortcutFrom" | "nonlinearity" | "rsign"
>;

/** What graphs of cells and of hand-made networks are put together with. */
export interface GraphContext {
  readonly build: GraphBuilder;
  readonly weights: WeightSource;
  readonly binarization: PackedBinarization;
}

/** A binary convolution with everything around it, as `layers/binaryConvOperation` computes it. */
export interface BlockPlace {
  readonly name: string;
  readonly kernel: number;
  readonly dilation: number;
  readonly groups: number;
  readonly stride: 1 | 2;
  readonly factorized: boolean;
  readonly identity: boolean;
  readonly outChannels: number;
  /** Of the batch norm in front of the convolution; the one behind it has the block's own name. */
  readonly statistics: string;
}

/** The kernels of a convolution: two with half the filters each where it is factorized. */
function kernelsOf(place: BlockPlace, inChannels: number): KernelRequest[] {
  const { name, kernel, groups, factorized, outChannels } = place;
  const latents = factorized ? ["even.latent", "odd.latent"] : ["latent"];
  return latents.map((latent) => ({
    latent: `${name}.${latent}`,
    kernel,
    inChannels: inChannels / groups,
    outChannels: outChannels / latents.length,
  }));
}

/** One block: sign, convolution, scale or batch norm, identity, nonlinearity. */
export function blockGraph(context: GraphContext, place: BlockPlace, raw: NodeId): NodeId {
  const { build, weights, binarization } = context;
  const { name, outChannels } = place;
  const before = binarization.blockOrder === "bn_conv_relu";
  const inChannels = build.sizeOf(raw)[2];
  let normalized = raw;
  if (before) {
    const { scale, offset } = weights.norm({
      name,
      statistics: place.statistics,
      channels: inChannels,
      kernels: null,
    });
    normalized = build.affine(`${name}.norm`, raw, scale, offset);
  }
  let presign = normalized;
  if (binarization.rsign) {
    const shift = weights.real(`${name}.rsign.shift`, [inChannels]);
    presign = build.affine(`${name}.presign`, normalized, null, shift);
  }
  const kernels = kernelsOf(place, inChannels);
  let value = build.binaryConv(`${name}.conv`, build.sign(`${name}.bits`, presign), outChannels, {
    kernel: place.kernel,
    stride: place.stride,
    dilation: place.dilation,
    groups: place.groups,
    border: binarization.border,
    phases: place.factorized ? 2 : 1,
    signs: interleaved(
      kernels.map((kernel) => weights.signs(kernel)),
      outChannels / kernels.length,
    ),
  });
  if (before) value = build.affine(`${name}.scaled`, value, scaleOf(context, kernels), null);
  else {
    const { scale, offset } = weights.norm({ name, statistics: name, channels: outChannels, kernels });
    value = build.affine(`${name}.norm`, value, scale, offset);
  }
  const shortcut = binarization.shortcutFrom === "input" ? raw : normalized;
  if (place.identity) value = build.add(`${name}.sum`, value, shortcut);
  return nonlinear(context, name, value);
}

/** The scale of the filters of a convolution, `[outChannels]`; null where its binarizer has none. */
export function scaleOf(
  { weights, binarization }: GraphContext,
  kernels: readonly KernelRequest[],
): Float32Array | null {
  const { scales } = weightBinarizers.get(binarization.weight);
  const parts = kernels.map((kernel) => {
    const numbers = scales(kernel.outChannels);
    if (numbers === 0) return null;
    const own = weights.weightScale(kernel, numbers);
    return numbers === kernel.outChannels ? own : new Float32Array(kernel.outChannels).fill(own[0] as number);
  });
  const known = parts.filter((part) => part !== null);
  return known.length === 0 ? null : Float32Array.from(dealt(known));
}

/** Numbers of several kernels' filters in the order of the channels they give: `2f` of the first, `2f + 1` of the second. */
export function dealt(parts: readonly ArrayLike<number>[]): number[] {
  const { length } = parts[0] as ArrayLike<number>;
  return Array.from({ length }, (_, f) => parts.map((part) => part[f] as number)).flat();
}

/** Filters of several kernels, dealt out in the same way. */
function interleaved(parts: readonly Uint8Array[], filters: number): Uint8Array {
  const [first] = parts as [Uint8Array];
  if (parts.length === 1) return first;
  const length = first.length / filters;
  const signs = new Uint8Array(first.length * parts.length);
  for (let f = 0; f < filters; f++) {
    for (const [p, part] of parts.entries())
      signs.set(part.subarray(f * length, (f + 1) * length), (f * parts.length + p) * length);
  }
  return signs;
}

/** The activation behind a block, by the settings. */
function nonlinear({ build, weights, binarization }: GraphContext, name: string, x: NodeId): NodeId {
  switch (binarization.nonlinearity) {
    case "none":
      return x;
    case "relu":
      return build.activation(name, x, { kind: "relu" });
    case "rprelu": {
      const channels = build.sizeOf(x)[2];
      const part = (own: string) => weights.real(`${name}.rprelu.${own}`, [channels]);
      const inputShift = part("inputShift");
      const slope = part("slope");
      const outputShift = part("outputShift");
      return build.activation(name, x, { kind: "rprelu", inputShift, slope, outputShift });
    }
    default:
      return binarization.nonlinearity satisfies never;
  }
}
