import * as tf from "@tensorflow/tfjs-core";
import { type FusedKernel, runFused } from "./fusedKernel";

/** Numbers of one step of SGD with momentum. */
export interface SgdSettings {
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
}

/** Numbers of one step of Adam. `step` is counted from 1. */
export interface AdamSettings {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly step: number;
  readonly weightDecay: number;
}

/**
 * One step of SGD with heavy-ball momentum in PyTorch's form: `v' = momentum · v + (g + weightDecay · p)`,
 * `p' = p − learningRate · v'`. All tensors have one shape. Returns `[p', v']`; the inputs stay as they are.
 * Not differentiable. Kernel: `BarsSgdMomentum`.
 */
export function sgdMomentumUpdate<T extends tf.Tensor>(
  param: T,
  grad: T,
  velocity: T,
  settings: SgdSettings,
): [T, T] {
  return runFused("BarsSgdMomentum", { param, grad, velocity }, { ...settings }) as [T, T];
}

/**
 * One step of Adam with bias correction and the L2 term inside the gradient: `g' = g + weightDecay · p`,
 * `m' = beta1 · m + (1 − beta1) g'`, `s' = beta2 · s + (1 − beta2) g'²`,
 * `p' = p − learningRate · (m' / (1 − beta1^step)) / (sqrt(s' / (1 − beta2^step)) + epsilon)`.
 * All tensors have one shape. Returns `[p', m', s']`; the inputs stay as they are. Not differentiable.
 * Kernel: `BarsAdam`.
 *
 * Reference: Kingma & Ba 2015, arXiv:1412.6980.
 */
export function adamUpdate<T extends tf.Tensor>(
  param: T,
  grad: T,
  mean: T,
  square: T,
  settings: AdamSettings,
): [T, T, T] {
  return runFused("BarsAdam", { param, grad, mean, square }, { ...settings }) as [T, T, T];
}

/** Inputs `param`, `grad`, `velocity`; attributes as {@link SgdSettings}; outputs `[param', velocity']`. */
export const sgdMomentumKernel: FusedKernel = {
  name: "BarsSgdMomentum",
  varying: ["learningRate"],
  compose(inputs, attributes) {
    const { param, grad, velocity } = inputs as Record<"param" | "grad" | "velocity", tf.Tensor>;
    const { learningRate, momentum, weightDecay } = attributes as unknown as SgdSettings;
    const gradient =
      weightDecay === 0
        ? (grad as tf.Tensor)
        : tf.add(grad as tf.Tensor, tf.mul(param as tf.Tensor, weightDecay));
    const next = tf.add(tf.mul(velocity as tf.Tensor, momentum), gradient);
    return [tf.sub(param as tf.Tensor, tf.mul(next, learningRate)), next];
  },
};

/** Inputs `param`, `grad`, `mean`, `square`; attributes as {@link AdamSettings}; outputs `[param', mean', square']`. */
export const adamKernel: FusedKernel = {
  name: "BarsAdam",
  varying: ["learningRate", "step"],
  compose(inputs, attributes) {
    const { param, grad, mean, square } = inputs as Record<"param" | "grad" | "mean" | "square", tf.Tensor>;
    const { learningRate, beta1, beta2, epsilon, step, weightDecay } = attributes as unknown as AdamSettings;
    const gradient =
      weightDecay === 0
        ? (grad as tf.Tensor)
        : tf.add(grad as tf.Tensor, tf.mul(param as tf.Tensor, weightDecay));
    const nextMean = tf.add(tf.mul(mean as tf.Tensor, beta1), tf.mul(gradient, 1 - beta1));
    const nextSquare = tf.add(tf.mul(square as tf.Tensor, beta2), tf.mul(tf.square(gradient), 1 - beta2));
    const root = tf.sqrt(tf.div(nextSquare, 1 - beta2 ** step));
    const rate = learningRate / (1 - beta1 ** step);
    const next = tf.sub(param as tf.Tensor, tf.mul(tf.div(nextMean, tf.add(root, epsilon)), rate));
    return [next, nextMean, nextSquare];
  },
};
