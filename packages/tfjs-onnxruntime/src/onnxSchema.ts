import { type IField, Root, type Type } from "protobufjs/light";

/** A field by its number in the format. */
const one = (id: number, type: string): IField => ({ id, type });
const several = (id: number, type: string): IField => ({ id, type, rule: "repeated" });

/**
 * The messages of an ONNX file, and of each the fields that graphs here have.
 *
 * Reference: github.com/onnx/onnx, onnx.proto (names and numbers of fields; `ints` is not packed there).
 */
const messages: Readonly<Record<string, Readonly<Record<string, IField>>>> = {
  ModelProto: {
    irVersion: one(1, "int64"),
    producerName: one(2, "string"),
    producerVersion: one(3, "string"),
    docString: one(6, "string"),
    graph: one(7, "GraphProto"),
    opsetImport: several(8, "OperatorSetIdProto"),
    metadataProps: several(14, "StringStringEntryProto"),
  },
  StringStringEntryProto: { key: one(1, "string"), value: one(2, "string") },
  OperatorSetIdProto: { domain: one(1, "string"), version: one(2, "int64") },
  GraphProto: {
    node: several(1, "NodeProto"),
    name: one(2, "string"),
    initializer: several(5, "TensorProto"),
    input: several(11, "ValueInfoProto"),
    output: several(12, "ValueInfoProto"),
  },
  NodeProto: {
    input: several(1, "string"),
    output: several(2, "string"),
    name: one(3, "string"),
    opType: one(4, "string"),
    attribute: several(5, "AttributeProto"),
    domain: one(7, "string"),
  },
  AttributeProto: {
    name: one(1, "string"),
    f: one(2, "float"),
    i: one(3, "int64"),
    s: one(4, "string"),
    g: one(6, "GraphProto"),
    ints: { ...several(8, "int64"), options: { packed: false } },
    type: one(20, "int32"),
  },
  TensorProto: {
    dims: several(1, "int64"),
    dataType: one(2, "int32"),
    name: one(8, "string"),
    rawData: one(9, "bytes"),
  },
  ValueInfoProto: { name: one(1, "string"), type: one(2, "TypeProto") },
  TypeProto: { tensorType: one(1, "TensorTypeProto") },
  TensorTypeProto: { elemType: one(1, "int32"), shape: one(2, "TensorShapeProto") },
  TensorShapeProto: { dim: several(1, "DimensionProto") },
  DimensionProto: { dimValue: one(1, "int64"), dimParam: one(2, "string") },
};

/** An ONNX file: writes one from a plain value, and reads one. */
export const onnxFile: Type = Root.fromJSON({
  nested: Object.fromEntries(Object.entries(messages).map(([name, fields]) => [name, { fields }])),
}).lookupType("ModelProto");
