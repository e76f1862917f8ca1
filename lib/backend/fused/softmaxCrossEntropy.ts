import * as tf from "@tensorflow/tfjs-core";
import { ShapeError } from "../../util/errors";
import { type FusedKernel, runFused } from "./fusedKernel";

/**
 * Mean cross entropy between `softmax(logits)` and smoothed labels:
 * `loss = −(1/N) Σ_n Σ_k q_nk · log softmax(logits_n)_k`, `q_nk = (1 − smoothing) · 1(k = label_n) + smoothing / K`.
 * Gradient: `dlogits = (softmax(logits) − q) / N`.
 *
 * Shapes: `logits` `[N, K]` float32, `labels` `[N]` int32 in `[0, K)`; the loss is a scalar in nats.
 * Kernels: `BarsSoftmaxCrossEntropy`, `BarsSoftmaxCrossEntropyGrad`.
 *
 * @throws ShapeError if there is not exactly one label for each row of logits.
 *
 * Reference: Szegedy et al. 2016, arXiv:1512.00567, section 7 (label smoothing).
 */
export function softmaxCrossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D, smoothing = 0): tf.Scalar {
  if (logits.rank !== 2 || labels.rank !== 1 || logits.shape[0] !== labels.shape[0]) {
    throw new ShapeError(
      `softmaxCrossEntropy: expected logits [N, K] and labels [N], got [${logits.shape.join(", ")}] and ` +
        `[${labels.shape.join(", ")}].`,
    );
  }
  return runFused("BarsSoftmaxCrossEntropy", { logits, labels }, { smoothing })[0] as tf.Scalar;
}

/** Smoothed targets `[N, K]`. The wasm kernel of OneHot writes integers whatever type it is asked for; so cast after. */
function targets(labels: tf.Tensor, classes: number, smoothing: number): tf.Tensor {
  const hot = tf.cast(tf.oneHot(labels as tf.Tensor1D, classes), "float32");
  return smoothing === 0 ? hot : tf.add(tf.mul(hot, 1 - smoothing), smoothing / classes);
}

/** Inputs `logits`, `labels`; attribute `smoothing`; output `[loss]`. */
export const softmaxCrossEntropyKernel: FusedKernel = {
  name: "BarsSoftmaxCrossEntropy",
  varying: [],
  compose(inputs, { smoothing }) {
    const { logits, labels } = inputs as Record<"logits" | "labels", tf.Tensor>;
    const [count, classes] = (logits as tf.Tensor2D).shape;
    // The smoothed targets sum to 1, so Σ q log softmax = Σ q (logits − max) − log Σ exp(logits − max).
    const shifted = tf.sub(logits as tf.Tensor, tf.max(logits as tf.Tensor, 1, true));
    const expected = tf.sum(tf.mul(shifted, targets(labels as tf.Tensor, classes, smoothing as number)));
    const normalizer = tf.sum(tf.log(tf.sum(tf.exp(shifted), 1)));
    return [tf.div(tf.sub(normalizer, expected), count)];
  },
};

/** Inputs `dy` (scalar), `logits`, `labels`; attribute `smoothing`; output `[dlogits]`. */
export const softmaxCrossEntropyGradKernel: FusedKernel = {
  name: "BarsSoftmaxCrossEntropyGrad",
  varying: [],
  compose(inputs, { smoothing }) {
    const { dy, logits, labels } = inputs as Record<"dy" | "logits" | "labels", tf.Tensor>;
    const [count, classes] = (logits as tf.Tensor2D).shape;
    const error = tf.sub(
      tf.softmax(logits as tf.Tensor),
      targets(labels as tf.Tensor, classes, smoothing as number),
    );
    return [tf.mul(error, tf.div(dy as tf.Tensor, count))];
  },
};

export const softmaxCrossEntropyGradient: tf.GradConfig = {
  kernelName: "BarsSoftmaxCrossEntropy",
  inputsToSave: ["logits", "labels"],
  gradFunc: (dy, saved, attrs) => ({
    logits: () =>
      runFused(
        "BarsSoftmaxCrossEntropyGrad",
        { dy: dy as tf.Tensor, logits: saved[0] as tf.Tensor, labels: saved[1] as tf.Tensor },
        { smoothing: (attrs as unknown as { smoothing: number }).smoothing },
      )[0] as tf.Tensor,
  }),
};
