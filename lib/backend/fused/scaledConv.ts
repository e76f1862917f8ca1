import * as tf from "@tensorflow/tfjs-core";
import { type FusedAttributes, type FusedKernel, runFused } from "./fusedKernel";

/**
 * `y = conv2d(x, filter)` of a filter that is proportional to `scale`, which gets its gradient without the filter's: by
 * Euler's theorem `Σ dfilter ⊙ filter = Σ dy ⊙ y` for every output channel, so `dscale = Σ_pixels dy ⊙ y / scale`, one pass
 * over two images where the filter's gradient is as much work as the convolution. Gradients in `x` and `filter` are the
 * convolution's.
 *
 * Shapes (NHWC): `x` `[batch, height, width, inChannels]`, `filter` `[k, k, inChannels, outChannels]`, `scale`
 * `[1, 1, 1, outChannels]` or a scalar, above 0 (where it is 0, so is its gradient here). Kernel: `BarsScaledConv`.
 */
export function scaledConv(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  scale: tf.Tensor,
  strides: 1 | 2,
  pad: "valid" | "same",
): tf.Tensor4D {
  const attributes = { strides, pad, dataFormat: "NHWC", dilations: 1 } as unknown as FusedAttributes;
  return runFused("BarsScaledConv", { x, filter, scale }, attributes)[0] as tf.Tensor4D;
}

/** Inputs `x`, `filter`, `scale`; attributes as tfjs's Conv2D; output `[y]`. */
export const scaledConvKernel: FusedKernel = {
  name: "BarsScaledConv",
  varying: [],
  compose({ x, filter }, { strides, pad }) {
    return [tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides as number, pad as unknown as "same")];
  },
};

export const scaledConvGradient: tf.GradConfig = {
  kernelName: "BarsScaledConv",
  inputsToSave: ["x", "filter", "scale"],
  outputsToSave: [true],
  gradFunc: (upstream, saved, attrs) => {
    const dy = upstream as tf.Tensor4D;
    const [x, filter, scale, y] = saved as [tf.Tensor4D, tf.Tensor4D, tf.Tensor, tf.Tensor4D];
    const run = (kernel: string, inputs: object, shape: object) =>
      tf.engine().runKernel(kernel, inputs as never, { ...attrs, ...shape } as never) as tf.Tensor;
    return {
      x: () => run("Conv2DBackpropInput", { dy, filter }, { inputShape: x.shape }),
      filter: () => run("Conv2DBackpropFilter", { x, dy }, { filterShape: filter.shape }),
      scale: () =>
        tf.tidy(() => {
          const perChannel = runFused("BarsChannelDot", { a: dy, b: y })[0] as tf.Tensor;
          const total = scale.size === 1 ? tf.sum(perChannel) : perChannel;
          return tf.div(tf.reshape(total, scale.shape), tf.maximum(scale, 1e-30));
        }),
    };
  },
};
