import { onnxFile } from "./onnxSchema";

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
const operatorSet = 18;
const irVersion = 8;

/** A number, several numbers, a name or a graph, as an operator's attribute. Integers are told from floats by the wrapper. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly graph: OnnxBranch };

/** A graph inside an operator. It reads the values of the graph around it by their names. */
export interface OnnxBranch {
  readonly nodes: readonly OnnxNode[];
  readonly outputs: readonly OnnxValueInfo[];
}

export interface OnnxNode {
  readonly op: string;
  /** By default "<operator>_<position>". */
  readonly name?: string;
  /** Names of the values it reads; an absent optional input is "". */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  /** Absent for the standard operators, "com.microsoft" and below for those of ONNX Runtime. */
  readonly domain?: string;
}

/** A named value that enters or leaves a graph; null for any shape. An extent that is a name stands for any number. */
export interface OnnxValueInfo {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly (number | string)[] | null;
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
  /** What the file says besides; by default it is a step of this back end. */
  readonly about?: OnnxAbout;
}

/** What a file says of itself. */
export interface OnnxAbout {
  /** Name of the graph. */
  readonly name: string;
  readonly producer: string;
  readonly producerVersion: string;
  readonly doc: string;
  readonly irVersion: number;
  /** Version of the standard operators. */
  readonly operatorSet: number;
  readonly metadata: Readonly<Record<string, string>>;
}

const step: OnnxAbout = {
  name: "step",
  producer: "tfjs-onnxruntime",
  producerVersion: "",
  doc: "",
  irVersion,
  operatorSet,
  metadata: {},
};

/**
 * The bytes of an ONNX file.
 *
 * Reference: github.com/onnx/onnx, onnx.proto (field numbers).
 */
export function encodeOnnx({ nodes, inputs, outputs, constants, about = step }: OnnxGraph): Uint8Array {
  const domains = [...new Set(nodes.map(({ domain }) => domain))].filter((domain) => domain);
  const metadata = Object.entries(about.metadata);
  const file = {
    irVersion: about.irVersion,
    producerName: about.producer,
    ...(about.producerVersion === "" ? {} : { producerVersion: about.producerVersion }),
    ...(about.doc === "" ? {} : { docString: about.doc }),
    graph: {
      node: nodes.map(nodeMessage),
      name: about.name,
      initializer: constants.map(({ shape, type, name, bytes }) => ({
        dims: shape,
        dataType: onnxTypes[type],
        name,
        rawData: bytes,
      })),
      input: inputs.map(valueMessage),
      output: outputs.map(valueMessage),
    },
    opsetImport: [
      { domain: "", version: about.operatorSet },
      ...domains.map((domain) => ({ domain, version: 1 })),
    ],
    ...(metadata.length === 0 ? {} : { metadataProps: metadata.map(([key, value]) => ({ key, value })) }),
  };
  // A copy of its own: the writer's memory may be shared with other buffers of the process.
  return new Uint8Array(onnxFile.encode(file).finish());
}

function nodeMessage(
  { op, name = "", inputs, outputs, attributes = {}, domain }: OnnxNode,
  position: number,
): object {
  return {
    input: inputs,
    output: outputs,
    name: name || `${op}_${position}`,
    opType: op,
    attribute: Object.entries(attributes).map(([name, value]) => attributeMessage(name, value)),
    ...(domain ? { domain } : {}),
  };
}

/** `type` says which of the value fields counts: 1 float, 2 integer, 3 string, 5 graph, 7 integers. */
function attributeMessage(name: string, value: OnnxAttribute): object {
  if ("int" in value) return { name, i: value.int, type: 2 };
  if ("float" in value) return { name, f: value.float, type: 1 };
  if ("string" in value) return { name, s: value.string, type: 3 };
  if ("graph" in value) return { name, g: branchMessage(value.graph), type: 5 };
  return { name, ints: value.ints, type: 7 };
}

function branchMessage({ nodes, outputs }: OnnxBranch): object {
  return { node: nodes.map(nodeMessage), name: "branch", output: outputs.map(valueMessage) };
}

function valueMessage({ name, type, shape }: OnnxValueInfo): object {
  const extent = (value: number | string) =>
    typeof value === "string" ? { dimParam: value } : { dimValue: value };
  const extents = shape ? { shape: { dim: shape.map(extent) } } : {};
  return { name, type: { tensorType: { elemType: onnxTypes[type], ...extents } } };
}
