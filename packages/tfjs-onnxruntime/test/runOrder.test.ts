import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findRuntime, loadRuntime } from "../src/loadRuntime";
import { encodeOnnx, type OnnxNode } from "../src/onnxModel";
import { peakBytes } from "../src/peakBytes";
import { sourcesOf } from "../src/readsOf";
import { inOrder, runOrder } from "../src/runOrder";
import { smallEarly } from "../src/smallEarly";

const node = (op: string, inputs: readonly string[], output: string): OnnxNode => ({
  op,
  inputs,
  outputs: [output],
});
const names = (nodes: readonly OnnxNode[]) => nodes.map(({ outputs }) => outputs[0]).join(" ");

/** A repeatable number below `limit` each time. */
function draws(seed: number) {
  let state = seed * 2654435761 + 1;
  return (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** Sums of two earlier values each, of which those that nothing reads are results. */
function randomGraph(seed: number, size = 40): { nodes: OnnxNode[]; results: string[] } {
  const draw = draws(seed);
  const nodes: OnnxNode[] = [];
  const made = ["x"];
  for (let i = 0; i < size; i++) {
    const recent = () => made[Math.max(0, made.length - 1 - draw(6))] as string;
    nodes.push(node("Add", [recent(), recent()], `v${i}`));
    made.push(`v${i}`);
  }
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  const results = made.filter((name) => !read.has(name));
  return { nodes, results };
}

function isRunnable(nodes: readonly OnnxNode[]): boolean {
  return sourcesOf(nodes).every((sources, place) => sources.every((source) => source < place));
}

describe("runOrder", () => {
  it("is the order in which ONNX Runtime runs a graph, by its own profile", () => {
    const { InferenceSession, Tensor } = loadRuntime(createRequire(__filename), findRuntime());
    const folder = mkdtempSync(join(tmpdir(), "order-"));
    try {
      for (let seed = 0; seed < 8; seed++) {
        const { nodes, results } = randomGraph(seed);
        const value = (name: string) => ({ name, type: "float32" as const, shape: [2] });
        const named = nodes.map((one) => ({ ...one, name: `Add_${one.outputs[0]}` }));
        const bytes = encodeOnnx({
          nodes: named,
          inputs: [value("x")],
          outputs: results.map(value),
          constants: [],
        });
        const session = new InferenceSession() as InstanceType<typeof InferenceSession> & {
          endProfiling(): void;
        };
        session.loadModel(bytes.buffer, bytes.byteOffset, bytes.byteLength, {
          graphOptimizationLevel: "disabled",
          enableProfiling: true,
          profileFilePrefix: join(folder, `seed${seed}`),
        });
        session.run(
          { x: new Tensor("float32", Float32Array.of(1, 2), [2]) },
          Object.fromEntries(results.map((name) => [name, new Tensor("float32", new Float32Array(2), [2])])),
          {},
        );
        session.endProfiling();
        const [file] = readdirSync(folder).filter((name) => name.startsWith(`seed${seed}`)) as [string];
        const events = JSON.parse(readFileSync(join(folder, file), "utf8")) as { name: string; ts: number }[];
        const ran = events
          .filter(({ name }) => name.endsWith("_kernel_time"))
          .map(({ name }) => name.slice("Add_".length, -"_kernel_time".length));
        expect(ran.join(" ")).toBe(names(runOrder(named)));
        session.dispose();
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("inOrder", () => {
  const bytesOf = (name: string) => (name.startsWith("sum") || name.startsWith("y") ? 4 : 1 << 20);

  /** Each image is made of the one before it, and a sum of each is a result. */
  const chain = (length: number) => {
    const nodes: OnnxNode[] = [];
    for (let i = 0; i < length; i++) {
      nodes.push(node("Neg", [i === 0 ? "x" : `image${i - 1}`], `image${i}`));
      nodes.push(node("ReduceSum", [`image${i}`], `sum${i}`));
    }
    const results = Array.from({ length }, (_, i) => `y${i}`);
    results.forEach((name, i) => {
      nodes.push(node("Identity", [`sum${i}`], name));
    });
    return { nodes, results };
  };

  it("has results computed when they can be had: images do not wait for their sums", () => {
    const { nodes, results } = chain(20);
    expect(peakBytes(runOrder(nodes), bytesOf)).toBeGreaterThan(20 * 2 ** 20);
    const run = runOrder(inOrder(nodes, results, bytesOf));
    expect(peakBytes(run, bytesOf)).toBeLessThan(2.1 * 2 ** 20);
    expect(isRunnable(run)).toBe(true);
  });

  it("asks for small values that lead to one result alone, too", () => {
    const { nodes } = chain(20);
    const sums = nodes.filter(({ op }) => op !== "Identity");
    for (let i = 1; i < 20; i++)
      sums.push(node("Add", [i === 1 ? "sum0" : `sum.${i - 1}`, `sum${i}`], `sum.${i}`));
    sums.push(node("Identity", ["sum.19"], "y"));
    // The other way round: the first sum is needed last.
    const reversed = sums.map((one) =>
      one.op === "Add"
        ? { ...one, inputs: one.inputs.map((name) => name.replace(/^sum(\d+)$/, (_, i) => `sum${19 - i}`)) }
        : one,
    );
    expect(peakBytes(runOrder(reversed), bytesOf)).toBeGreaterThan(18 * 2 ** 20);
    const run = runOrder(inOrder(reversed, ["y"], bytesOf));
    expect(peakBytes(run, bytesOf)).toBeLessThan(2.1 * 2 ** 20);
  });

  it("leaves no operator out, and adds none that is read", () => {
    for (let seed = 0; seed < 20; seed++) {
      const { nodes, results } = randomGraph(seed);
      const ordered = inOrder(nodes, results, bytesOf);
      const own = new Set(nodes);
      expect(ordered.filter((one) => own.has(one)).length).toBe(nodes.length);
      expect(isRunnable(runOrder(ordered))).toBe(true);
    }
  });
});

describe("smallEarly", () => {
  const mib = 2 ** 20;
  const sizes: Record<string, number> = { mask: mib / 4, inside: mib / 4, number: 4 };
  const bytesOf = (name: string) => sizes[name] ?? mib;

  it("keeps a mask of an image that only its gradient reads", () => {
    const nodes = [
      node("Relu", ["x"], "image"),
      node("Neg", ["image"], "a"),
      node("Exp", ["a"], "b"),
      node("Greater", ["image", "zero"], "mask"),
      node("Cast", ["mask"], "factor"),
      node("Mul", ["b", "factor"], "y"),
    ];
    expect(names(smallEarly(nodes, bytesOf))).toBe("image a mask b factor y");
  });

  it("moves what is computed for it alone along", () => {
    const nodes = [
      node("Relu", ["x"], "image"),
      node("Exp", ["image"], "a"),
      node("Exp", ["a"], "b"),
      node("Exp", ["b"], "c"),
      node("Abs", ["image"], "size"),
      node("LessOrEqual", ["size", "one"], "inside"),
      node("Where", ["inside", "c", "zero"], "y"),
    ];
    expect(names(smallEarly(nodes, bytesOf))).toBe("image a size inside b c y");
  });

  it.each([
    ["is read once more later", [node("Mul", ["mask", "b"], "c"), node("Mul", ["image", "c"], "y")]],
    ["is a result", [node("Mul", ["mask", "b"], "c"), node("Identity", ["image"], "y")]],
  ])("gains nothing where the image %s", (_, rest) => {
    const nodes = [
      node("Relu", ["x"], "image"),
      node("Exp", ["x"], "b"),
      node("Greater", ["image", "zero"], "mask"),
      ...rest,
    ];
    expect(names(smallEarly(nodes, bytesOf))).toBe(names(nodes));
  });

  it("waits for the view and the bound that it reads", () => {
    const nodes = [
      node("Relu", ["x"], "image"),
      node("ReduceMax", ["x"], "number"),
      node("Exp", ["x"], "b"),
      node("Reshape", ["image", "shape"], "view"),
      node("Exp", ["b"], "c"),
      node("Greater", ["view", "number"], "mask"),
      node("Mul", ["c", "mask"], "y"),
    ];
    expect(names(smallEarly(nodes, bytesOf))).toBe("image number b view mask c y");
  });

  it("counts readers inside branches", () => {
    const branch = { graph: { nodes: [node("Neg", ["image"], "inner")], outputs: [] } };
    const nodes: OnnxNode[] = [
      node("Relu", ["x"], "image"),
      node("Exp", ["x"], "b"),
      { ...node("If", ["condition"], "c"), attributes: { then_branch: branch } },
      node("Exp", ["b"], "d"),
      node("Greater", ["image", "zero"], "mask"),
      node("Mul", ["d", "mask"], "y"),
    ];
    expect(names(smallEarly(nodes, bytesOf))).toBe("image b c mask d y");
  });

  it("gives an order that can run, and no larger peak, whatever the graph", () => {
    for (let seed = 0; seed < 60; seed++) {
      const draw = draws(seed);
      const nodes: OnnxNode[] = [];
      for (let i = 0; i < 60; i++) {
        const recent = () => (i === 0 ? "x" : `v${Math.max(0, i - 1 - draw(i < 8 ? 3 : 12))}`);
        const op = ["Neg", "Abs", "Greater", "Cast", "Reshape", "Add"][draw(6)] as string;
        nodes.push(node(op, op === "Add" ? [recent(), recent()] : [recent()], `v${i}`));
      }
      const small = new Set(nodes.filter(({ op }) => op === "Greater").map(({ outputs }) => outputs[0]));
      const bytes = (name: string) => (small.has(name) ? mib / 4 : mib);
      const early = smallEarly(nodes, bytes);
      expect(new Set(early)).toEqual(new Set(nodes));
      expect(isRunnable(early)).toBe(true);
      expect(peakBytes(early, bytes)).toBeLessThanOrEqual(peakBytes(nodes, bytes) + mib / 4);
    }
  });
});
