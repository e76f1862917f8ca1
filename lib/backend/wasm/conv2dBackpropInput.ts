import * as tf from "@tensorflow/tfjs-core";
import { type AxisGeometry, convGeometry } from "../kernels/conv2dGeometry";
import type { EngineKernel } from "../kernels/engineKernel";
import { cutMargins, type Margins } from "./spreadPixels";

/**
 * How one axis of the data gradient is computed.
 *
 * With `m = n + before`, the padded position of input `n`, and `m = q·stride + r`, the gradient is
 * `dx[q, r] = Σ_t dy[q − t] · w[r + t·stride]`: for each phase `r` a stride-1 correlation of `dy` with every
 * stride-th tap of the kernel, in reverse order.
 */
interface PhasePlan {
  /** Phases that have taps: `min(kernel, stride)`. */
  readonly phases: number;
  /** Taps of a phase. */
  readonly taps: number;
  /** Steps `q` that are computed. */
  readonly steps: number;
  readonly margins: Margins;
  /** Position of input 0 among the computed ones. */
  readonly offset: number;
}

function planAxis({ size, out, kernel, stride, before }: AxisGeometry): PhasePlan {
  const phases = Math.min(kernel, stride);
  const taps = Math.ceil(kernel / stride);
  const first = Math.floor(before / stride);
  const steps = Math.ceil((before + size) / stride) - first;
  return {
    phases,
    taps,
    steps,
    margins: [taps - 1 - first, first + steps - out],
    offset: before - first * stride,
  };
}

/** `[kh, kw, in, out]` to `[taps, taps, out, phases · phases · in]`, the taps of each phase in reverse order. */
function phaseKernel(filter: tf.Tensor4D, h: PhasePlan, w: PhasePlan): tf.Tensor4D {
  const [kernelHeight, kernelWidth, inChannels, outChannels] = filter.shape;
  const missing = [h.taps * h.phases - kernelHeight, w.taps * w.phases - kernelWidth] as const;
  const full = tf.pad(filter, [
    [0, missing[0]],
    [0, missing[1]],
    [0, 0],
    [0, 0],
  ]);
  const rows = tf.reverse(
    tf.reshape(full, [h.taps, h.phases, w.taps * w.phases, inChannels * outChannels]),
    0,
  );
  const columns = tf.reverse(
    tf.reshape(rows, [h.taps * h.phases, w.taps, w.phases, inChannels * outChannels]),
    1,
  );
  const split = tf.reshape(columns, [h.taps, h.phases, w.taps, w.phases, inChannels, outChannels]);
  return tf.reshape(tf.transpose(split, [0, 2, 5, 1, 3, 4]), [
    h.taps,
    w.taps,
    outChannels,
    h.phases * w.phases * inChannels,
  ]);
}

/** `[batch, steps, steps, phases · phases · channels]` to `[batch, steps · stride, steps · stride, channels]`. */
function interleave(
  y: tf.Tensor4D,
  channels: number,
  h: PhasePlan & { stride: number },
  w: PhasePlan & { stride: number },
): tf.Tensor4D {
  if (h.stride === 1 && w.stride === 1) return y;
  const batch = y.shape[0];
  const split = tf.reshape(y, [batch * h.steps, w.steps, h.phases, w.phases * channels]);
  const rows = h.phases === 1 ? split : tf.transpose(split, [0, 2, 1, 3]);
  const columnGap = (w.stride - w.phases) * channels;
  const length = w.steps * w.stride * channels;
  const wide = tf.reshape(
    tf.pad(tf.reshape(rows, [batch * h.steps * h.phases, w.steps, w.phases * channels]), [
      [0, 0],
      [0, 0],
      [0, columnGap],
    ]),
    [batch * h.steps, h.phases * length],
  );
  const high = tf.pad(wide, [
    [0, 0],
    [0, (h.stride - h.phases) * length],
  ]);
  return tf.reshape(high, [batch, h.steps * h.stride, w.steps * w.stride, channels]);
}

/**
 * Data gradient of a convolution. Input `dy` `[batch, outHeight, outWidth, outChannels]`, `filter`
 * `[kh, kw, inChannels, outChannels]`; attribute `inputShape`; output of that shape.
 *
 * One convolution of `dy` gives all phases of the stride as channels (with stride 1: an ordinary convolution with
 * the flipped, transposed kernel), which are then interleaved.
 *
 * Reference: Shi et al. 2016, "Is the deconvolution layer the same as a convolutional layer?", arXiv:1609.07009.
 */
export const conv2dBackpropInput: EngineKernel = {
  kernelName: tf.Conv2DBackpropInput,
  compute(inputs, attributes) {
    const dy = inputs["dy"] as tf.Tensor4D;
    const filter = inputs["filter"] as tf.Tensor4D;
    const inputShape = attributes["inputShape"] as [number, number, number, number];
    const geometry = convGeometry(tf.Conv2DBackpropInput, inputShape, filter.shape, attributes);
    const h = { ...planAxis(geometry.height), stride: geometry.height.stride };
    const w = { ...planAxis(geometry.width), stride: geometry.width.stride };
    return tf.tidy(() => {
      const { cut, pad } = cutMargins(dy, h.margins, w.margins);
      const phases = tf.conv2d(cut, phaseKernel(filter, h, w), 1, pad);
      const spread = interleave(phases, inputShape[3], h, w);
      const isWhole = spread.shape[1] === inputShape[1] && spread.shape[2] === inputShape[2];
      return isWhole ? spread : tf.slice(spread, [0, h.offset, w.offset, 0], inputShape);
    });
  },
};
