import type { Primitive, SpaceConfig } from "../config/spaceConfig";
import { type BlockStyle, binaryBlock } from "./blockStyle";
import type { LayerSpec } from "./layerSpec";

/** The place of an operation: what it reads and what it must put out. */
export interface OperationShape {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly stride: 1 | 2;
}

type LayersOf = (
  shape: OperationShape,
  space: Pick<SpaceConfig, "convShortcut" | "stridedConv" | "convGroups">,
  style: BlockStyle,
) => LayerSpec[];

/** The layers of each primitive. A primitive without an entry does not compile. */
export const primitiveLayers = {
  none: () => [],
  skip_connect: (shape) => skipLayers(shape),
  bin_conv_1x1: convolution(1),
  bin_conv_3x3: convolution(3),
  bin_conv_5x5: convolution(5),
  bin_dil_conv_3x3: convolution(3, { dilation: 2 }),
  bin_group_conv_3x3: (shape, space, style) =>
    convolution(3, { groups: space.convGroups })(shape, space, style),
  avg_pool_3x3: (shape) => [{ layer: "avg_pool", kernel: 3, stride: shape.stride }, ...matchChannels(shape)],
  max_pool_3x3: (shape) => [{ layer: "max_pool", kernel: 3, stride: shape.stride }, ...matchChannels(shape)],
} satisfies Record<Primitive, LayersOf>;

/** Identity; with stride 2 average pooling over 2x2 pixels. Then {@link matchChannels}. */
export function skipLayers(shape: OperationShape): LayerSpec[] {
  const pool: LayerSpec[] = shape.stride === 2 ? [{ layer: "avg_pool", kernel: 2, stride: 2 }] : [];
  return [...pool, ...matchChannels(shape)];
}

/**
 * How an operation without weights changes the channel count: twice as many channels are two copies side by
 * side; otherwise the leading channels both sides share are kept, the rest is zero.
 */
function matchChannels({ inChannels, outChannels, stride }: OperationShape): LayerSpec[] {
  if (inChannels === outChannels) return [];
  if (stride === 2 && outChannels === 2 * inChannels) return [{ layer: "duplicate", copies: 2 }];
  return [{ layer: "match_channels", out: outChannels }];
}

function convolution(kernel: number, variant: { dilation?: number; groups?: number } = {}): LayersOf {
  return ({ inChannels, outChannels, stride }, space, style) => {
    const factorized = stride === 2 && space.stridedConv === "factorized";
    const shortcut = stride === 1 && space.convShortcut;
    return binaryBlock({ kernel, inChannels, outChannels, stride, ...variant, factorized, shortcut }, style);
  };
}
