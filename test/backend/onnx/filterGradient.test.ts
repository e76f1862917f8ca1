import { describe, expect, it } from "vitest";
import { tf } from "../../../lib/backend";
import { GraphBuilder } from "../../../packages/tfjs-onnxruntime/src/graphBuilder";
import { convolveBackFilter } from "../../../packages/tfjs-onnxruntime/src/kernels/filterGradient";
import { expectParity } from "./onnxBench";
import { image, paritySuite } from "./paritySuite";

type T4 = tf.Tensor4D;

/** Wide and narrow, small and large images, extents that strides divide and do not. */
const shapes = [
  { from: 6, to: 7, height: 9, width: 8, kernel: 3, stride: 1, pad: "same", way: "one product" },
  { from: 33, to: 5, height: 8, width: 9, kernel: 3, stride: 1, pad: "valid", way: "flat taps" },
  { from: 33, to: 34, height: 9, width: 8, kernel: 3, stride: 1, pad: "same", way: "flat taps" },
  { from: 33, to: 34, height: 21, width: 20, kernel: 3, stride: 1, pad: "valid", way: "shifts" },
  { from: 20, to: 3, height: 22, width: 21, kernel: 5, stride: 1, pad: "same", way: "shifts" },
  { from: 5, to: 4, height: 10, width: 8, kernel: 3, stride: 2, pad: "valid", way: "phases" },
  { from: 5, to: 4, height: 9, width: 8, kernel: 3, stride: 2, pad: "same", way: "phases" },
  { from: 33, to: 34, height: 7, width: 9, kernel: 2, stride: 2, pad: "valid", way: "phases" },
  { from: 3, to: 8, height: 11, width: 10, kernel: 5, stride: 3, pad: "same", way: "phases" },
  { from: 4, to: 8, height: 9, width: 10, kernel: 1, stride: 2, pad: "valid", way: "taps" },
  { from: 4, to: 8, height: 9, width: 10, kernel: 3, stride: [1, 2], pad: "valid", way: "taps" },
] as const;

paritySuite(() => {
  describe("the gradient of a kernel", () => {
    it.each(shapes)(
      "$from to $to channels, $height x $width, kernel $kernel, stride $stride, $pad",
      async ({ from, to, height, width, kernel, stride, pad }) => {
        await expectParity((i) => {
          const x = image(i, 2, height, width, from);
          const w = image(i, kernel, kernel, from, to);
          const conv = (filter: tf.Tensor) => tf.conv2d(x, filter as T4, stride as number, pad);
          return tf.grad((filter) => tf.mul(conv(filter), i.normals(...conv(w).shape)))(w);
        }, 1e-5);
      },
    );
  });
});

/** What a way is known by. */
function wayOf(operators: readonly string[]): string {
  const products = operators.filter((op) => op === "FusedMatMul").length;
  if (operators.includes("SpaceToDepth")) return "phases";
  if (products === 1) return "one product";
  const slices = operators.filter((op) => op === "Slice").length;
  if (operators.filter((op) => op === "Pad").length > 2) return "shifts";
  return slices > products ? "flat taps" : "taps";
}

describe("the operators of a kernel's gradient", () => {
  it.each(shapes)(
    "$from to $to channels, $height x $width, kernel $kernel, stride $stride, $pad: $way",
    ({ from, to, height, width, kernel, stride, pad, way }) => {
      const info = tf.backend_util.computeConv2DInfo(
        [2, height, width, from],
        [kernel, kernel, from, to],
        stride as number,
        1,
        pad,
      );
      const g = new GraphBuilder(true);
      const x = { ...g.input("x", [2, height, width, from], "float32"), channelsFirst: true };
      const dy = { ...g.input("dy", info.outShape, "float32"), channelsFirst: true };
      convolveBackFilter(g, x, dy, info, [kernel, kernel, from, to], false);
      const operators = g.nodes.map(({ op }) => op);
      // One tap alone is one product, whatever it is called.
      if (kernel === 1) expect(operators.filter((op) => op === "FusedMatMul")).toHaveLength(1);
      else expect(wayOf(operators)).toBe(way);
    },
  );
});
