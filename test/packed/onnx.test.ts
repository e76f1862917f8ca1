import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { encodeOnnx } from "tfjs-onnxruntime/onnx";
import { afterAll, describe, expect, it } from "vitest";
import { onnxBytes, readOnnx } from "../../lib/packed/onnx/onnxFile";
import { onnxGraph } from "../../lib/packed/onnx/onnxGraph";
import { type PackedModel, programOf } from "../../lib/packed/packedModel";
import { ReferenceEngine } from "../../lib/packed/referenceEngine";
import { drawnBaselines, drawnGenotypes, drawnPrimitives, largestAt, noise } from "./drawnModels";

interface Runtime {
  readonly Tensor: new (type: "float32", values: Float32Array, shape: readonly number[]) => unknown;
  readonly InferenceSession: {
    create(
      bytes: Uint8Array,
      options: object,
    ): Promise<{
      run(feeds: Record<string, unknown>): Promise<Record<string, { readonly data: Float32Array }>>;
      release(): Promise<void>;
    }>;
  };
}

const ort = createRequire(resolve(__dirname, "../../packages/tfjs-onnxruntime/package.json"))(
  "onnxruntime-node",
) as Runtime;
const folder = mkdtempSync(join(tmpdir(), "bars-onnx-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Channels first. */
function turned(images: Float32Array, count: number, size: number, channels: number): Float32Array {
  const out = new Float32Array(images.length);
  for (let i = 0; i < count; i++)
    for (let p = 0; p < size * size; p++)
      for (let c = 0; c < channels; c++)
        out[(i * channels + c) * size * size + p] = images[(i * size * size + p) * channels + c] as number;
  return out;
}

async function compare(model: PackedModel): Promise<void> {
  const count = 2;
  const bytes = onnxBytes(model);
  const program = programOf(model);
  const { imageSize: size, imageChannels: channels, classes } = program;
  const images = noise(model.header.model.name, count * size * size * channels);
  const expected = await new ReferenceEngine(program).run(images, count);
  for (const level of ["disabled", "all"]) {
    const session = await ort.InferenceSession.create(bytes, {
      graphOptimizationLevel: level,
      intraOpNumThreads: 1,
      logSeverityLevel: 3,
    });
    const feed = new ort.Tensor("float32", turned(images, count, size, channels), [
      count,
      channels,
      size,
      size,
    ]);
    const { logits } = await session.run({ images: feed });
    await session.release();
    const got = (logits as { data: Float32Array }).data;
    expect(got.length).toBe(expected.length);
    const most = Math.max(1, ...expected.map(Math.abs));
    for (const [k, value] of expected.entries())
      expect(Math.abs((got[k] as number) - value), `${level}, logit ${k}`).toBeLessThan(1e-4 * most);
    for (let i = 0; i < count; i++) {
      const row = (all: Float32Array) => largestAt(all.subarray(i * classes, (i + 1) * classes));
      expect(row(got)).toBe(row(expected));
    }
  }
}

describe("the ONNX file of a packed network gives its logits in ONNX Runtime, with and without optimisations", () => {
  it.each(drawnPrimitives)("%s", (_name, make) => compare(make()));
  it.each(drawnBaselines)("%s", (_name, make) => compare(make()));
  it.each(drawnGenotypes)("%s", (_name, make) => compare(make()));
});

const sample = (
  drawnPrimitives.find(
    ([name]) => name === "bin_group_conv_3x3-factorized-border1",
  ) as (typeof drawnPrimitives)[0]
)[1];

describe("an ONNX file", () => {
  it("states its versions, its header and only standard operators, and has binary weights of −1 and +1", () => {
    const model = sample();
    const { header, graph } = readOnnx(onnxBytes(model));
    expect(header).toEqual(model.header);
    expect(graph.about).toMatchObject({
      operatorSet: 13,
      irVersion: 7,
      producer: "bars",
      name: model.header.model.name,
    });
    expect(graph.inputs).toEqual([{ name: "images", type: "float32", shape: ["N", 3, 10, 10] }]);
    expect(graph.outputs).toEqual([{ name: "logits", type: "float32", shape: ["N", 7] }]);
    expect(graph.nodes.filter(({ domain }) => domain !== undefined)).toEqual([]);
    const binary = graph.constants.filter(
      ({ name }) =>
        /conv\.weights\d?$/.test(name) && name !== "stem.conv.weights" && !name.startsWith("extraStem"),
    );
    const signs = binary.flatMap(({ bytes }) => [...new Float32Array(bytes.buffer)]);
    expect(signs.length).toBe(
      [...model.tensors.values()]
        .filter((one) => one instanceof Uint8Array)
        .reduce((sum, one) => sum + one.length, 0),
    );
    expect(new Set(signs)).toEqual(new Set([-1, 1]));
  });

  it("takes the sign of 0, and of −0, for +1", async () => {
    const graph = onnxGraph(sample());
    const where = graph.nodes.find(({ op }) => op === "Where");
    const positive = graph.nodes.find(({ outputs }) => outputs[0] === where?.inputs[0]);
    const alone = {
      nodes: [{ ...positive, inputs: ["x", positive?.inputs[1]] }, where].map(
        (node) => node as (typeof graph.nodes)[0],
      ),
      constants: graph.constants.filter(({ name }) =>
        [...(where?.inputs ?? []), ...(positive?.inputs ?? [])].includes(name),
      ),
      inputs: [{ name: "x", type: "float32" as const, shape: [4] }],
      outputs: [{ name: where?.outputs[0] as string, type: "float32" as const, shape: [4] }],
      ...(graph.about ? { about: graph.about } : {}),
    };
    const session = await ort.InferenceSession.create(encodeOnnx(alone), {});
    const found = await session.run({
      x: new ort.Tensor("float32", Float32Array.of(-1e-30, -0, 0, 1e-30), [4]),
    });
    expect([...(Object.values(found)[0] as { data: Float32Array }).data]).toEqual([-1, 1, 1, 1]);
    await session.release();
  });

  it("that is damaged, of another origin, or inconsistent is refused, with the place", () => {
    const model = sample();
    const graph = onnxGraph(model);
    const refusal = (bytes: Uint8Array) => {
      try {
        readOnnx(bytes, "mine.onnx");
      } catch (error) {
        return (error as Error).message;
      }
      return "taken";
    };
    expect(refusal(onnxBytes(model).slice(0, -7))).toMatch(
      /^mine\.onnx: expected an ONNX file written by bars, could not read it \(/,
    );
    expect(refusal(new Uint8Array())).toContain("could not read it (the file has no graph)");
    const about = graph.about as NonNullable<typeof graph.about>;
    expect(refusal(encodeOnnx({ ...graph, about: { ...about, producer: "pytorch" } }))).toBe(
      'mine.onnx: expected an ONNX file written by bars, got one of "pytorch".',
    );
    expect(refusal(encodeOnnx({ ...graph, nodes: graph.nodes.slice(1) }))).toBe(
      `mine.onnx: "${graph.nodes[1]?.name}" reads "${graph.nodes[0]?.outputs[0]}", which nothing before it makes.`,
    );
    const [first, ...others] = graph.constants as [(typeof graph.constants)[0]];
    expect(
      refusal(encodeOnnx({ ...graph, constants: [{ ...first, bytes: first.bytes.slice(4) }, ...others] })),
    ).toBe(
      `mine.onnx: "${first.name}" of shape [${first.shape.join(", ")}] should have ${first.bytes.length} bytes, got ${first.bytes.length - 4}.`,
    );
    const metadata = { ...about.metadata, "bars.classNames": '["a"]' };
    expect(refusal(encodeOnnx({ ...graph, about: { ...about, metadata } }))).toBe(
      "mine.onnx: metadata.classNames should have 7 entries, as the model has, got 1.",
    );
  });

  it("is not made of numbers that are not finite", () => {
    const model = sample();
    const tensors = new Map(model.tensors).set("head.bias", new Float32Array(7).fill(Number.NaN));
    expect(() => onnxBytes({ ...model, tensors })).toThrow(
      'onnx: "logits.bias" should hold finite numbers, got another at place 0.',
    );
  });

  const checker = spawnSync("python3", ["-c", "import onnx"], { encoding: "utf8" });
  it.skipIf(checker.status !== 0)(
    "passes ONNX's own checker, shapes inferred (skipped where python3 has no onnx)",
    () => {
      const files = [...drawnPrimitives, ...drawnBaselines.slice(0, 5), ...drawnGenotypes].map(
        ([name, make]) => {
          const file = join(folder, `${name}.onnx`);
          writeFileSync(file, onnxBytes(make()));
          return file;
        },
      );
      const program =
        "import sys, onnx\nfor f in sys.argv[1:]: onnx.checker.check_model(onnx.load(f), full_check=True)\nprint(len(sys.argv) - 1)";
      const { stdout, stderr } = spawnSync("python3", ["-c", program, ...files], { encoding: "utf8" });
      expect(stderr).toBe("");
      expect(stdout.trim()).toBe(String(files.length));
    },
  );
});
