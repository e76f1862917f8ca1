import type { backend_util } from "@tensorflow/tfjs-core";
import type { GraphBuilder } from "../graphBuilder";
import type { GraphTensor } from "../graphTensor";

export type Info = backend_util.Conv2DInfo;
export type Four = [number, number, number, number];

/** Extents of the window with its gaps, and rows and columns that must exist after the image. */
export function geometry(info: Info) {
  const reach = [
    (info.filterHeight - 1) * info.dilationHeight + 1,
    (info.filterWidth - 1) * info.dilationWidth + 1,
  ] as const;
  const before = [info.padInfo.top, info.padInfo.left] as const;
  const after = [
    Math.max(0, (info.outHeight - 1) * info.strideHeight + reach[0] - info.inHeight - before[0]),
    Math.max(0, (info.outWidth - 1) * info.strideWidth + reach[1] - info.inWidth - before[1]),
  ] as const;
  return { reach, before, after };
}

/** Groups of channels that do not meet. */
export function groupsOf(info: Info, filterShape: readonly number[], depthwise: boolean): number {
  return depthwise ? info.inChannels : info.inChannels / (filterShape[2] as number);
}

/** A factor of each channel of the output, as factors of a kernel's entries. A depthwise kernel's last two axes are them. */
export function filterFactors(
  g: GraphBuilder,
  gain: GraphTensor,
  filterShape: readonly number[],
  depthwise: boolean,
): GraphTensor {
  return depthwise && gain.shape.length > 0 ? g.reshape(gain, filterShape.slice(2)) : gain;
}
