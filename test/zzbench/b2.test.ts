import { it } from "vitest";
import { tf, batchNormTrain, signWindow, runFused, sgdMomentumUpdate } from "../../lib/backend";
import { useEngine, normals, uniforms } from "../layers/tensorCheck";
import { randomKey } from "../../lib/random/randomKey";
import { interleaveChannels, binaryConv2d } from "../../lib/layers/binaryConv2d";
import { duplicateChannels, avgPoolDuplicate } from "../../lib/layers/shortcuts";
function time(name: string, f: () => void, n = 5) {
  tf.tidy(f); const t: number[] = [];
  for (let i = 0; i < n; i++) { const s = performance.now(); tf.tidy(f); t.push(performance.now() - s); }
  t.sort((a, b) => a - b); console.log(name.padEnd(34), (t[n >> 1] as number).toFixed(2), "ms");
}
it("bench", async () => {
  await useEngine("wasm");
  const x = tf.tidy(() => tf.sub(uniforms<tf.Tensor4D>(randomKey(0), [64, 32, 32, 16]), 0.5)) as tf.Tensor4D;
  const { y, mean, variance } = batchNormTrain(x, null, null, 1e-5);
  const w = normals<tf.Tensor4D>(randomKey(1), [3, 3, 16, 16]);
  const w4 = normals<tf.Tensor4D>(randomKey(1), [3, 3, 16, 64]);
  const half = tf.avgPool(x, 2, 2, "same");
  const ones = tf.ones([16]);
  const flat = tf.reshape(x, [-1, 16]); const row = tf.ones([1, 65536]) as tf.Tensor2D;
  time("copy-like relu", () => tf.relu(x));
  time("add", () => tf.add(x, y));
  time("mul by [16] broadcast", () => tf.mul(x, ones));
  time("sum axis0 [65536,16]", () => tf.sum(flat, 0));
  time("matmul ones", () => tf.matMul(row, flat as tf.Tensor2D));
  time("avgPool global", () => tf.avgPool(x, 32, 1, "valid"));
  time("squaredDifference bc", () => tf.squaredDifference(x, mean));
  time("tf.batchNorm", () => tf.batchNorm(x, mean, variance, ones as tf.Tensor1D, ones as tf.Tensor1D, 1e-5));
  time("batchNormTrain", () => batchNormTrain(x, null, null, 1e-5));
  time("BarsBatchNormGrad", () => runFused("BarsBatchNormGrad", { dy: y, x, mean, variance, scale: ones }, { epsilon: 1e-5 }));
  time("signWindow", () => signWindow(x, 1));
  time("BarsSignWindowGrad", () => runFused("BarsSignWindowGrad", { dy: y, x }, { clip: 1 }));
  time("pad 1", () => tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], 1));
  time("conv 3x3 16->16 same", () => tf.conv2d(x, w, 1, "same"));
  time("binaryConv2d border 1", () => binaryConv2d(x, w, { name: "c", stride: 1, border: 1 }));
  time("conv 3x3 16->64 same", () => tf.conv2d(x, w4, 1, "same"));
  const four = tf.conv2d(x, w4, 1, "same");
  time("split 64->4x16", () => tf.split(four, 4, 3));
  const parts = tf.split(four, 4, 3);
  time("concat 4x16->64", () => tf.concat(parts, 3));
  time("interleave half", () => interleaveChannels(half, half));
  time("duplicate half", () => duplicateChannels(half));
  time("avgPoolDuplicate", () => avgPoolDuplicate(x));
  time("sgd w", () => sgdMomentumUpdate(w, w, w, { learningRate: 1, momentum: 0.9, weightDecay: 1e-4 }));
  time("stack of 5 add", () => tf.addN([x, y, x, y, x]));
}, 60000);
