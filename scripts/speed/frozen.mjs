// Binary ResNet-20 (Bi-Real, CIFAR form, full width) frozen by hand for ONNX Runtime: the second peer of `bars bench --net evaluation`.
//
//   node scripts/speed/frozen.mjs BATCH STEPS THREADS START
//
// START is what `bars bench --net evaluation --start FILE` writes: weights, statistics, a batch. Kernels are binarized and batch norms
// folded into the convolutions here, and ONNX Runtime's public interface runs the graph with all of its rewriting. Of the library it takes
// what reads the file and what writes ONNX. Prints one line of JSON; the first three batches do not count.
import { createRequire } from "node:module";
import { join } from "node:path";
import { root } from "../root.mjs";

const require = createRequire(join(root, "package.json"));
const { readTensorFile } = require("./lib/dist/util/tensorFile.js");
const ort = createRequire(join(root, "packages/tfjs-onnxruntime/package.json"))("onnxruntime-node");
const { encodeOnnx } = require("./packages/tfjs-onnxruntime/dist/onnxModel.js");

const [batch, steps, threads] = process.argv.slice(2, 5).map(Number);
const { tensors } = readTensorFile(process.argv[5]);
const valuesOf = (name) => tensors.get(name).values;
const epsilon = 1e-5;

const nodes = [];
const constants = [];
let parameters = 0;

function constant(name, shape, values) {
  constants.push({
    name,
    type: values instanceof BigInt64Array ? "int64" : "float32",
    shape,
    bytes: new Uint8Array(values.buffer),
  });
  return name;
}

function operator(op, inputs, attributes = {}) {
  const output = `v${nodes.length}`;
  nodes.push({ op, inputs, outputs: [output], attributes });
  return output;
}

/** A convolution joined with the batch norm behind it; `kernelOf` makes a filter of the stored numbers, height first and filters last. */
function convolution(x, kernel, norm, { stride = 1, border = 0, kernelOf = (filter) => filter } = {}) {
  const { shape, values } = tensors.get(kernel);
  const [height, width, from, to] = shape;
  const [scale, offset, mean, variance] = ["scale", "offset", "mean", "variance"].map((part) =>
    valuesOf(`${norm}.${part}`),
  );
  parameters += values.length + 2 * to;
  const weight = new Float32Array(values.length);
  const bias = new Float32Array(to);
  const taps = height * width * from;
  for (let o = 0; o < to; o++) {
    const gain = scale[o] / Math.sqrt(variance[o] + epsilon);
    bias[o] = offset[o] - mean[o] * gain;
    const filter = kernelOf(Float32Array.from({ length: taps }, (_, i) => values[i * to + o]));
    for (let tap = 0; tap < height * width; tap++)
      for (let i = 0; i < from; i++)
        weight[(o * from + i) * height * width + tap] = gain * filter[tap * from + i];
  }
  const inputs = [
    x,
    constant(`${kernel}.w`, [to, from, height, width], weight),
    constant(`${kernel}.b`, [to], bias),
  ];
  const pads = { ints: [border, border, border, border] };
  return operator("Conv", inputs, { strides: { ints: [stride, stride] }, pads });
}

/** Signs times the mean absolute value of the filter. */
function binarized(filter) {
  const mean = filter.reduce((sum, value) => sum + Math.abs(value), 0) / filter.length;
  return filter.map((value) => (value < 0 ? -mean : mean));
}

const pads = constant("pads", [8], BigInt64Array.of(0n, 0n, 1n, 1n, 0n, 0n, 1n, 1n));
const one = constant("one", [], Float32Array.of(1));
let x = convolution("images", "stem.conv.kernel", "stem.batch_norm", { border: 1 });
for (let stage = 0; stage < 3; stage++)
  for (let block = 0; block < 6; block++) {
    const name = `stage${stage}.block${block}`;
    const stride = stage > 0 && block === 0 ? 2 : 1;
    const bits = operator("Pad", [operator("Sign", [x]), pads, one]);
    const kernel = `${name}.branch0.binary_conv.latent`;
    const y = convolution(bits, kernel, `${name}.branch0.batch_norm`, { stride, kernelOf: binarized });
    if (stride === 2) {
      const two = { ints: [2, 2] };
      const pooled = operator("AveragePool", [x], { kernel_shape: two, strides: two });
      x = convolution(pooled, `${name}.branch1.conv.kernel`, `${name}.branch1.batch_norm`);
    }
    x = operator("Add", [y, x]);
  }
const head = valuesOf("head.linear.weight");
const offsets = valuesOf("head.linear.bias");
parameters += head.length + offsets.length;
const pooled = operator("Flatten", [operator("GlobalAveragePool", [x])]);
nodes.push({
  op: "Gemm",
  inputs: [
    pooled,
    constant("head.w", [64, 10], Float32Array.from(head)),
    constant("head.b", [10], Float32Array.from(offsets)),
  ],
  outputs: ["logits"],
});

const bytes = encodeOnnx({
  nodes,
  inputs: [{ name: "images", type: "float32", shape: [batch, 3, 32, 32] }],
  outputs: [{ name: "logits", type: "float32", shape: [batch, 10] }],
  constants,
});
const session = await ort.InferenceSession.create(bytes, {
  intraOpNumThreads: threads,
  graphOptimizationLevel: "all",
});

/** Images in the order of the file have their channels last. */
function imagesOf(values) {
  const planes = new Float32Array(values.length);
  for (let n = 0; n < batch; n++)
    for (let pixel = 0; pixel < 1024; pixel++)
      for (let c = 0; c < 3; c++) planes[(n * 3 + c) * 1024 + pixel] = values[(n * 1024 + pixel) * 3 + c];
  return planes;
}

function crossEntropy(logits, labels) {
  let sum = 0;
  for (let n = 0; n < batch; n++) {
    const row = logits.subarray(10 * n, 10 * n + 10);
    const most = Math.max(...row);
    sum += most + Math.log(row.reduce((total, value) => total + Math.exp(value - most), 0)) - row[labels[n]];
  }
  return sum / batch;
}

const images = imagesOf(valuesOf("images"));
const labels = valuesOf("labels");
const speeds = [];
const losses = [];
for (let step = 0; step < steps + 3; step++) {
  const started = performance.now();
  const { logits } = await session.run({ images: new ort.Tensor("float32", images, [batch, 3, 32, 32]) });
  const { data } = logits;
  if (step >= 3) speeds.push(batch / ((performance.now() - started) / 1000));
  losses.push(crossEntropy(data, labels));
}
const sorted = speeds.sort((a, b) => a - b);
console.log(
  JSON.stringify({
    imagesPerSecond: sorted[sorted.length >> 1],
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    parameters,
    losses,
  }),
);
