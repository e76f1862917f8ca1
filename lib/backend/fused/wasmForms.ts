import * as tf from "@tensorflow/tfjs-core";
import type { FusedKernel } from "./fusedKernel";

type Form = FusedKernel["compose"];

/**
 * Compositions that suit the wasm engine, where same-shape arithmetic and XNNPACK layers run ten to thirty times
 * faster than broadcasts, comparisons and reductions over leading axes. Same values as the kernels' general forms.
 */
export const wasmForms: Readonly<Partial<Record<FusedKernel["name"], Form>>> = {
  BarsBatchNorm: (inputs, attributes) => {
    const { x, scale, offset } = inputs as Record<"x" | "scale" | "offset", tf.Tensor>;
    const image = x as tf.Tensor4D;
    const mean = channelMeans(image);
    const centred = affine(image, tf.onesLike(mean), tf.neg(mean));
    const variance = channelMeans(tf.square(centred));
    const gain = tf.mul(tf.rsqrt(tf.add(variance, attributes["epsilon"] as number)), scale as tf.Tensor);
    return [affine(centred, gain, offset as tf.Tensor), mean, variance];
  },

  BarsBatchNormGrad: (inputs, attributes) => {
    const { dy, x, mean, variance, scale } = inputs as Record<
      "dy" | "x" | "mean" | "variance" | "scale",
      tf.Tensor4D
    >;
    const pixels = (x as tf.Tensor4D).size / (x as tf.Tensor4D).shape[3];
    const rate = tf.rsqrt(tf.add(variance as tf.Tensor, attributes["epsilon"] as number));
    const centred = affine(x as tf.Tensor4D, tf.onesLike(rate), tf.neg(mean as tf.Tensor));
    const level = channelMeans(dy as tf.Tensor4D);
    const slope = tf.mul(channelMeans(tf.mul(dy as tf.Tensor4D, centred)), rate);
    const gain = tf.mul(rate, scale as tf.Tensor);
    const bend = tf.neg(tf.mul(tf.mul(gain, slope), rate));
    const straight = affine(dy as tf.Tensor4D, gain, tf.neg(tf.mul(gain, level)));
    const dx = tf.add(straight, affine(centred, bend, tf.zerosLike(gain)));
    return [dx, tf.mul(slope, pixels), tf.mul(level, pixels)];
  },

  // step(v, alpha) is 1 where v > 0 and alpha elsewhere; negating twice moves the zero to the +1 side.
  BarsSignWindow: ({ x }) => [tf.neg(tf.step(tf.neg(x as tf.Tensor), -1))],

  BarsSignWindowGrad: (inputs, attributes) => {
    const { dy, x } = inputs as Record<"dy" | "x", tf.Tensor>;
    const clip = attributes["clip"] as number;
    // What sticks out of the window is 0 exactly inside it, edges included.
    const outside = tf.step(tf.abs(tf.sub(x as tf.Tensor, tf.clipByValue(x as tf.Tensor, -clip, clip))));
    return [tf.sub(dy as tf.Tensor, tf.mul(dy as tf.Tensor, outside))];
  },

  BarsConcatChannels: (inputs, attributes) => {
    const parts = Object.values(inputs);
    const [first] = parts as [tf.Tensor];
    const sizes = attributes["sizes"] as readonly number[];
    const size = sizes[0] as number;
    if (sizes.some((other) => other !== size)) return [tf.concat(parts, first.rank - 1)];
    // One part after the other is a plain copy; bringing the rows together is a transposition.
    const flat = parts.map((part) => tf.reshape(part, [-1]));
    const rows = tf.transpose(tf.reshape(tf.concat(flat, 0), [parts.length, -1, size]), [1, 0, 2]);
    return [tf.reshape(rows, [...first.shape.slice(0, -1), parts.length * size])];
  },
};

/** Mean over batch, height and width, `[channels]`. */
function channelMeans(x: tf.Tensor4D): tf.Tensor1D {
  const [batch, height, width, channels] = x.shape;
  const perImage = tf.reshape(tf.avgPool(x, [height, width], 1, "valid"), [batch, channels]);
  return tf.mean(perImage, 0);
}

/** `x · gain + offset` per channel, as a 1×1 depthwise convolution with a bias. */
function affine(x: tf.Tensor4D, gain: tf.Tensor, offset: tf.Tensor): tf.Tensor4D {
  const filter = tf.reshape(gain, [1, 1, gain.size, 1]);
  const inputs = { x, filter, bias: tf.reshape(offset, [offset.size]) };
  const settings = { strides: 1, pad: "valid", dataFormat: "NHWC", dilations: 1, dimRoundingMode: null };
  const attributes = { ...settings, activation: "linear", leakyreluAlpha: 0 };
  return tf.engine().runKernel("FusedDepthwiseConv2D", inputs, attributes as never) as tf.Tensor4D;
}
