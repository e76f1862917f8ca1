import * as tf from "@tensorflow/tfjs-core";
import { type AxisGeometry, convGeometry, type Geometry } from "../kernels/conv2dGeometry";
import type { EngineKernel } from "../kernels/engineKernel";
import { cutMargins, type Margins, spreadPixels } from "./spreadPixels";
import { batchInside } from "./transposeMatrix";

/**
 * Spreads `dy` over the pixels it came from, with the weights of a depthwise kernel:
 * `dx[n, c] = Σ dy[o, c] · w[n + before − o·stride, c]`. `filter` is `[kh, kw, channels, 1]`.
 */
export function spreadDepthwise(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  { height, width }: Geometry,
): tf.Tensor4D {
  return tf.tidy(() => {
    const margins = ({ size, out, kernel, stride, before }: AxisGeometry): Margins => [
      kernel - 1 - before,
      size + before - out * stride,
    ];
    const spread = spreadPixels(dy, [height.stride, width.stride]);
    const { cut, pad } = cutMargins(spread, margins(height), margins(width));
    return tf.depthwiseConv2d(cut, tf.reverse(filter, [0, 1]), 1, pad);
  });
}

/**
 * Data gradient of a depthwise convolution. Input `dy` `[batch, outHeight, outWidth, channels · multiplier]`,
 * `filter` `[kh, kw, channels, multiplier]`; attribute `inputShape`; output of that shape.
 */
export const depthwiseBackpropInput: EngineKernel = {
  kernelName: tf.DepthwiseConv2dNativeBackpropInput,
  compute(inputs, attributes) {
    const dy = inputs["dy"] as tf.Tensor4D;
    const filter = inputs["filter"] as tf.Tensor4D;
    const shape = attributes["inputShape"] as [number, number, number, number];
    const geometry = convGeometry(
      tf.DepthwiseConv2dNativeBackpropInput,
      shape,
      filter.shape,
      attributes,
      true,
    );
    const [kernelHeight, kernelWidth, channels, multiplier] = filter.shape;
    return tf.tidy(() => {
      const flat = tf.reshape(filter, [kernelHeight, kernelWidth, channels * multiplier, 1]) as tf.Tensor4D;
      const each = spreadDepthwise(dy, flat, geometry);
      return multiplier === 1 ? each : tf.sum(tf.reshape(each, [...shape, multiplier]), 4);
    });
  },
};

/**
 * Weight gradient of a depthwise convolution. Input `x` `[batch, height, width, channels]`, `dy`
 * `[batch, outHeight, outWidth, channels · multiplier]`; attribute `filterShape` `[kh, kw, channels, multiplier]`.
 *
 * Itself a depthwise convolution: batch and channels together are the channels, `dy` is a kernel as large as the
 * image, dilated by the stride; then a sum over the batch.
 */
export const depthwiseBackpropFilter: EngineKernel = {
  kernelName: tf.DepthwiseConv2dNativeBackpropFilter,
  compute(inputs, attributes) {
    const x = inputs["x"] as tf.Tensor4D;
    const dy = inputs["dy"] as tf.Tensor4D;
    const shape = attributes["filterShape"] as [number, number, number, number];
    const geometry = convGeometry(tf.DepthwiseConv2dNativeBackpropFilter, x.shape, shape, attributes, true);
    const [batch, inHeight, inWidth] = x.shape;
    const [, outHeight, outWidth, outChannels] = dy.shape;
    const [kernelHeight, kernelWidth, channels, multiplier] = shape;
    const margins = ({ size, out, kernel, stride, before }: AxisGeometry): [number, number] => [
      before,
      Math.max(0, (out - 1) * stride + kernel - size - before),
    ];
    return tf.tidy(() => {
      const repeated =
        multiplier === 1
          ? x
          : tf.reshape(tf.mul(tf.expandDims(x, 4), tf.ones([multiplier])), [
              batch,
              inHeight,
              inWidth,
              outChannels,
            ]);
      const lanes = batch * outChannels;
      const image = tf.reshape(batchInside(repeated as tf.Tensor4D), [
        1,
        inHeight,
        inWidth,
        lanes,
      ]) as tf.Tensor4D;
      const kernel = tf.reshape(batchInside(dy), [outHeight, outWidth, lanes, 1]) as tf.Tensor4D;
      const pad: tf.backend_util.ExplicitPadding = [
        [0, 0],
        margins(geometry.height),
        margins(geometry.width),
        [0, 0],
      ];
      const dilations: [number, number] = [geometry.height.stride, geometry.width.stride];
      const all = tf.depthwiseConv2d(image, kernel, 1, pad, "NHWC", dilations);
      const taps = tf.slice(all, [0, 0, 0, 0], [1, kernelHeight, kernelWidth, lanes]);
      const sums = tf.sum(tf.reshape(taps, [kernelHeight * kernelWidth, batch, outChannels]), 1);
      return tf.reshape(sums, [kernelHeight, kernelWidth, channels, multiplier]);
    });
  },
};
