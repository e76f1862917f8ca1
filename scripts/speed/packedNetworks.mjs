// Networks to time packed engines with, of random numbers, on which speed does not depend: binary ones as programs, and the plain float
// network of the same shape as an ONNX graph.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { root } from "../root.mjs";

const require = createRequire(import.meta.url);
const library = (file) => require(`../../lib/dist/${file}.js`);

let state = 1;
/** Numbers in [-0.5, 0.5), the same in every process. */
function draw() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32 - 0.5;
}
const floats = (count, scale = 1) => Float32Array.from({ length: count }, () => scale * draw());

/** Random weights, wherever a graph asks for some. */
const randomWeights = {
  real: (_name, shape) =>
    floats(
      shape.reduce((a, b) => a * b, 1),
      0.2,
    ),
  norm: ({ channels }) => ({
    scale: Float32Array.from({ length: channels }, () => 0.6 + draw()),
    offset: floats(channels),
  }),
  signs: ({ kernel, inChannels, outChannels }) =>
    Uint8Array.from({ length: kernel * kernel * inChannels * outChannels }, () => (draw() < 0 ? 1 : 0)),
  weightScale: (_request, numbers) => Float32Array.from({ length: numbers }, () => 0.1),
};

/** A hand-made network by its family, or that of a stored record by its name: `resnet18`, `bars-12M-s0`. */
export function modelOf(net, block) {
  const { baselineConfig } = library("config/baselineConfig");
  for (const folder of ["frontier", "frontier-long", "train"]) {
    const file = join(root, "data/records", folder, `${net}.json`);
    if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")).model;
  }
  // As published: real 1x1 convolutions in halving shortcuts of ResNet-18, none in those of ResNet-20.
  const downsample = net === "resnet20" ? "avg_pool" : "real_conv";
  return { kind: "baseline", name: net, ...baselineConfig({ family: net, block, downsample }) };
}

function graphOf(net, block) {
  const { modelGraph } = library("packed/modelGraph");
  const { defaultBinarizationConfig } = library("config/binarizationConfig");
  return modelGraph(modelOf(net, block), defaultBinarizationConfig, randomWeights);
}

/** The binary network; hand-made ones of Bi-Real blocks. */
export function binaryProgram(net) {
  return library("packed/lowering").lowerGraph(graphOf(net, "bireal"));
}

/**
 * The plain float network of the same shape as an ONNX graph: binary convolutions are float ones, signs are left out. Batch norms are
 * folded into the convolutions in front of them, and left out where a convolution behind them would take them in.
 */
export function floatNetwork(net, batch) {
  const { nodes, logits } = graphOf(net, "real");
  const result = new OnnxWriter(batch);
  const names = [];
  nodes.forEach(({ inputs, size, op }, id) => {
    const read = inputs.map((input) => names[input]);
    const from = nodes[inputs[0]];
    names[id] = result.add(op, read, size, from, id === logits);
  });
  return result.graph();
}

class OnnxWriter {
  #nodes = [];
  #constants = [];
  #batch;

  constructor(batch) {
    this.#batch = batch;
  }

  graph() {
    const [images, logits] = ["images", "logits"].map((name) => ({ name, type: "float32" }));
    return {
      nodes: this.#nodes,
      constants: this.#constants,
      inputs: [{ ...images, shape: [this.#batch, 3, 32, 32] }],
      outputs: [{ ...logits, shape: [this.#batch, 10] }],
    };
  }

  add(op, [x, y, ...others], [height, width, channels], from, last) {
    const given = from?.size;
    switch (op.kind) {
      case "image":
        return "images";
      case "sign":
        return x;
      // A bias stands in its convolution already.
      case "affine":
        return x;
      case "real_conv":
      case "binary_conv":
        return this.#convolution(x, given[2], channels, given[0], height, op);
      case "activation":
        if (op.activation.kind === "relu") return this.#node("Relu", [x]);
        if (op.activation.kind === "hardtanh")
          return this.#node("Clip", [x, this.#scalar(-1), this.#scalar(1)]);
        return this.#node("PRelu", [x, this.#constant([channels, 1, 1], 0.5)]);
      case "add":
        return this.#node("Add", [x, y]);
      case "concat":
        return this.#node("Concat", [x, y, ...others], { axis: { int: 1 } });
      case "duplicate":
        return this.#node("Concat", [x, x], { axis: { int: 1 } });
      case "zeros":
        return this.#values(
          [this.#batch, channels, height, width],
          new Float32Array(this.#batch * channels * height * width),
        );
      case "pool": {
        const type = op.of === "max" ? "MaxPool" : "AveragePool";
        return this.#node(type, [x], window(op.kernel, op.stride, 1, given[0], height));
      }
      case "match":
        return this.#match(x, given[2] / op.nodes, channels / op.nodes, op.nodes, [height, width]);
      case "global_pool":
        return this.#node("GlobalAveragePool", [x]);
      case "dense": {
        const features = this.#node("Flatten", [x], { axis: { int: 1 } });
        const inputs = [
          features,
          this.#constant([op.weights.length / channels, channels], 0.1),
          this.#constant([channels], 0.1),
        ];
        return this.#node("Gemm", inputs, {}, last ? "logits" : undefined);
      }
      default:
        throw new Error(`no float form of ${op.kind}`);
    }
  }

  #convolution(x, from, to, size, out, { kernel, stride, dilation = 1, groups = 1 }) {
    const weights = this.#constant(
      [to, from / groups, kernel, kernel],
      2 / Math.sqrt((kernel * kernel * from) / groups),
    );
    return this.#node("Conv", [x, weights, this.#constant([to], 0.1)], {
      ...window(kernel, stride, dilation, size, out),
      dilations: { ints: [dilation, dilation] },
      group: { int: groups },
    });
  }

  #match(x, from, to, nodes, [height, width]) {
    const parts = Array.from({ length: nodes }, (_, node) => {
      const ends = [node * from, node * from + Math.min(from, to)].map((end) => this.#integers([end]));
      return this.#node("Slice", [x, ...ends, this.#integers([1])]);
    });
    if (to <= from) return nodes === 1 ? parts[0] : this.#node("Concat", parts, { axis: { int: 1 } });
    const missing = [this.#batch, to - from, height, width];
    const zeros = this.#values(missing, new Float32Array(missing.reduce((a, b) => a * b, 1)));
    return this.#node(
      "Concat",
      parts.flatMap((part) => [part, zeros]),
      { axis: { int: 1 } },
    );
  }

  #node(op, inputs, attributes = {}, output = `v${this.#nodes.length}`) {
    this.#nodes.push({ op, inputs, outputs: [output], attributes });
    return output;
  }

  #constant(shape, scale) {
    return this.#values(
      shape,
      floats(
        shape.reduce((a, b) => a * b, 1),
        scale,
      ),
    );
  }

  #scalar(value) {
    return this.#values([], Float32Array.of(value));
  }

  #values(shape, values, type = "float32") {
    const name = `w${this.#constants.length}`;
    this.#constants.push({ name, type, shape, bytes: new Uint8Array(values.buffer) });
    return name;
  }

  #integers(values) {
    return this.#values([values.length], BigInt64Array.from(values, BigInt), "int64");
  }
}

function window(kernel, stride, dilation, size, out) {
  const all = Math.max((out - 1) * stride + (kernel - 1) * dilation + 1 - size, 0);
  const before = Math.floor(all / 2);
  return {
    kernel_shape: { ints: [kernel, kernel] },
    strides: { ints: [stride, stride] },
    pads: { ints: [before, before, all - before, all - before] },
  };
}
