import * as tf from "@tensorflow/tfjs-core";
import { type FusedInputs, type FusedKernel, runFused } from "./fusedKernel";

/** What {@link batchNormTrain} gives: the normalised tensor and the batch statistics, `[channels]` each. */
export interface BatchNormTrainResult {
  readonly y: tf.Tensor4D;
  readonly mean: tf.Tensor1D;
  /** Biased: the mean of the squared deviations. */
  readonly variance: tf.Tensor1D;
}

/**
 * Batch norm with the statistics of the batch: `y = (x − mean) / sqrt(variance + epsilon) · scale + offset`, mean
 * and (biased) variance over batch, height and width.
 *
 * Shapes (NHWC): `x` and `y` `[batch, height, width, channels]`; `scale`, `offset`, `mean`, `variance`
 * `[channels]`. Gradients flow from `y` to `x`, `scale` and `offset`; `mean` and `variance` carry none.
 * Kernels: `BarsBatchNorm`, `BarsBatchNormGrad`.
 *
 * Reference: Ioffe & Szegedy 2015, arXiv:1502.03167.
 */
export function batchNormTrain(
  x: tf.Tensor4D,
  scale: tf.Tensor1D | null,
  offset: tf.Tensor1D | null,
  epsilon: number,
): BatchNormTrainResult {
  const channels = x.shape[3];
  return tf.tidy(() => {
    const [y, mean, variance] = runFused(
      "BarsBatchNorm",
      { x, scale: scale ?? tf.ones([channels]), offset: offset ?? tf.zeros([channels]) },
      { epsilon },
    );
    return { y: y as tf.Tensor4D, mean: mean as tf.Tensor1D, variance: variance as tf.Tensor1D };
  });
}

/** Sum over batch, height and width. */
function channelSums(x: tf.Tensor): tf.Tensor1D {
  const channels = x.shape[x.rank - 1] as number;
  return tf.sum(tf.reshape(x, [-1, channels]), 0) as tf.Tensor1D;
}

function pixelsOf(x: tf.Tensor): number {
  return x.size / (x.shape[x.rank - 1] as number);
}

/** Inputs `x`, `scale`, `offset`; attribute `epsilon`; outputs `[y, mean, variance]`. */
export const batchNormKernel: FusedKernel = {
  name: "BarsBatchNorm",
  varying: [],
  compose(inputs, attributes) {
    const x = inputs["x"] as tf.Tensor4D;
    const pixels = pixelsOf(x);
    const mean = tf.div(channelSums(x), pixels) as tf.Tensor1D;
    const variance = tf.div(channelSums(tf.squaredDifference(x, mean)), pixels) as tf.Tensor1D;
    const y = tf.batchNorm(
      x,
      mean,
      variance,
      inputs["offset"] as tf.Tensor1D,
      inputs["scale"] as tf.Tensor1D,
      attributes["epsilon"] as number,
    );
    return [y, mean, variance];
  },
};

/**
 * With `h = (x − mean) / sqrt(variance + epsilon)` and `n` the pixels of the batch:
 * `dOffset = Σ dy`, `dScale = Σ dy·h`, `dx = scale / sqrt(variance + epsilon) · (dy − dOffset/n − h · dScale/n)`.
 *
 * Inputs `dy`, `x`, `scale`, `mean`, `variance`; attribute `epsilon`; outputs `[dx, dScale, dOffset]`.
 */
export const batchNormGradKernel: FusedKernel = {
  name: "BarsBatchNormGrad",
  varying: [],
  compose(inputs, attributes) {
    const { dy, x, mean, variance, scale } = inputs as FusedInputs &
      Record<"dy" | "x" | "mean" | "variance" | "scale", tf.Tensor1D>;
    const pixels = pixelsOf(x);
    const rate = tf.rsqrt(tf.add(variance, attributes["epsilon"] as number));
    const normalized = tf.mul(tf.sub(x, mean), rate);
    const dOffset = channelSums(dy);
    const dScale = channelSums(tf.mul(dy, normalized));
    const gain = tf.mul(rate, scale);
    const centred = tf.sub(dy, tf.div(dOffset, pixels));
    const dx = tf.mul(tf.sub(centred, tf.mul(normalized, tf.div(dScale, pixels))), gain);
    return [dx, dScale, dOffset];
  },
};

export const batchNormGradient: tf.GradConfig = {
  kernelName: "BarsBatchNorm",
  inputsToSave: ["x", "scale"],
  outputsToSave: [false, true, true],
  gradFunc: (dy, saved, attrs) => {
    const [x, scale, mean, variance] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const inputs = { dy: (dy as tf.Tensor[])[0] as tf.Tensor, x, scale, mean, variance };
    const { epsilon } = attrs as unknown as { epsilon: number };
    const [dx, dScale, dOffset] = runFused("BarsBatchNormGrad", inputs, { epsilon }) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    return { x: () => dx, scale: () => dScale, offset: () => dOffset };
  },
};
