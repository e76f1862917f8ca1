import type { GraphBuilder } from "../graphBuilder";
import type { GraphTensor } from "../graphTensor";
import { type Four, filterFactors, geometry, groupsOf, type Info } from "./convolutionInfo";
import { type BackFilter, byFlatTaps, joined, kernelOf, padded, productOf } from "./flatFilterGradient";

/** Joining all taps into one product pays where the product's sides are at most this long. */
const joinedSide = 96;
/** In images of at most so many pixels a copy for every tap is cheaper than copies row by row. */
const smallImage = 400;

/**
 * Gradient in the kernel: for every tap the image shifted by the tap, times the gradient of the output, summed over
 * pixels (a product of matrices an image) and images. Factors of the channels of either side go to the result.
 */
export const convolveBackFilter: BackFilter = (g, x, dy, info, filterShape, depthwise) => {
  const upstream = g.scaled(g.first(dy));
  const way = depthwise || !g.onProcessor ? byTaps : wayOf(info, filterShape);
  const gradient = way(g, g.first(x), upstream.base, info, filterShape, depthwise);
  const { gain } = upstream;
  return gain ? g.mul(gradient, filterFactors(g, gain, filterShape, depthwise)) : gradient;
};

/** The fastest way on a processor, by what was measured there. */
function wayOf(info: Info, filterShape: readonly number[]): BackFilter {
  const { strideHeight, strideWidth, inHeight, inWidth } = info;
  const [height, width, channels] = filterShape as Four;
  const perGroup = info.outChannels / groupsOf(info, filterShape, false);
  if (strideHeight !== strideWidth) return byTaps;
  if (strideHeight > 1) return height * width > 1 ? byFlatTaps : byTaps;
  if (width * channels <= joinedSide && height * perGroup <= joinedSide) return joined;
  return inHeight * inWidth <= smallImage ? byFlatTaps : byShifts;
}

/**
 * At stride 1 a tap's row may shift the gradient instead of the image: `height` shifted gradients and `width` shifted
 * images, each `inHeight · outWidth`, make all `height · width` pairs. One product a pair, where one for all has long sides.
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
  const taps = rows.flatMap((row) => columns.map((column) => productOf(g, column, row)));
  return kernelOf(g, taps, filterShape, groups);
};

/** One tap after the other, for strides, borders and depthwise kernels of any kind. */
const byTaps: BackFilter = (g, x, dy, info, filterShape, depthwise) => {
  const image = padded(g, x, info);
  const [height, width, channels, filters] = filterShape as Four;
  const pixels = info.outHeight * info.outWidth;
  const groups = groupsOf(info, filterShape, depthwise);
  const { batchSize } = info;
  const perGroup = info.outChannels / groups;
  const upstream = g.view(dy, [batchSize, groups, perGroup, pixels]);
  const taps: GraphTensor[] = [];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const tap = tapImage(g, image, info, row, column);
      const pixelsOfTap = g.view(tap, [batchSize, groups, info.inChannels / groups, pixels]);
      const products =
        depthwise && filters === 1
          ? g.reduce("ReduceSum", g.mul(pixelsOfTap, upstream), [3])
          : g.matMul(pixelsOfTap, upstream, false, true);
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
function tapImage(g: GraphBuilder, image: GraphTensor, info: Info, row: number, column: number): GraphTensor {
  const [batch, , , channels] = image.shape as Four;
  const starts = [0, row * info.dilationHeight, column * info.dilationWidth, 0];
  const shape = [batch, info.outHeight, info.outWidth, channels];
  return g.slice(image, starts, shape, [1, info.strideHeight, info.strideWidth, 1]);
}
