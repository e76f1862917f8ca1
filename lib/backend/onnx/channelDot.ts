import type { GraphBuilder } from "./graphBuilder";
import type { GraphTensor } from "./graphTensor";

/**
 * `Σ a ⊙ b` over all pixels of two channels-first images, a channel each: `[1, 1, 1, channels]`. Products of rows and
 * columns, so that no image of products is written and read again.
 */
export function channelDot(g: GraphBuilder, a: GraphTensor, b: GraphTensor): GraphTensor {
  const [batch, height, width, channels] = a.shape as [number, number, number, number];
  const rows = g.view(a, [batch, channels, 1, height * width]);
  const columns = g.view(b, [batch, channels, height * width, 1]);
  const images = g.emit("MatMul", [rows, columns], [batch, channels, 1, 1]);
  const sum = g.emit("ReduceSum", [images, g.ints([0])], [1, channels, 1, 1]);
  return g.view(sum, [1, channels, 1, 1], [1, 1, 1, channels]);
}

/** Whether the sum of an image over these axes leaves its channels, on a device where {@link channelDot} is faster. */
export function isDotPerChannel(g: GraphBuilder, x: GraphTensor, axes: readonly number[]): boolean {
  return g.onProcessor && x.channelsFirst && x.type === "float32" && [...axes].sort().join() === "0,1,2";
}
