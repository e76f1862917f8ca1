import { type SpaceConfig, stemReduction } from "../config/spaceConfig";
import type { LayerSpec } from "../primitives/layerSpec";
import { cellTensorFactor } from "../space/builtCells";
import { stagesOf } from "../space/stages";
import { activatedHead, copiesStem, stemOf } from "../space/stem";
import type { LayerCost } from "./cost";
import { layerCosts } from "./layerCost";

/**
 * The stem, full precision: its convolutions ({@link stemOf}), each with batch norm; in preprocess mode followed by the
 * extra stem that feeds the wide path between cells ({@link extraStemCost}).
 *
 * @param channels as `stemChannels` gives them.
 */
export function stemCost(space: SpaceConfig, channels: number): LayerCost[] {
  const input = [space.imageSize, space.imageSize, space.imageChannels] as const;
  const { convolutions, pooled } = stemOf(space, channels);
  const stem: LayerSpec[] = [
    ...convolutions.flatMap(({ kernel, stride, out, relu }): LayerSpec[] => [
      ...(relu ? [{ layer: "relu" } as const] : []),
      { layer: "conv", kernel, out, stride },
      { layer: "batch_norm" },
    ]),
    ...(pooled ? [{ layer: "max_pool", kernel: 3, stride: 2 } as const] : []),
  ];
  const rows = layerCosts("stem", input, stem);
  return space.process === "preprocess" ? [...rows, ...extraStemCost(space, channels)] : rows;
}

/**
 * The extra stem alone: to `steps · channels` by ReLU, 1x1 convolution and batch norm, or (`extraStem: "copies"`) by copies and
 * batch norm. It is part of {@link stemCost} in preprocess mode and unused in postprocess mode.
 */
export function extraStemCost(space: SpaceConfig, channels: number): LayerCost[] {
  const size = space.imageSize / stemReduction(space);
  const input = [size, size, channels] as const;
  if (copiesStem(space)) {
    return layerCosts("extraStem", input, [
      { layer: "duplicate", copies: space.steps },
      { layer: "batch_norm" },
    ]);
  }
  const out = channels * space.steps;
  return layerCosts("extraStem", input, [
    { layer: "relu" },
    { layer: "conv", kernel: 1, out },
    { layer: "batch_norm" },
  ]);
}

/**
 * The head, full precision: batch norm and ReLU where the space has them, global average pooling and a linear classifier with bias.
 *
 * @param channels of one node of the last cell, as `headChannels` gives them; in preprocess mode the head reads
 * `steps` times as many.
 */
export function headCost(space: SpaceConfig, channels: number): LayerCost[] {
  const { size } = stagesOf(space).at(-1) as { size: number };
  const input = [size, size, channels * cellTensorFactor(space)] as const;
  const before: LayerSpec[] = activatedHead(space) ? [{ layer: "batch_norm" }, { layer: "relu" }] : [];
  return layerCosts("head", input, [
    ...before,
    { layer: "global_pool" },
    { layer: "linear", out: space.classes },
  ]);
}

/** Stem and head of a network whose first and last feature maps have these channels. */
export function stemAndHeadCost(
  space: SpaceConfig,
  firstChannels: number,
  lastChannels: number,
): LayerCost[] {
  return [...stemCost(space, firstChannels), ...headCost(space, lastChannels)];
}
