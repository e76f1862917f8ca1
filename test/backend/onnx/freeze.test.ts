import { beforeAll, describe, expect, it } from "vitest";
import { freeze, tf } from "../../../lib/backend";
import { baselineConfig } from "../../../lib/config/baselineConfig";
import { binarizationConfig } from "../../../lib/config/binarizationConfig";
import { BaselineNetwork } from "../../../lib/network/baselineNetwork";
import { fold, normal, randomKey } from "../../../lib/random/randomKey";
import { evaluateNetwork } from "../../../lib/train/evaluateNetwork";
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
});
