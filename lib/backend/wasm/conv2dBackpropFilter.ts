import * as tf from "@tensorflow/tfjs-core";
import { convGeometry, type Geometry } from "../kernels/conv2dGeometry";
import type { EngineKernel } from "../kernels/engineKernel";
import { batchInside, swapBatchAndChannels, transposeMatrix } from "./transposeMatrix";

type FilterShape = readonly [number, number, number, number];

/** Every stride-th pixel: `[batch, outHeight, outWidth, channels]`. */
function takePixels(x: tf.Tensor4D, { height, width }: Geometry): tf.Tensor4D {
  if (height.stride === 1 && width.stride === 1) return x;
  const [batch, , , channels] = x.shape;
  const missing = [height.out * height.stride - height.size, width.out * width.stride - width.size] as const;
  const full = tf.pad(x, [
    [0, 0],
    [0, Math.max(0, missing[0])],
    [0, Math.max(0, missing[1])],
    [0, 0],
  ]);
  const [, fullHeight, fullWidth] = full.shape;
  const size = [batch, height.out * height.stride, width.out * width.stride, channels];
  const even = fullHeight === size[1] && fullWidth === size[2] ? full : tf.slice(full, [0, 0, 0, 0], size);
  const grid = tf.reshape(even, [batch, height.out, height.stride, width.out, width.stride, channels]);
  const taken = tf.slice(grid, [0, 0, 0, 0, 0, 0], [batch, height.out, 1, width.out, 1, channels]);
  return tf.reshape(taken, [batch, height.out, width.out, channels]);
}

/** 1x1 without padding: `dw = Xᵀ · dY` over all pixels. The product packs its right factor, so that is the narrower one. */
function pointwise(x: tf.Tensor4D, dy: tf.Tensor4D, geometry: Geometry): tf.Tensor2D {
  const [inChannels, outChannels] = [x.shape[3], dy.shape[3]];
  const pixels = tf.reshape(takePixels(x, geometry), [-1, inChannels]) as tf.Tensor2D;
  const gradients = tf.reshape(dy, [-1, outChannels]) as tf.Tensor2D;
  if (outChannels <= inChannels) return tf.matMul(transposeMatrix(pixels), gradients);
  return tf.transpose(tf.matMul(transposeMatrix(gradients), pixels));
}

/**
 * `dw[i, j, c, k] = Σ x[b, o·stride + i − before, …, c] · dy[b, o, …, k]` is itself a convolution: of `x`, with
 * its channels as batch and its batch as channels, by `dy` as a kernel as large as the image, dilated by the stride.
 */
function byGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  { height, width }: Geometry,
  shape: FilterShape,
): tf.Tensor4D {
  const after = ({ out, stride, kernel, size, before }: Geometry["height"]) =>
    Math.max(0, (out - 1) * stride + kernel - size - before);
  const pad: tf.backend_util.ExplicitPadding = [
    [0, 0],
    [height.before, after(height)],
    [width.before, after(width)],
    [0, 0],
  ];
  const dilations: [number, number] = [height.stride, width.stride];
  const all = tf.conv2d(swapBatchAndChannels(x), batchInside(dy), 1, pad, "NHWC", dilations);
  // Windows that the stride never reached leave further positions behind the last tap.
  const taps = tf.slice(all, [0, 0, 0, 0], [shape[2], shape[0], shape[1], shape[3]]);
  return tf.transpose(taps, [1, 2, 0, 3]);
}

/** The same with the roles of `x` and `dy` exchanged, which gives the taps in reverse order. Stride 1 only. */
function byInput(x: tf.Tensor4D, dy: tf.Tensor4D, { height, width }: Geometry): tf.Tensor4D {
  const margins = ({ out, kernel, size, before }: Geometry["height"]): [number, number] => [
    kernel - 1 - before,
    size + before - out,
  ];
  const pad: tf.backend_util.ExplicitPadding = [[0, 0], margins(height), margins(width), [0, 0]];
  const all = tf.conv2d(swapBatchAndChannels(dy), batchInside(x), 1, pad);
  return tf.transpose(tf.reverse(all, [1, 2]), [1, 2, 3, 0]);
}

/**
 * Weight gradient of a convolution. Input `x` `[batch, height, width, inChannels]`, `dy`
 * `[batch, outHeight, outWidth, outChannels]`; attribute `filterShape`; output of that shape.
 *
 * The engine packs the kernel of every convolution it has not seen, which here is as large as an activation: the
 * smaller one of `x` and `dy` takes that part.
 */
export const conv2dBackpropFilter: EngineKernel = {
  kernelName: tf.Conv2DBackpropFilter,
  compute(inputs, attributes) {
    const x = inputs["x"] as tf.Tensor4D;
    const dy = inputs["dy"] as tf.Tensor4D;
    const shape = attributes["filterShape"] as FilterShape;
    const geometry = convGeometry(
      tf.Conv2DBackpropFilter,
      x.shape,
      shape as [number, number, number, number],
      attributes,
    );
    const { height, width } = geometry;
    const isPointwise = shape[0] === 1 && shape[1] === 1 && noMargins(height) && noMargins(width);
    const isDense = height.stride === 1 && width.stride === 1;
    return tf.tidy(() => {
      if (isPointwise)
        return tf.reshape(pointwise(x, dy, geometry), shape as [number, number, number, number]);
      if (isDense && x.size < dy.size && fitsReversed(height) && fitsReversed(width))
        return byInput(x, dy, geometry);
      return byGradient(x, dy, geometry, shape);
    });
  },
};

/** Whether no window of a 1-wide kernel lies in the padding. */
function noMargins({ before, out, stride, size }: Geometry["height"]): boolean {
  return before === 0 && (out - 1) * stride < size;
}

/** Whether the exchanged roles need no negative padding. */
function fitsReversed({ kernel, before, size, out }: Geometry["height"]): boolean {
  return kernel - 1 - before >= 0 && size + before - out >= 0;
}
