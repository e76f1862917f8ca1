import { describe, expect, it } from "vitest";
import { contextsOf, gate, scalarZeros } from "../src/gatedContexts";
import type { OnnxNode } from "../src/onnxModel";

const node = (op: string, inputs: string[], output: string): OnnxNode => ({ op, inputs, outputs: [output] });

describe("conditions of operators", () => {
  it("are those that all readers have, whichever of two gates comes first", () => {
    const nodes = [
      node("Neg", ["x"], "a"),
      node(gate, ["p", "a"], "b"),
      node(gate, ["q", "b"], "c"),
      node(gate, ["q", "a"], "d"),
      node(gate, ["p", "d"], "e"),
      node("Add", ["c", "e"], "y"),
    ];
    const contexts = contextsOf(nodes, ["y"]).map((context) => [...context].sort().join());
    expect(contexts).toEqual(["p,q", "q", "", "p", "", ""]);
  });

  it("end where somebody else reads", () => {
    const nodes = [node("Neg", ["x"], "a"), node("Abs", ["a"], "b"), node(gate, ["p", "b"], "c")];
    expect(contextsOf(nodes, ["c"])).toEqual([["p"], ["p"], []]);
    expect(contextsOf(nodes, ["c", "a"])).toEqual([[], ["p"], []]);
  });
});

describe("scalar zeros", () => {
  it("are for all summands but one, and for none that the graph gives", () => {
    const nodes = [
      node(gate, ["p", "x"], "a"),
      node(gate, ["q", "x"], "b"),
      node("Add", ["a", "b"], "c"),
      node(gate, ["r", "x"], "d"),
      node("Add", ["d", "c"], "y"),
    ];
    expect([...scalarZeros(nodes, ["y"], () => "2,2")].sort()).toEqual(["a", "b", "c"]);
    expect([...scalarZeros(nodes, ["y", "b"], () => "2,2")].sort()).toEqual(["a", "c"]);
  });
});
