import { ProtobufWriter } from "./protobufWriter";

/** Element types of ONNX that tensors here have, with their numbers in the format. */
export const onnxTypes = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 } as const;
export type OnnxType = keyof typeof onnxTypes;
/** Bytes of one entry. */
export const bytesOfType: Readonly<Record<OnnxType, number>> = {
  float32: 4,
  int32: 4,
  int64: 8,
  bool: 1,
  float64: 8,
};

/** Operator set the graphs are written in. */
export const operatorSet = 18;
const irVersion = 8;

/** A number, several numbers or a name, as an operator's attribute. Integers are told from floats by the wrapper. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly string: string };

export interface OnnxNode {
  readonly op: string;
  /** Names of the values it reads; an absent optional input is "". */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  /** Absent for the standard operators, "com.microsoft" and below for those of ONNX Runtime. */
  readonly domain?: string;
}

/** A named value that enters or leaves a graph; null for any shape. */
export interface OnnxValueInfo {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly number[] | null;
}

/** A constant: its little-endian bytes are part of the file. */
export interface OnnxConstant extends OnnxValueInfo {
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  readonly constants: readonly OnnxConstant[];
}

/**
 * The bytes of an ONNX file. Nodes are named "<operator>_<position>".
 *
 * Reference: github.com/onnx/onnx, onnx.proto (field numbers).
 */
export function encodeOnnx(graph: OnnxGraph): Uint8Array {
  const file = new ProtobufWriter()
    .int(1, irVersion)
    .string(2, "bars")
    .message(7, (g) => {
      for (const [i, node] of graph.nodes.entries()) g.message(1, (n) => writeNode(n, node, i));
      g.string(2, "step");
      for (const constant of graph.constants) g.message(5, (t) => writeConstant(t, constant));
      for (const input of graph.inputs) g.message(11, (v) => writeValueInfo(v, input));
      for (const output of graph.outputs) g.message(12, (v) => writeValueInfo(v, output));
    })
    .message(8, (o) => o.string(1, "").int(2, operatorSet));
  for (const domain of new Set(graph.nodes.map((node) => node.domain))) {
    if (domain) file.message(8, (o) => o.string(1, domain).int(2, 1));
  }
  // A copy of its own: the writer's memory may be shared with other buffers of the process.
  return new Uint8Array(file.finish());
}

function writeNode(writer: ProtobufWriter, node: OnnxNode, position: number): void {
  for (const input of node.inputs) writer.string(1, input);
  for (const output of node.outputs) writer.string(2, output);
  writer.string(3, `${node.op}_${position}`).string(4, node.op);
  for (const [name, value] of Object.entries(node.attributes ?? {})) {
    writer.message(5, (attribute) => writeAttribute(attribute, name, value));
  }
  if (node.domain) writer.string(7, node.domain);
}

/** Field 20 says which of the value fields counts: 1 float, 2 integer, 3 string, 7 integers. */
function writeAttribute(writer: ProtobufWriter, name: string, value: OnnxAttribute): void {
  writer.string(1, name);
  if ("int" in value) writer.int(3, value.int).int(20, 2);
  else if ("float" in value) writer.float(2, value.float).int(20, 1);
  else if ("string" in value) writer.string(4, value.string).int(20, 3);
  else {
    for (const number of value.ints) writer.int(8, number);
    writer.int(20, 7);
  }
}

function writeConstant(writer: ProtobufWriter, constant: OnnxConstant): void {
  writer
    .packedInts(1, constant.shape)
    .int(2, onnxTypes[constant.type])
    .string(8, constant.name)
    .bytes(9, constant.bytes);
}

function writeValueInfo(writer: ProtobufWriter, info: OnnxValueInfo): void {
  writer.string(1, info.name).message(2, (type) =>
    type.message(1, (tensor) => {
      tensor.int(1, onnxTypes[info.type]);
      const extents = info.shape;
      if (!extents) return;
      tensor.message(2, (shape) => {
        for (const extent of extents) shape.message(1, (dimension) => dimension.int(1, extent));
      });
    }),
  );
}
