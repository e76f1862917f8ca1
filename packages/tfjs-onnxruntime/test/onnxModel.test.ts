import { describe, expect, it } from "vitest";
import { encodeOnnx, type OnnxGraph } from "../src/onnxModel";
import { onnxFile } from "../src/onnxSchema";

const graph: OnnxGraph = {
  nodes: [
    {
      op: "Conv",
      inputs: ["a", "", "b"],
      outputs: ["c"],
      attributes: {
        axis: { int: -1 },
        ints: { ints: [0, -3, 2 ** 40] },
        f: { float: 0.25 },
        s: { string: "é" },
      },
      domain: "com.microsoft",
    },
    { op: "Mul", inputs: ["c", "c"], outputs: ["x"] },
  ],
  inputs: [{ name: "a", type: "bool", shape: null }],
  outputs: [{ name: "x", type: "float64", shape: [0, 3] }],
  constants: [{ name: "b", type: "int64", shape: [1], bytes: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) }],
};

describe("an ONNX file", () => {
  it("reads back as the graph that was written, absent inputs and negative numbers included", () => {
    const read = onnxFile.toObject(onnxFile.decode(encodeOnnx(graph)), { longs: Number, bytes: Array });
    expect(read).toMatchObject({
      irVersion: 8,
      graph: {
        node: [
          {
            input: ["a", "", "b"],
            output: ["c"],
            name: "Conv_0",
            opType: "Conv",
            attribute: [
              { name: "axis", i: -1, type: 2 },
              { name: "ints", ints: [0, -3, 2 ** 40], type: 7 },
              { name: "f", f: 0.25, type: 1 },
              { name: "s", s: "é", type: 3 },
            ],
            domain: "com.microsoft",
          },
          { input: ["c", "c"], output: ["x"], name: "Mul_1", opType: "Mul" },
        ],
        initializer: [{ dims: [1], dataType: 7, name: "b", rawData: [1, 2, 3, 4, 5, 6, 7, 8] }],
        input: [{ name: "a", type: { tensorType: { elemType: 9 } } }],
        output: [
          {
            name: "x",
            type: { tensorType: { elemType: 11, shape: { dim: [{ dimValue: 0 }, { dimValue: 3 }] } } },
          },
        ],
      },
      opsetImport: [
        { domain: "", version: 18 },
        { domain: "com.microsoft", version: 1 },
      ],
    });
  });

  it("has the bytes of the format: a message of one operator written by hand", () => {
    const small = {
      nodes: [{ op: "Neg", inputs: ["a"], outputs: ["b"] }],
      inputs: [],
      outputs: [],
      constants: [],
    };
    const bytes = Buffer.from(encodeOnnx(small)).toString("latin1");
    // Field 7 (graph) of 26 bytes: field 1 (node) of 18 bytes, then its name "step" as field 2.
    expect(bytes).toContain(
      "\x3a\x1a\x0a\x12\x0a\x01a\x12\x01b\x1a\x05Neg_0\x22\x03Neg\x12\x04step\x42\x04\x0a\x00\x10\x12",
    );
  });
});
