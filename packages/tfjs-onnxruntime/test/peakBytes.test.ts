import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../src/graphBuilder";
import { peakBytes } from "../src/peakBytes";

const node = (op: string, inputs: string[], outputs: string[]) => ({ op, inputs, outputs });

describe("peakBytes", () => {
  const sizes: Record<string, number> = { a: 10, b: 20, c: 40, d: 5 };
  const bytesOf = (name: string) => sizes[name] ?? 0;

  it("of a chain: a value and what is made of it, the largest pair", () => {
    const chain = [node("Neg", ["x"], ["a"]), node("Neg", ["a"], ["b"]), node("Neg", ["b"], ["c"])];
    expect(peakBytes(chain, bytesOf)).toBe(60);
  });

  it("a value stays until its last use", () => {
    const kept = [
      node("Neg", ["x"], ["a"]),
      node("Neg", ["x"], ["c"]),
      node("Neg", ["c"], ["d"]),
      node("Add", ["a", "d"], ["b"]),
    ];
    expect(peakBytes(kept, bytesOf)).toBe(55);
  });

  it("another shape of a value is the same memory, and keeps it", () => {
    const viewed = [
      node("Neg", ["x"], ["a"]),
      node("Reshape", ["a", "shape"], ["b"]),
      node("Neg", ["x"], ["c"]),
      node("Add", ["b", "c"], ["d"]),
    ];
    expect(peakBytes(viewed, bytesOf)).toBe(55);
  });

  it("knows the sizes of a builder's values by shape and type", () => {
    const g = new GraphBuilder(true);
    const x = g.input("x", [10, 10], "float32");
    const y = g.cast(g.elementwise("Less", [x, g.scalar(0)], { type: "bool" }), "float32");
    g.prune([y.name]);
    expect(g.peakBytes([])).toBe(100 + 400);
  });
});
