import type { GraphBuilder } from "../graphBuilder";
import type { GraphTensor } from "../graphTensor";
import { type Four, filterFactors, geometry, groupsOf, type Info } from "./convolutionInfo";

/** Joining all taps into one product pays where the product's sides are at most this long. */
const joinedSide = 48;

/**
 * Gradient in the kernel: for every tap the image shifted by the tap, times the gradient of the output, summed over
 * pixels (a product of matrices an image) and images. Factors of the channels of either side go to the result.
 */
export function convolveBackFilter(
  g: GraphBuilder,
  x: GraphTensor,
  dy: GraphTensor,
  info: Info,
  filterShape: readonly number[],
  depthwise: boolean,
): GraphTensor {
  const upstream = g.scaled(g.first(dy));
  const gradient = (
    info.strideHeight === 1 && info.strideWidth === 1 && !depthwise && g.onProcessor ? byShifts : byTaps
  )(g, g.first(x), upstream.base, info, filterShape, depthwise);
  const { gain } = upstream;
  return gain ? g.mul(gradient, filterFactors(g, gain, filterShape, depthwise)) : gradient;
}

type BackFilter = typeof convolveBackFilter;

/**
 * At stride 1 a tap's row may shift the gradient instead of the image: `height` shifted gradients and `width` shifted
 * images, each `inHeight · outWidth`, make all `height · width` pairs.
 */
const byShifts: BackFilter = (g, x, dy, info, filterShape) => {
  const { before } = geometry(info);
  const [height, width, channels, filters] = filterShape as Four;
  const { batchSize, inHeight, inWidth, outHeight, outWidth, dilationHeight, dilationWidth } = info;
  const groups = groupsOf(info, filterShape, false);
  const perGroup = filters / groups;
  const pixels = inHeight * outWidth;
  const zero = g.scalar(0);
  const columns = Array.from({ length: width }, (_, column) => {
    const start = before[1] - column * dilationWidth;
    const shifted = g.pad(x, [0, 0, start, 0], [0, 0, outWidth - inWidth - start, 0], zero);
    return g.view(shifted, [batchSize, groups, channels, pixels]);
  });
  const upstream = g.view(dy, [batchSize, groups, perGroup, outHeight * outWidth]);
  const rows = Array.from({ length: height }, (_, row) => {
    const start = row * dilationHeight - before[0];
    const end = inHeight - outHeight - start;
    return g.pad(upstream, [0, 0, 0, start * outWidth], [0, 0, 0, end * outWidth], zero);
  });
  const product = (a: GraphTensor, b: GraphTensor) => g.reduce("ReduceSum", g.matMul(a, b, false, true), [0]);
  if (width * channels <= joinedSide && height * perGroup <= joinedSide) {
    const all = product(g.concat(columns, 2), g.concat(rows, 2));
    const apart = g.reshape(all, [groups, width, channels, height, perGroup]);
    return g.reshape(g.transpose(apart, [3, 1, 2, 0, 4]), filterShape);
  }
  // [taps, groups, channels, filters of a group]
  const taps = g.concat(
    rows.flatMap((row) => columns.map((column) => product(column, row))),
    0,
  );
  if (groups === 1) return g.reshape(taps, filterShape);
  return g.reshape(g.transpose(taps, [0, 2, 1, 3]), filterShape);
};

/** One tap after the other, for strides, borders and depthwise kernels of any kind. */
const byTaps: BackFilter = (g, x, dy, info, filterShape, depthwise) => {
  const { before, after } = geometry(info);
  const padded = g.pad(x, [0, ...before, 0], [0, ...after, 0], g.scalar(0));
  const [height, width, channels, filters] = filterShape as Four;
  const pixels = info.outHeight * info.outWidth;
  const groups = groupsOf(info, filterShape, depthwise);
  const { batchSize } = info;
  const perGroup = info.outChannels / groups;
  const upstream = g.view(dy, [batchSize, groups, perGroup, pixels]);
  const taps: GraphTensor[] = [];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const tap = tapImage(g, padded, info, row, column);
      const image = g.view(tap, [batchSize, groups, info.inChannels / groups, pixels]);
      const products =
        depthwise && filters === 1
          ? g.reduce("ReduceSum", g.mul(image, upstream), [3])
          : g.matMul(image, upstream, false, true);
      taps.push(g.reduce("ReduceSum", products, [0]));
    }
  }
  // Each tap is [1, groups, channels of a group, filters of a group].
  const all = g.concat(taps, 0);
  const shape = depthwise ? [height, width, channels, filters] : filterShape;
  if (depthwise || groups === 1) return g.reshape(all, shape);
  return g.reshape(g.transpose(all, [0, 2, 1, 3]), shape);
};

/** The pixels of a padded image that one tap of the kernel meets: `[batch, channels, outHeight, outWidth]`. */
function tapImage(
  g: GraphBuilder,
  padded: GraphTensor,
  info: Info,
  row: number,
  column: number,
): GraphTensor {
  const [batch, , , channels] = padded.shape as Four;
  const starts = [0, row * info.dilationHeight, column * info.dilationWidth, 0];
  const shape = [batch, info.outHeight, info.outWidth, channels];
  return g.slice(padded, starts, shape, [1, info.strideHeight, info.strideWidth, 1]);
}
