import * as tf from "@tensorflow/tfjs-core";
import { type FusedAttributes, type FusedInputs, type FusedKernel, runFused } from "./fusedKernel";

/**
 * `y = mask ⊙ Σ_k weights_k · values_k`: what enters a node of a supernet, in one operation that remembers the values
 * themselves and no product.
 *
 * Shapes: every value `[batch, height, width, channels]`, every weight a scalar, `mask` `[channels]` or null for ones.
 * Gradients flow to all three: `dvalues_k = weights_k · dy ⊙ mask`, `dweights_k = Σ dy ⊙ mask ⊙ values_k`,
 * `dmask_c = Σ_pixels dy ⊙ Σ_k weights_k · values_k`. Only those that are asked for are computed.
 *
 * Kernels: `BarsWeightedSum`; for the gradients `BarsScaleChannels`, `BarsChannelDot`.
 */
export function weightedSum(
  values: readonly tf.Tensor4D[],
  weights: readonly tf.Scalar[],
  mask: tf.Tensor1D | null,
): tf.Tensor4D {
  const inputs = [...values, ...weights, ...(mask ? [mask] : [])];
  return runFused("BarsWeightedSum", inputs as unknown as FusedInputs, {
    count: values.length,
  })[0] as tf.Tensor4D;
}

/** Inputs by place: `count` values, `count` weights, perhaps a mask. Attribute `count`. Output `[y]`. */
export const weightedSumKernel: FusedKernel = {
  name: "BarsWeightedSum",
  varying: [],
  compose(inputs, attributes) {
    const { values, weights, mask } = partsOf(inputs, attributes);
    const terms = values.map((value, k) => tf.mul(value, weights[k] as tf.Tensor));
    const sum = terms.length === 1 ? (terms[0] as tf.Tensor) : tf.addN(terms);
    return [mask ? tf.mul(sum, mask) : sum];
  },
};

/** `y = weight · x ⊙ mask`. Inputs `x`, `weight` (scalar), `mask?` `[channels]`. Output `[y]`. */
export const scaleChannelsKernel: FusedKernel = {
  name: "BarsScaleChannels",
  varying: [],
  compose({ x, weight, mask }) {
    return [tf.mul(x as tf.Tensor, mask ? tf.mul(mask, weight as tf.Tensor) : (weight as tf.Tensor))];
  },
};

/** `y_c = Σ_pixels a ⊙ b`, the inner product of every channel. Inputs `a`, `b` of one shape. Output `[y]`, `[channels]`. */
export const channelDotKernel: FusedKernel = {
  name: "BarsChannelDot",
  varying: [],
  compose({ a, b }) {
    const channels = (a as tf.Tensor4D).shape[3];
    return [tf.sum(tf.reshape(tf.mul(a as tf.Tensor, b as tf.Tensor), [-1, channels]), 0)];
  },
};

export const weightedSumGradient: tf.GradConfig = {
  kernelName: "BarsWeightedSum",
  saveAllInputs: true,
  gradFunc: (upstream, saved, attrs) => {
    const dy = upstream as tf.Tensor;
    const attributes = attrs as unknown as FusedAttributes;
    const { values, weights, mask } = partsOf(saved as unknown as FusedInputs, attributes);
    const masks = mask ? { mask } : {};
    const gradients: Record<number, () => tf.Tensor> = {};
    values.forEach((value, k) => {
      const weight = weights[k] as tf.Tensor;
      gradients[k] = () => runFused("BarsScaleChannels", { x: dy, weight, ...masks })[0] as tf.Tensor;
      gradients[values.length + k] = () =>
        tf.tidy(() => {
          const perChannel = runFused("BarsChannelDot", { a: dy, b: value })[0] as tf.Tensor;
          return tf.sum(mask ? tf.mul(perChannel, mask) : perChannel);
        });
    });
    if (mask) {
      gradients[2 * values.length] = () =>
        tf.tidy(() => {
          const dots = values.map((value, k) =>
            tf.mul(runFused("BarsChannelDot", { a: dy, b: value })[0] as tf.Tensor, weights[k] as tf.Tensor),
          );
          return dots.length === 1 ? (dots[0] as tf.Tensor) : tf.addN(dots);
        });
    }
    return gradients as unknown as ReturnType<tf.GradFunc>;
  },
};

function partsOf(inputs: FusedInputs, attributes: FusedAttributes) {
  const list = Object.values(inputs) as tf.Tensor[];
  const count = attributes["count"] as number;
  return { values: list.slice(0, count), weights: list.slice(count, 2 * count), mask: list[2 * count] };
}
