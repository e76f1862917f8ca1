import type { OnnxGraph } from "tfjs-onnxruntime/onnx";
import { type Graph, type GraphNode, liveNodes, type NodeId } from "../graph";
import { graphOf, type PackedHeader, type PackedModel } from "../packedModel";
import type { Activation } from "../program";
import { binaryConvolution, kernelInOrder, sameWindow } from "./onnxConvolution";
import { OnnxWriter } from "./onnxWriter";

/** Versions of what is written: the newest operators that are used are of 13, which runtimes since 2020 have. */
const onnxVersions = Object.freeze({ operatorSet: 13, irVersion: 7 });

/** Names of what enters and leaves. */
export const onnxNames = Object.freeze({ images: "images", logits: "logits", batch: "N" });

/**
 * The float network that a packed model stands for, of standard operators of ONNX: batch norms folded, binary weights as −1 and +1,
 * signs as `x >= 0 ? 1 : −1`, which is +1 of 0. Images are `[N, channels, height, width]`, normalised; N is any number.
 */
export function onnxGraph(model: PackedModel): OnnxGraph {
  const { header } = model;
  const graph = graphOf(model);
  const write = new OnnxWriter();
  const { images, logits: logitsName, batch } = onnxNames;
  for (const name of [images, logitsName]) write.fresh(name);
  const values = new Map<NodeId, string>([[0, images]]);
  const live = liveNodes(graph);
  for (const [id, node] of graph.nodes.entries())
    if (id > 0 && live.has(id)) values.set(id, nodeValue(write, graph, node, values));
  const [, , classes] = (graph.nodes[graph.logits] as GraphNode).size;
  write.nodes.push({
    op: "Flatten",
    name: "flat_logits",
    inputs: [values.get(graph.logits) as string],
    outputs: [logitsName],
    attributes: { axis: { int: 1 } },
  });
  const [height, width, channels] = (graph.nodes[0] as GraphNode).size;
  return {
    nodes: write.nodes,
    constants: write.constants,
    inputs: [{ name: images, type: "float32", shape: [batch, channels, height, width] }],
    outputs: [{ name: logitsName, type: "float32", shape: [batch, classes] }],
    about: {
      ...onnxVersions,
      name: header.model.name,
      producer: "bars",
      producerVersion: header.provenance.bars,
      doc: docOf(header),
      metadata: metadataOf(header),
    },
  };
}

/** What a header says, as JSON texts by name. */
function metadataOf(header: PackedHeader): Record<string, string> {
  return Object.fromEntries(
    Object.entries(header).map(([name, value]) => [`bars.${name}`, JSON.stringify(value)]),
  );
}

function docOf({ normalization, classNames }: PackedHeader): string {
  const numbers = (values: readonly number[]) => values.join(" ");
  return `Float form of a binary network: binary weights are -1 and +1, sign(x) is 1 where x >= 0 and -1 elsewhere. Input: (pixel / 255 - mean) / std, channels first, mean ${numbers(normalization.mean)}, std ${numbers(normalization.std)}. Output: logits of ${classNames.length} classes, whose names the metadata hold.`;
}

function nodeValue(
  write: OnnxWriter,
  graph: Graph,
  node: GraphNode,
  values: ReadonlyMap<NodeId, string>,
): string {
  const { name, op, inputs, size } = node;
  const [height, width, channels] = size;
  const read = inputs.map((input) => values.get(input) as string);
  const [x] = read as [string];
  const from = (graph.nodes[inputs[0] ?? 0] as GraphNode).size;
  const perChannel = (part: string, numbers: Float32Array) =>
    write.floats(`${name}.${part}`, [channels, 1, 1], numbers);
  switch (op.kind) {
    case "image":
      return x;
    case "sign": {
      const positive = write.emit("GreaterOrEqual", `${name}.positive`, [x, write.scalar(0)]);
      return write.emit("Where", name, [positive, write.scalar(1), write.scalar(-1)]);
    }
    case "real_conv": {
      const { kernel, stride, weights } = op;
      const turned = kernelInOrder(weights, kernel, from[2], channels);
      const own = write.floats(`${name}.weights`, [channels, from[2], kernel, kernel], turned);
      return write.emit("Conv", name, [x, own], sameWindow(kernel, stride, from[0]));
    }
    case "binary_conv":
      return binaryConvolution(write, node, op, x, from);
    case "affine": {
      const scaled = op.scale
        ? write.emit("Mul", op.offset ? `${name}.scaled` : name, [x, perChannel("scale", op.scale)])
        : x;
      return op.offset ? write.emit("Add", name, [scaled, perChannel("offset", op.offset)]) : scaled;
    }
    case "activation":
      return activation(write, name, op.activation, x, perChannel);
    case "add":
      return write.emit("Add", name, read);
    case "concat":
      return write.emit("Concat", name, read, { axis: { int: 1 } });
    case "duplicate": {
      const order = Array.from({ length: channels }, (_, c) => c >> 1);
      return write.emit("Gather", name, [x, write.integers(order)], { axis: { int: 1 } });
    }
    case "zeros": {
      const shape = write.emit("Shape", `${name}.shape`, [onnxNames.images]);
      const ends = [0, 1, 0].map((value) => write.integers([value]));
      const count = write.emit("Slice", `${name}.count`, [shape, ...ends]);
      const sizes = write.integers([channels, height, width]);
      const all = write.emit("Concat", `${name}.sizes`, [count, sizes], { axis: { int: 0 } });
      return write.emit("ConstantOfShape", name, [all]);
    }
    case "pool": {
      const kind = op.of === "max" ? "MaxPool" : "AveragePool";
      return write.emit(kind, name, [x], sameWindow(op.kernel, op.stride, from[0]));
    }
    case "match":
      return match(write, name, x, op.nodes, from[2], channels);
    case "global_pool":
      return write.emit("GlobalAveragePool", name, [x]);
    case "dense": {
      const flat = write.emit("Flatten", `${name}.features`, [x], { axis: { int: 1 } });
      const weights = denseInOrder(op.weights, from, channels);
      const shape = [op.weights.length / channels, channels];
      const own = [
        write.floats(`${name}.weights`, shape, weights),
        write.floats(`${name}.bias`, [channels], op.bias),
      ];
      const product = write.emit("Gemm", `${name}.product`, [flat, ...own]);
      return write.emit("Reshape", name, [product, write.integers([-1, channels, 1, 1])]);
    }
    default:
      return op satisfies never;
  }
}

function activation(
  write: OnnxWriter,
  name: string,
  one: Activation,
  x: string,
  perChannel: (part: string, numbers: Float32Array) => string,
): string {
  switch (one.kind) {
    case "relu":
      return write.emit("Relu", name, [x]);
    case "hardtanh":
      return write.emit("Clip", name, [x, write.scalar(-1), write.scalar(1)]);
    case "prelu":
      return write.emit("PRelu", name, [x, perChannel("slope", one.slope)]);
    case "rprelu": {
      const shifted = write.emit("Add", `${name}.shifted`, [x, perChannel("inputShift", one.inputShift)]);
      const bent = write.emit("PRelu", `${name}.bent`, [shifted, perChannel("slope", one.slope)]);
      return write.emit("Add", name, [bent, perChannel("outputShift", one.outputShift)]);
    }
    default:
      return one satisfies never;
  }
}

/** Leading channels of each part; missing ones are 0. */
function match(write: OnnxWriter, name: string, x: string, nodes: number, given: number, channels: number) {
  const [from, to] = [given / nodes, channels / nodes];
  const order = Array.from({ length: nodes }, (_, node) =>
    Array.from({ length: Math.min(from, to) }, (_unused, k) => node * from + k),
  );
  if (to <= from) return write.emit("Gather", name, [x, write.integers(order.flat())], { axis: { int: 1 } });
  const pads = write.integers([0, 0, 0, 0, 0, to - from, 0, 0]);
  const parts = order.map((own, node) => {
    const part =
      nodes === 1
        ? x
        : write.emit("Gather", `${name}.part${node}`, [x, write.integers(own)], { axis: { int: 1 } });
    const padded = nodes === 1 ? name : `${name}.padded${node}`;
    return write.emit("Pad", padded, [part, pads, write.scalar(0)], { mode: { string: "constant" } });
  });
  return nodes === 1 ? (parts[0] as string) : write.emit("Concat", name, parts, { axis: { int: 1 } });
}

/** Features of a map in the order of ONNX, channels first. */
function denseInOrder(
  weights: Float32Array,
  [height, width, channels]: readonly [number, number, number],
  outputs: number,
) {
  const pixels = height * width;
  const turned = new Float32Array(weights.length);
  for (let pixel = 0; pixel < pixels; pixel++)
    for (let c = 0; c < channels; c++)
      for (let o = 0; o < outputs; o++)
        turned[(c * pixels + pixel) * outputs + o] = weights[(pixel * channels + c) * outputs + o] as number;
  return turned;
}
