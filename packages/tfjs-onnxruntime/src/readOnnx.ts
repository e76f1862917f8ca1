import {
  type OnnxAbout,
  type OnnxAttribute,
  type OnnxConstant,
  type OnnxGraph,
  type OnnxNode,
  type OnnxType,
  type OnnxValueInfo,
  onnxTypes,
} from "./onnxModel";
import { onnxFile } from "./onnxSchema";

/** A message as the schema reads it: fields that are not there have their defaults. */
interface FileMessage {
  readonly irVersion: number;
  readonly producerName: string;
  readonly producerVersion: string;
  readonly docString: string;
  readonly graph: {
    readonly node: readonly NodeMessage[];
    readonly name: string;
    readonly initializer: readonly {
      readonly dims: readonly number[];
      readonly dataType: number;
      readonly name: string;
      readonly rawData: Uint8Array;
    }[];
    readonly input: readonly ValueMessage[];
    readonly output: readonly ValueMessage[];
  } | null;
  readonly opsetImport: readonly { readonly domain: string; readonly version: number }[];
  readonly metadataProps: readonly { readonly key: string; readonly value: string }[];
}

interface NodeMessage {
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  readonly attribute: readonly {
    readonly name: string;
    readonly f: number;
    readonly i: number;
    readonly s: string;
    readonly g: Pick<NonNullable<FileMessage["graph"]>, "node" | "output"> | null;
    readonly ints: readonly number[];
    readonly type: number;
  }[];
}

interface ValueMessage {
  readonly name: string;
  readonly type: {
    readonly tensorType: {
      readonly elemType: number;
      readonly shape: {
        readonly dim: readonly { readonly dimValue: number; readonly dimParam: string }[];
      } | null;
    } | null;
  } | null;
}

/**
 * Reads an ONNX file of the fields that graphs here have: what `encodeOnnx` writes comes back as it was.
 * @throws Error for bytes that are no such file, and for a type that tensors here do not have.
 */
export function decodeOnnx(bytes: Uint8Array): OnnxGraph & { readonly about: OnnxAbout } {
  const file = onnxFile.toObject(onnxFile.decode(bytes), {
    longs: Number,
    defaults: true,
    arrays: true,
  }) as FileMessage;
  const { graph, opsetImport, metadataProps } = file;
  if (!graph) throw new Error("the file has no graph");
  const standard = opsetImport.find(({ domain }) => domain === "");
  if (!standard) throw new Error("the file names no version of the standard operators");
  return {
    nodes: graph.node.map(nodeOf),
    inputs: graph.input.map(valueInfo),
    outputs: graph.output.map(valueInfo),
    constants: graph.initializer.map(
      ({ dims, dataType, name, rawData }): OnnxConstant => ({
        name,
        type: typeOf(dataType, name),
        shape: dims,
        bytes: new Uint8Array(rawData),
      }),
    ),
    about: {
      name: graph.name,
      producer: file.producerName,
      producerVersion: file.producerVersion,
      doc: file.docString,
      irVersion: file.irVersion,
      operatorSet: standard.version,
      metadata: Object.fromEntries(metadataProps.map(({ key, value }) => [key, value])),
    },
  };
}

function nodeOf({ opType, name, input, output, attribute, domain }: NodeMessage): OnnxNode {
  const attributes = Object.fromEntries(
    attribute.map(({ name: own, type, f, i, s, g, ints }): [string, OnnxAttribute] => {
      if (type === 1) return [own, { float: f }];
      if (type === 2) return [own, { int: i }];
      if (type === 3) return [own, { string: s }];
      if (type === 5 && g)
        return [own, { graph: { nodes: g.node.map(nodeOf), outputs: g.output.map(valueInfo) } }];
      if (type === 7) return [own, { ints }];
      throw new Error(`${name}: attribute ${own} is of type ${type}, which graphs here do not have`);
    }),
  );
  return { op: opType, name, inputs: input, outputs: output, attributes, ...(domain ? { domain } : {}) };
}

function valueInfo({ name, type }: ValueMessage): OnnxValueInfo {
  const tensor = type?.tensorType;
  if (!tensor) throw new Error(`${name}: is no tensor`);
  const shape = tensor.shape?.dim.map(({ dimValue, dimParam }) => dimParam || dimValue) ?? null;
  return { name, type: typeOf(tensor.elemType, name), shape };
}

function typeOf(number: number, name: string): OnnxType {
  const found = Object.entries(onnxTypes).find(([, own]) => own === number);
  if (found) return found[0] as OnnxType;
  throw new Error(`${name}: is of type ${number}, which tensors here do not have`);
}
