import type { GraphBuilder } from "../graphBuilder";
import type { GraphTensor } from "../graphTensor";
import { type Four, geometry, groupsOf, type Info } from "./convolutionInfo";

type Three = [number, number, number];

/** A way to a kernel's gradient from the image `x` and the gradient of the output `dy`, both with channels first. */
export type BackFilter = (
  g: GraphBuilder,
  x: GraphTensor,
  dy: GraphTensor,
  info: Info,
  filterShape: readonly number[],
  depthwise: boolean,
) => GraphTensor;

/**
 * At stride 1 and in flat images, `W` numbers a row, tap (r, c) meets the pixel `r · W + c` later, if zeros make the gradient's
 * rows as long. So all taps are one product of `width` copies of the image, shifted by columns, and `height` copies of the
 * gradient, shifted by rows: `Σ_q x[q + c − (width − 1)] · dy[q − r · W − (width − 1)]`.
 */
export const joined: BackFilter = (g, image, dy, info, filterShape) => {
  const x = padded(g, image, info);
  const [height, width, channels] = filterShape as Four;
  const [batch, rows, columns] = x.shape as Four;
  const groups = groupsOf(info, filterShape, false);
  const perGroup = info.outChannels / groups;
  const wide = g.pad(dy, [0, 0, 0, 0], [0, 0, columns - info.outWidth, 0], g.scalar(0));
  const last = (width - 1) * info.dilationWidth;
  const length = rows * columns + last;
  const images = staggered(
    g,
    g.view(x, [batch, groups, channels, rows * columns]),
    Array.from({ length: width }, (_, column) => last - column * info.dilationWidth),
    length,
  );
  // Offsets fall, so the last row of the kernel comes first.
  const upstream = staggered(
    g,
    g.view(wide, [batch, groups, perGroup, info.outHeight * columns]),
    Array.from({ length: height }, (_, i) => (height - 1 - i) * info.dilationHeight * columns + last),
    length,
  );
  const all = productOf(
    g,
    g.view(images, [batch, groups, channels * width, length]),
    g.view(upstream, [batch, groups, perGroup * height, length]),
  );
  const apart = g.reshape(all, [groups, channels, width, perGroup, height]);
  const ordered = g.transpose(apart, [4, 2, 1, 0, 3]);
  const turned = g.slice(ordered, [height - 1, 0, 0, 0, 0], ordered.shape, [-1, 1, 1, 1, 1]);
  return g.reshape(turned, filterShape);
};

/**
 * Copies of flat images, the `i`-th at `offsets[i]` of the `i`-th row of `length` numbers, zeros around them: one operator writes
 * all, as a row goes on where the one before it ends. `[…, offsets, length]` in memory; every copy must end within its row.
 */
function staggered(
  g: GraphBuilder,
  flat: GraphTensor,
  offsets: readonly number[],
  length: number,
): GraphTensor {
  const lead = flat.shape.slice(0, -1);
  const own = flat.shape.at(-1) as number;
  const parts: GraphTensor[] = [];
  const fillTo = (from: number, to: number) => {
    if (to > from) parts.push(g.fill(0, [...lead, to - from]));
  };
  let end = 0;
  for (const [i, offset] of offsets.entries()) {
    fillTo(end, i * length + offset);
    parts.push(flat);
    end = i * length + offset + own;
  }
  fillTo(end, offsets.length * length);
  return g.concat(parts, lead.length);
}

/**
 * In flat images, `W` numbers a row, tap (r, c) meets the pixel `r · W + c` later, if zeros make the gradient's rows as long: a copy
 * of whole images, not of their rows. At stride s it does so in one of the s² images of every s-th pixel of every s-th row, which one
 * operator makes.
 */
export const byFlatTaps: BackFilter = (g, image, dy, info, filterShape) => {
  const stride = info.strideHeight;
  const { before, after } = geometry(info);
  const missing = [info.inHeight, info.inWidth].map((extent, i) => {
    const all = extent + (before[i] as number) + (after[i] as number);
    return Math.ceil(all / stride) * stride - all;
  });
  const x = padded(g, image, info, missing);
  const [batch, rows, columns] = [1, stride, stride].map((by, i) => (x.shape[i] as number) / by) as Three;
  const { inChannels, outChannels, outHeight, outWidth } = info;
  const ownPlanes = stride * stride * inChannels;
  const blocksize = { int: stride };
  const planes =
    stride === 1
      ? x
      : g.emit("SpaceToDepth", [x], [batch, rows, columns, ownPlanes], {
          channelsFirst: true,
          attributes: { blocksize },
        });
  const flat = g.view(planes, [batch, ownPlanes, rows * columns]);
  const wide = g.pad(dy, [0, 0, 0, 0], [0, 0, columns - outWidth, 0], g.scalar(0));
  const length = (outHeight - 1) * columns + outWidth;
  const [height, width, channels, filters] = filterShape as Four;
  const groups = groupsOf(info, filterShape, false);
  const upstream = g.view(
    g.slice(g.view(wide, [batch, outChannels, outHeight * columns]), [0, 0, 0], [batch, outChannels, length]),
    [batch, groups, filters / groups, length],
  );
  const taps: GraphTensor[] = [];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [down, right] = [row * info.dilationHeight, column * info.dilationWidth];
      const plane = (down % stride) * stride + (right % stride);
      const start = Math.floor(down / stride) * columns + Math.floor(right / stride);
      const tap = g.slice(flat, [0, plane * inChannels, start], [batch, inChannels, length]);
      taps.push(productOf(g, g.view(tap, [batch, groups, channels, length]), upstream));
    }
  }
  return kernelOf(g, taps, filterShape, groups);
};

/** An image with zeros around it: what a convolution with this padding sees. `more` are further rows and columns at the end. */
export function padded(
  g: GraphBuilder,
  x: GraphTensor,
  info: Info,
  more: readonly number[] = [0, 0],
): GraphTensor {
  const { before, after } = geometry(info);
  return g.pad(
    x,
    [0, ...before, 0],
    [0, ...after.map((count, i) => count + (more[i] as number)), 0],
    g.scalar(0),
  );
}

/** The gradients of all taps, each `[1, groups, channels, filters of a group]`, as a kernel. */
export function kernelOf(
  g: GraphBuilder,
  taps: readonly GraphTensor[],
  filterShape: readonly number[],
  groups: number,
): GraphTensor {
  const all = g.concat(taps, 0);
  return g.reshape(groups === 1 ? all : g.transpose(all, [0, 2, 1, 3]), filterShape);
}

/** Products of matrices, the second one transposed, summed over the first axis, which stays. */
export function productOf(g: GraphBuilder, a: GraphTensor, b: GraphTensor): GraphTensor {
  return g.reduce("ReduceSum", g.matMul(a, b, false, true), [0]);
}
