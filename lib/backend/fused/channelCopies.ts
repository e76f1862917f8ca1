import * as tf from "@tensorflow/tfjs-core";
import { ShapeError } from "../../util/errors";
import { type FusedKernel, runFused } from "./fusedKernel";

/**
 * Joins tensors along their last axis, like `tf.concat(parts, -1)`; several times faster on engines that move rows
 * one by one. Shapes: `[…, c_i]` each, result `[…, Σ c_i]`. Kernels: `BarsConcatChannels`, `BarsSplitChannels`.
 *
 * @throws ShapeError if there is nothing to join, or the other axes differ.
 */
export function concatChannels<T extends tf.Tensor>(parts: readonly T[]): T {
  const [first] = parts;
  const outer = first?.shape.slice(0, -1).join();
  if (!first || parts.some((part) => part.shape.slice(0, -1).join() !== outer)) {
    throw new ShapeError(
      `concatChannels: expected tensors that differ in their last axis only, got ` +
        `${parts.map((part) => `[${part.shape.join(", ")}]`).join(", ") || "none"}.`,
    );
  }
  if (parts.length === 1) return tf.clone(first);
  const inputs = Object.fromEntries(parts.map((part, i) => [`part${i}`, part]));
  return runFused("BarsConcatChannels", inputs, { sizes: parts.map(lastExtent) })[0] as T;
}

/**
 * Cuts a tensor along its last axis, like `tf.split(x, sizes, -1)`: undoes {@link concatChannels}.
 *
 * @throws ShapeError if the sizes do not sum to the last axis.
 */
export function splitChannels<T extends tf.Tensor>(x: T, sizes: readonly number[]): T[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total !== lastExtent(x)) {
    throw new ShapeError(
      `splitChannels: the sizes ${sizes.join(" + ")} must sum to ${lastExtent(x)} channels, got ${total}.`,
    );
  }
  return runFused("BarsSplitChannels", { x }, { sizes: [...sizes] }) as T[];
}

/**
 * Channels of `a` and `b` in turn: channel `2c` of the result is channel `c` of `a`, channel `2c + 1` is channel
 * `c` of `b`. Shapes: `a`, `b` `[…, channels]`, result `[…, 2 · channels]`. Kernels: `BarsInterleaveChannels`,
 * `BarsDeinterleaveChannels`.
 *
 * @throws ShapeError if the shapes differ.
 */
export function interleaveChannels<T extends tf.Tensor>(a: T, b: T): T {
  if (a.shape.join() !== b.shape.join()) {
    throw new ShapeError(
      `interleaveChannels: expected two tensors of one shape, got [${a.shape.join(", ")}] and [${b.shape.join(", ")}].`,
    );
  }
  return runFused("BarsInterleaveChannels", { a, b })[0] as T;
}

function lastExtent(x: tf.TensorInfo): number {
  return x.shape[x.shape.length - 1] as number;
}

/** Inputs `part0`, `part1`, …; attribute `sizes`, their channels; output `[y]`. */
export const concatChannelsKernel: FusedKernel = {
  name: "BarsConcatChannels",
  varying: [],
  compose: (inputs) => [tf.concat(Object.values(inputs), (inputs["part0"] as tf.Tensor).rank - 1)],
};

/** Input `x`; attribute `sizes`; outputs the parts, in order. */
export const splitChannelsKernel: FusedKernel = {
  name: "BarsSplitChannels",
  varying: [],
  compose: ({ x }, { sizes }) =>
    tf.split(x as tf.Tensor, [...(sizes as readonly number[])], (x as tf.Tensor).rank - 1),
};

export const concatChannelsGradient: tf.GradConfig = {
  kernelName: "BarsConcatChannels",
  gradFunc: (dy, _saved, attrs) => {
    const sizes = (attrs as unknown as { sizes: readonly number[] }).sizes;
    const parts = splitChannels(dy as tf.Tensor, sizes);
    return Object.fromEntries(parts.map((part, i) => [`part${i}`, () => part]));
  },
};

export const splitChannelsGradient: tf.GradConfig = {
  kernelName: "BarsSplitChannels",
  gradFunc: (dy) => ({ x: () => concatChannels(dy as tf.Tensor[]) }),
};

/** Inputs `a`, `b`; output `[y]`. */
export const interleaveChannelsKernel: FusedKernel = {
  name: "BarsInterleaveChannels",
  varying: [],
  compose(inputs) {
    const { a, b } = inputs as Record<"a" | "b", tf.Tensor>;
    const outer = (a as tf.Tensor).shape.slice(0, -1);
    const pairs = tf.stack([tf.reshape(a as tf.Tensor, [-1]), tf.reshape(b as tf.Tensor, [-1])], 1);
    return [tf.reshape(pairs, [...outer, 2 * lastExtent(a as tf.Tensor)])];
  },
};

/** Input `x`; outputs `[a, b]`: even and odd channels. */
export const deinterleaveChannelsKernel: FusedKernel = {
  name: "BarsDeinterleaveChannels",
  varying: [],
  compose(inputs) {
    const { x } = inputs as Record<"x", tf.Tensor>;
    const shape = [...(x as tf.Tensor).shape.slice(0, -1), lastExtent(x as tf.Tensor) / 2];
    return tf.unstack(tf.reshape(x as tf.Tensor, [-1, 2]), 1).map((part) => tf.reshape(part, shape));
  },
};

export const interleaveChannelsGradient: tf.GradConfig = {
  kernelName: "BarsInterleaveChannels",
  gradFunc: (dy) => {
    const [a, b] = runFused("BarsDeinterleaveChannels", { x: dy as tf.Tensor }) as [tf.Tensor, tf.Tensor];
    return { a: () => a, b: () => b };
  },
};
