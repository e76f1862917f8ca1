// Networks to time packed engines with: binary ResNets as programs (Bi-Real blocks, random numbers), and the plain float networks of the
// same shape as ONNX. Speed does not depend on the numbers.

let state = 1;
/** Numbers in [-0.5, 0.5), the same in every process. */
function draw() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32 - 0.5;
}
const floats = (count, scale = 1) => Float32Array.from({ length: count }, () => scale * draw());
const words = (count) => Uint32Array.from({ length: count }, () => Math.floor((draw() + 0.5) * 2 ** 32));

/** Channels of the first stage, stages, binary convolutions a stage, how shortcuts halve. */
export const shapes = {
  resnet18: { base: 64, stages: 4, convolutions: 4, real: true },
  resnet20: { base: 16, stages: 3, convolutions: 6, real: false },
};

/** A binary residual network on 32x32 images: a real stem, a shortcut around every convolution, batch norm folded. */
export function binaryResNet({ base, stages, convolutions, real }) {
  const slots = [{ name: "image", kind: "real", height: 32, width: 32, channels: 3, groups: 1 }];
  const steps = [];
  const slot = (name, kind, size, channels) =>
    slots.push({ name, kind, height: size, width: size, channels, groups: 1 }) - 1;
  const epilogue = (channels, residual = null) => ({
    scale: floats(channels, 0.1),
    offset: floats(channels),
    residual,
    activation: null,
    plus: null,
  });
  const plain = { scale: null, offset: null, residual: null, activation: null, plus: null };
  let [size, channels] = [32, base];
  let x = slot("stem", "real", size, channels);
  const stem = { step: "real_conv", name: "stem", input: 0, output: x, kernel: 3, stride: 1, before: 1 };
  steps.push({ ...stem, weights: floats(27 * base, 0.5), epilogue: epilogue(base) });
  for (let stage = 0; stage < stages; stage++) {
    for (let i = 0; i < convolutions; i++) {
      const stride = stage > 0 && i === 0 ? 2 : 1;
      const name = `stage${stage}.conv${i}`;
      const out = base * 2 ** stage;
      const bits = slot(`${name}.bits`, "bits", size, channels);
      const limits = floats(channels, 0.1);
      steps.push({
        step: "binarize",
        name: `${name}.sign`,
        input: x,
        output: bits,
        limits,
        flips: new Int8Array(channels).fill(1),
      });
      let shortcut = x;
      if (stride === 2) {
        const half = size / 2;
        const pooled = slot(`${name}.pooled`, "real", half, real ? channels : out);
        const pool = {
          step: "pool",
          name: `${name}.pool`,
          input: x,
          output: pooled,
          kernel: 2,
          stride: 2,
          before: 0,
          of: "mean",
        };
        steps.push({ ...pool, copies: real ? 1 : 2, epilogue: plain });
        shortcut = pooled;
        if (real) {
          shortcut = slot(`${name}.shortcut`, "real", half, out);
          const conv = {
            step: "real_conv",
            name: `${name}.shortcut`,
            input: pooled,
            output: shortcut,
            kernel: 1,
            stride: 1,
            before: 0,
          };
          steps.push({ ...conv, weights: floats(channels * out, 0.2), epilogue: epilogue(out) });
        }
        size = half;
      }
      const output = slot(name, "real", size, out);
      steps.push({
        step: "binary_conv",
        name,
        input: bits,
        kernel: 3,
        stride,
        dilation: 1,
        groups: 1,
        border: 1,
        phases: 1,
        outChannels: out,
        weights: maskedWords(out * 9, channels),
        result: { kind: "real", output, epilogue: epilogue(out, shortcut) },
      });
      x = output;
      channels = out;
    }
  }
  const pooled = slot("pooled", "real", 1, channels);
  steps.push({ step: "global_pool", name: "head.pool", input: x, output: pooled });
  const logits = slot("logits", "real", 1, 10);
  steps.push({
    step: "dense",
    name: "head.dense",
    input: pooled,
    output: logits,
    weights: floats(channels * 10),
    bias: floats(10),
  });
  return { imageSize: 32, imageChannels: 3, classes: 10, slots, steps, logits };
}

function maskedWords(places, channels) {
  const each = Math.ceil(channels / 32);
  const all = words(places * each);
  const left = channels - 32 * (each - 1);
  if (left < 32) for (let i = each - 1; i < all.length; i += each) all[i] &= 2 ** left - 1;
  return all;
}

/** The float network of the same shape (basic blocks of two convolutions, ReLU), batch norm folded into biases, as an ONNX graph. */
export function floatResNet({ base, stages, convolutions, real }, batch) {
  const nodes = [];
  const constants = [];
  const constant = (shape, scale) => {
    const name = `w${constants.length}`;
    const count = shape.reduce((a, b) => a * b, 1);
    constants.push({ name, type: "float32", shape, bytes: new Uint8Array(floats(count, scale).buffer) });
    return name;
  };
  const node = (op, inputs, attributes = {}) => {
    const output = `v${nodes.length}`;
    nodes.push({ op, inputs, outputs: [output], attributes });
    return output;
  };
  const ints = (...values) => ({ ints: values });
  const conv = (x, from, to, kernel, stride) => {
    const border = (kernel - 1) / 2;
    const scale = 2 / Math.sqrt(kernel * kernel * from);
    return node("Conv", [x, constant([to, from, kernel, kernel], scale), constant([to], 0.1)], {
      kernel_shape: ints(kernel, kernel),
      strides: ints(stride, stride),
      pads: ints(border, border, border, border),
    });
  };
  let channels = base;
  let x = node("Relu", [conv("images", 3, base, 3, 1)]);
  for (let stage = 0; stage < stages; stage++) {
    for (let block = 0; block < convolutions / 2; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      const out = base * 2 ** stage;
      const inner = node("Relu", [conv(x, channels, out, 3, stride)]);
      const main = conv(inner, out, out, 3, 1);
      let shortcut = x;
      if (stride === 2 && real) shortcut = conv(x, channels, out, 1, 2);
      else if (stride === 2) {
        const pooled = node("AveragePool", [x], { kernel_shape: ints(2, 2), strides: ints(2, 2) });
        shortcut = node("Concat", [pooled, pooled], { axis: { int: 1 } });
      }
      x = node("Relu", [node("Add", [main, shortcut])]);
      channels = out;
    }
  }
  const pooled = node("Flatten", [node("GlobalAveragePool", [x])], { axis: { int: 1 } });
  nodes.push({
    op: "Gemm",
    inputs: [pooled, constant([channels, 10], 0.1), constant([10], 0.1)],
    outputs: ["logits"],
    attributes: {},
  });
  return {
    nodes,
    constants,
    inputs: [{ name: "images", type: "float32", shape: [batch, 3, 32, 32] }],
    outputs: [{ name: "logits", type: "float32", shape: [batch, 10] }],
  };
}
