import { broadcast_util, type TensorInfo, util } from "@tensorflow/tfjs-core";
import type { GraphTensor } from "../graphTensor";
import type { LazyKernel } from "../lazyGraph";

export const batchMatMul: LazyKernel = {
  name: "BatchMatMul",
  infer(inputs, { transposeA, transposeB }) {
    const { a, b } = inputs as Record<"a" | "b", TensorInfo>;
    const inner = a.shape.at(transposeA ? -2 : -1);
    const other = b.shape.at(transposeB ? -1 : -2);
    util.assert(
      inner === other,
      () =>
        `Error in matMul: inner shapes (${inner}) and (${other}) of Tensors with shapes ${a.shape} and ` +
        `${b.shape} and transposeA=${transposeA} and transposeB=${transposeB} must match.`,
    );
    const outer = broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const rows = a.shape.at(transposeA ? -1 : -2) as number;
    const columns = b.shape.at(transposeB ? -2 : -1) as number;
    return [{ shape: [...outer, rows, columns], dtype: "float32" }];
  },
  accepts: (inputs) => Object.values(inputs).every((x) => x.dtype === "float32"),
  lower(g, inputs, { transposeA, transposeB }) {
    const { a, b } = inputs as Record<"a" | "b", GraphTensor>;
    return [g.matMul(a, b, transposeA as boolean, transposeB as boolean)];
  },
};

/** Products of matrices, and batch norm with given statistics. */
export const matrixKernels: readonly LazyKernel[] = [
  batchMatMul,
  {
    name: "FusedBatchNorm",
    infer: (inputs) => [{ shape: (inputs["x"] as TensorInfo).shape, dtype: "float32" }],
    accepts: (inputs) => Object.values(inputs).every((x) => x.dtype === "float32"),
    lower(g, inputs, { varianceEpsilon }) {
      const { x, mean, variance, scale, offset } = inputs as Record<
        "x" | "mean" | "variance" | "scale" | "offset",
        GraphTensor
      >;
      const epsilon = (varianceEpsilon as number | undefined) ?? 0.001;
      const rate = g.unary("Reciprocal", g.unary("Sqrt", g.add(variance, g.scalar(epsilon))));
      const gain = inputs["scale"] ? g.mul(rate, scale) : rate;
      const scaled = g.mul(g.sub(x, mean), gain);
      return [inputs["offset"] ? g.add(scaled, offset) : scaled];
    },
  },
];
