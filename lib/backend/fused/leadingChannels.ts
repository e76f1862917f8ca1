import type * as tf from "@tensorflow/tfjs-core";
import { pad, reshape, slice } from "@tensorflow/tfjs-core";
import { type FusedKernel, runFused } from "./fusedKernel";

/**
 * The leading channels of each of several nodes that lie side by side: `[…, nodes · channels]` to `[…, nodes · kept]`. Its
 * gradient is {@link spreadChannels}. Kernel: `BarsLeadingChannels`.
 */
export function leadingChannels<T extends tf.Tensor>(x: T, nodes: number, kept: number): T {
  return runFused("BarsLeadingChannels", { x }, { nodes, kept })[0] as T;
}

/**
 * Zeros behind the channels of each of several nodes: `[…, nodes · kept]` to `[…, nodes · channels]`. Its gradient is
 * {@link leadingChannels}. Kernel: `BarsSpreadChannels`.
 */
export function spreadChannels<T extends tf.Tensor>(x: T, nodes: number, channels: number): T {
  return runFused("BarsSpreadChannels", { x }, { nodes, channels })[0] as T;
}

const lastExtent = (x: tf.Tensor): number => x.shape[x.rank - 1] as number;

/** Input `x`; attributes `nodes`, `kept`; output `[y]`. */
export const leadingChannelsKernel: FusedKernel = {
  name: "BarsLeadingChannels",
  varying: [],
  compose(inputs, attributes) {
    const { x } = inputs as Record<"x", tf.Tensor>;
    const { nodes, kept } = attributes as Record<"nodes" | "kept", number>;
    const rows = reshape(x, [-1, lastExtent(x) / nodes]);
    return [reshape(slice(rows, [0, 0], [-1, kept]), [...x.shape.slice(0, -1), nodes * kept])];
  },
};

/** Input `x`; attributes `nodes`, `channels`; output `[y]`. */
export const spreadChannelsKernel: FusedKernel = {
  name: "BarsSpreadChannels",
  varying: [],
  compose(inputs, attributes) {
    const { x } = inputs as Record<"x", tf.Tensor>;
    const { nodes, channels } = attributes as Record<"nodes" | "channels", number>;
    const kept = lastExtent(x) / nodes;
    const rows = pad(reshape(x, [-1, kept]), [
      [0, 0],
      [0, channels - kept],
    ]);
    return [reshape(rows, [...x.shape.slice(0, -1), nodes * channels])];
  },
};

export const leadingChannelsGradient: tf.GradConfig = {
  kernelName: "BarsLeadingChannels",
  inputsToSave: ["x"],
  gradFunc: (dy, [x], attrs) => {
    const { nodes } = attrs as unknown as { nodes: number };
    return { x: () => spreadChannels(dy as tf.Tensor, nodes, lastExtent(x as tf.Tensor) / nodes) };
  },
};

export const spreadChannelsGradient: tf.GradConfig = {
  kernelName: "BarsSpreadChannels",
  inputsToSave: ["x"],
  gradFunc: (dy, [x], attrs) => {
    const { nodes } = attrs as unknown as { nodes: number };
    return { x: () => leadingChannels(dy as tf.Tensor, nodes, lastExtent(x as tf.Tensor) / nodes) };
  },
};
