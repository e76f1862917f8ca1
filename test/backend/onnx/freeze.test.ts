import { beforeAll, describe, expect, it } from "vitest";
import { freeze, signWindow, tf } from "../../../lib/backend";
import { baselineConfig } from "../../../lib/config/baselineConfig";
import { binarizationConfig } from "../../../lib/config/binarizationConfig";
import { BaselineNetwork } from "../../../lib/network/baselineNetwork";
import { fold, normal, randomKey } from "../../../lib/random/randomKey";
import { evaluateNetwork } from "../../../lib/train/evaluateNetwork";
import { GraphBuilder } from "../../../packages/tfjs-onnxruntime/src/graphBuilder";
import { conv2d } from "../../../packages/tfjs-onnxruntime/src/kernels/convolutionKernels";
import type { OnnxBackend } from "../../../packages/tfjs-onnxruntime/src/onnxBackend";
import { startOnnx } from "./onnxBench";

let backend: OnnxBackend;
let network: BaselineNetwork;
const images = (count: number): tf.Tensor4D =>
  tf.tensor4d(normal(fold(randomKey(0), count), count * 16 * 16 * 3), [count, 16, 16, 3]);

beforeAll(async () => {
  backend = await startOnnx();
  const config = baselineConfig({ width: 0.25, imageSize: 16 });
  network = new BaselineNetwork(config, binarizationConfig(), randomKey(0), "frozen");
  const collect = network.statistics.collector();
  tf.tidy(() => network.outputs(images(8), { training: true, edeT: 1, collect }).logits);
  network.statistics.update(collect);
});

/** Signs as tanh, so that rounding turns none. */
const logits = (x: tf.Tensor4D) =>
  network.outputs(x, { training: false, edeT: 1, smoothSign: 2 }).logits as tf.Tensor;

describe("freeze", () => {
  it("gives the numbers of the network that is not frozen", async () => {
    const frozen = freeze(logits);
    for (const count of [1, 5]) {
      const x = images(count);
      const [got, expected] = [frozen.run(x), logits(x)];
      const [a, b] = [await got.data(), await expected.data()];
      expect(got.shape).toEqual(expected.shape);
      for (const [i, value] of b.entries()) expect(Math.abs((a[i] as number) - value)).toBeLessThan(1e-4);
      tf.dispose([x, got, expected]);
    }
    expect(frozen.graphs).toBe(2);
    frozen.dispose();
  });

  it("compiles once for a shape, whatever comes, and keeps no buffer", async () => {
    const frozen = freeze(logits);
    const run = async () => {
      const y = tf.tidy(() => frozen.run(images(3)));
      await y.data();
      y.dispose();
    };
    await run();
    await backend.settled();
    const before = backend.statistics();
    for (let i = 0; i < 5; i++) await run();
    await backend.settled();
    const { compiles, runs, bytes, pending } = backend.statistics();
    expect({ compiles, runs, bytes, pending }).toEqual({
      compiles: before.compiles,
      runs: before.runs + 5,
      bytes: before.bytes,
      pending: 0,
    });
    frozen.dispose();
  });

  describe("a convolution of signs", () => {
    const shape: [number, number, number, number] = [4, 12, 12, 8];
    /** Away from 0, so that rounding turns no sign. */
    const values = () =>
      normal(fold(randomKey(2), "x"), 4 * 12 * 12 * 8).map((v) => v + (v < 0 ? -0.1 : 0.1)) as Float32Array;
    const kernel = () => tf.tensor4d(normal(fold(randomKey(2), "w"), 9 * 8 * 4), [3, 3, 8, 4]);
    const conv = (border: number, stride: 1 | 2) => (x: tf.Tensor4D) =>
      tf.conv2d(
        tf.pad(
          signWindow(x, 1),
          [
            [0, 0],
            [1, 1],
            [1, 1],
            [0, 0],
          ],
          border,
        ),
        kernel(),
        stride,
        "valid",
      );

    it.each([
      { border: 1, stride: 1 },
      { border: 1, stride: 2 },
      { border: 0, stride: 1 },
      { border: -1, stride: 2 },
    ] as const)("has the numbers of the general form: border $border, stride $stride", async (of) => {
      const body = conv(of.border, of.stride);
      const frozen = freeze(body);
      const x = tf.tensor4d(values(), shape);
      const [got, expected] = [frozen.run(x), body(x)];
      const [a, b] = [await got.data(), await expected.data()];
      for (const [i, value] of b.entries()) expect(a[i]).toBeCloseTo(value, 4);
      frozen.dispose();
      tf.dispose([x, got, expected]);
    });

    it("reads the bits as they are, and has its border of ones itself", () => {
      const operators = (border: number, constant: boolean) => {
        const g = new GraphBuilder(true, 0, constant);
        const x = { ...g.input("x", shape, "float32"), channelsFirst: true };
        const below = g.cast(g.elementwise("Less", [x, g.scalar(0)], { type: "bool" }), "float32");
        const signs = g.elementwise("Add", [g.elementwise("Mul", [below, g.scalar(-2)]), g.scalar(1)]);
        const image = g.pad(signs, [0, 1, 1, 0], [0, 1, 1, 0], g.scalar(border));
        const attributes = { strides: 1, pad: "valid" };
        const [y] = conv2d.lower(
          g,
          { x: image, filter: g.input("w", [3, 3, 8, 4], "float32") },
          attributes,
          [],
        );
        g.prune([(y as { name: string }).name]);
        return g.nodes.map(({ op }) => op);
      };
      const image = (ops: string[]) => ops.filter((op) => op === "Pad" || op === "BatchNormalization");
      expect(image(operators(1, true))).toEqual([]);
      expect(operators(1, true).filter((op) => op === "Conv")).toHaveLength(1);
      // Another border than the level, and kernels that change.
      expect(image(operators(0, true))).toEqual(["BatchNormalization", "Pad"]);
      expect(image(operators(1, false))).toEqual(["BatchNormalization", "Pad"]);
    });
  });

  it("takes weights as they are, the same ones as long as it lives", async () => {
    const scale = tf.variable(tf.scalar(2));
    const frozen = freeze((x: tf.Tensor1D) => tf.mul(x, scale) as tf.Tensor1D);
    const at = async (values: number[]) => {
      const y = tf.tidy(() => frozen.run(tf.tensor1d(values)));
      const found = Array.from(await y.data());
      y.dispose();
      return found;
    };
    expect(await at([1, 2])).toEqual([2, 4]);
    tf.tidy(() => scale.assign(tf.scalar(3)));
    expect(await at([1, 2])).toEqual([2, 4]);
    frozen.dispose();
    expect(await at([1, 2])).toEqual([3, 6]);
    frozen.dispose();
    scale.dispose();
  });

  it("evaluates batches, a shorter last one too, by one graph", async () => {
    const batch = (count: number, from: number) => ({
      images: normal(fold(randomKey(1), from), count * 16 * 16 * 3),
      labels: Int32Array.from({ length: count }, (_, i) => i % 10),
    });
    async function* batches() {
      yield batch(4, 0);
      yield batch(4, 1);
      yield batch(2, 2);
    }
    const before = backend.statistics().compiles;
    const found = await evaluateNetwork(network, batches(), { edeT: 1 });
    await backend.settled();
    expect(found.correct.length).toBe(10);
    expect(backend.statistics().compiles).toBe(before + 1);
    const short = batch(2, 2);
    async function* alone() {
      yield short;
    }
    const again = await evaluateNetwork(network, alone(), { edeT: 1 });
    for (const [i, loss] of again.losses.entries()) expect(found.losses[8 + i]).toBeCloseTo(loss, 1);
  });

  it("keeps the shape of a result that is a view of what is computed", async () => {
    const scale = tf.scalar(3);
    const frozen = freeze((x: tf.Tensor1D) => tf.reshape(tf.mul(x, scale), [2, 1]));
    const y = frozen.run(tf.tensor1d([1, 2]));
    expect(y.shape).toEqual([2, 1]);
    expect(Array.from(await y.data())).toEqual([3, 6]);
    frozen.dispose();
  });

  it("of a function that computes nothing gives its argument's numbers, or those of a constant", async () => {
    const x = tf.tensor1d([1, 2]);
    for (const body of [
      (one: tf.Tensor) => tf.clone(one),
      (one: tf.Tensor) => one,
      (one: tf.Tensor) => tf.reshape(one, [2, 1]),
    ]) {
      const frozen = freeze(body);
      const y = frozen.run(x);
      expect(y.shape).toEqual(body(x).shape);
      expect(Array.from(await y.data())).toEqual([1, 2]);
      y.dispose();
      frozen.dispose();
    }
    expect(Array.from(await x.data())).toEqual([1, 2]);
    const constant = tf.mul(tf.scalar(2), 4);
    const frozen = freeze(() => tf.reshape(constant, [1]));
    for (let i = 0; i < 2; i++) {
      const y = frozen.run(x);
      expect([y.shape, Array.from(await y.data())]).toEqual([[1], [8]]);
      y.dispose();
    }
    frozen.dispose();
    expect((await constant.data())[0]).toBe(8);
    const given = freeze(() => constant);
    for (let i = 0; i < 2; i++) given.run(x).dispose();
    given.dispose();
    expect(constant.isDisposed).toBe(false);
  });

  it("becomes part of another's graph where it runs in that one's body", async () => {
    const inner = freeze((x: tf.Tensor1D) => tf.mul(x, 2) as tf.Tensor1D);
    const outer = freeze((x: tf.Tensor1D) => tf.add(inner.run(x), 1));
    const x = tf.tensor1d([1, 2]);
    expect(Array.from(await outer.run(x).data())).toEqual([3, 5]);
    expect(Array.from(await inner.run(x).data())).toEqual([2, 4]);
    expect([outer.graphs, inner.graphs]).toEqual([1, 1]);
    for (const one of [inner, outer]) one.dispose();
  });

  it("says that its argument has no numbers where a body reads them, and keeps no tensor", () => {
    const x = tf.tensor1d([1, 2]);
    const { numTensors } = tf.memory();
    const reading = freeze((one: tf.Tensor1D) => tf.scalar(one.dataSync()[0] as number));
    for (let i = 0; i < 2; i++)
      expect(() => reading.run(x)).toThrow(
        /asked for that has none: float32\[2\]\. .* while that is frozen\.$/,
      );
    expect(tf.memory().numTensors).toBe(numTensors);
  });
});
