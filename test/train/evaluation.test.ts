import { beforeAll, describe, expect, it } from "vitest";
import { startBackend, tf } from "../../lib/backend";
import { binarizationConfig } from "../../lib/config/binarizationConfig";
import { syntheticImages } from "../../lib/data/syntheticImages";
import { Parameters } from "../../lib/layers/parameters";
import { RunningStatistics } from "../../lib/layers/runningStatistics";
import { Network } from "../../lib/network/network";
import type { NetworkOutputs, NetworkPass, Trainable } from "../../lib/network/trainable";
import { fold, normal, randomKey } from "../../lib/random/randomKey";
import { accuracyOf, evaluateNetwork } from "../../lib/train/evaluateNetwork";
import { testResults } from "../../lib/train/measure";
import { recalibrateNetwork } from "../../lib/train/recalibrateNetwork";
import { expectNoLeakAsync } from "../helpers/expectNoLeak";
import { tinyModel } from "../helpers/tinyTraining";

beforeAll(async () => {
  await startBackend();
});

const key = randomKey(0);
async function* batchesOf(sizes: readonly number[], size: number) {
  for (const [i, count] of sizes.entries()) {
    yield {
      images: normal(fold(key, i), count * size * size * 3).map((z) => 2 * z + i),
      labels: Int32Array.from({ length: count }, (_, k) => (i + k) % 10),
    };
  }
}

/** A network whose logits are the first pixels of each image. */
function pixelReader(): Trainable {
  return {
    name: "pixels",
    imageSize: 2,
    imageChannels: 3,
    classes: 3,
    parameters: new Parameters([], key),
    statistics: new RunningStatistics(0.1),
    taps: [],
    layers: [],
    outputs(images: tf.Tensor4D, pass: NetworkPass): NetworkOutputs {
      expect(pass.training).toBe(false);
      const logits = tf.tidy(() => tf.slice2d(tf.reshape(images, [-1, 12]) as tf.Tensor2D, [0, 0], [-1, 3]));
      return { logits, auxiliary: null };
    },
    dispose() {},
  };
}

describe("evaluateNetwork", () => {
  it("counts and averages as by hand, over batches of different sizes, and leaks nothing", async () => {
    const image = (a: number, b: number, c: number) => [a, b, c, ...Array(9).fill(0)];
    async function* batches() {
      yield {
        images: Float32Array.from([...image(1, 2, 3), ...image(5, 5, 0)]),
        labels: Int32Array.from([2, 1]),
      };
      yield { images: Float32Array.from(image(0, 0, Math.log(2))), labels: Int32Array.from([2]) };
    }
    await expectNoLeakAsync(async () => {
      const found = await evaluateNetwork(pixelReader(), batches(), { edeT: 1 });
      // Equal logits: the first one counts, as argMax does.
      expect([...found.correct]).toEqual([1, 0, 1]);
      const losses = [Math.log(Math.exp(-2) + Math.exp(-1) + 1), Math.log(2 + Math.exp(-5)), Math.log(4 / 2)];
      losses.forEach((loss, i) => {
        expect(found.losses[i]).toBeCloseTo(loss, 6);
      });
      expect(accuracyOf(found)).toMatchObject({ images: 3, correct: 2, accuracy: 2 / 3 });
      expect(accuracyOf(found, [1, 2]).accuracy).toBe(0.5);
    });
  });
});

describe("recalibrateNetwork", () => {
  it("gives the first batch norm the mean and variance of all images together", async () => {
    const { genotype } = tinyModel();
    await expectNoLeakAsync(async () => {
      const network = new Network(genotype, binarizationConfig(), key);
      await recalibrateNetwork(network, batchesOf([5, 5, 5], 32), { edeT: 1 });
      const stored = new Map(network.statistics.entries());
      const expected = tf.tidy(() => {
        const all: tf.Tensor4D[] = [];
        for (let i = 0; i < 3; i++)
          all.push(
            tf.tensor4d(
              normal(fold(key, i), 5 * 3072).map((z) => 2 * z + i),
              [5, 32, 32, 3],
            ),
          );
        const stem = tf.conv2d(
          tf.concat(all, 0),
          network.parameters.get("stem.kernel") as unknown as tf.Tensor4D,
          1,
          "same",
        );
        const { mean, variance } = tf.moments(stem, [0, 1, 2]);
        return [Array.from(mean.dataSync()), Array.from(variance.dataSync())];
      });
      for (const [i, name] of ["stem.mean", "stem.variance"].entries()) {
        const values = Array.from(stored.get(name)?.dataSync() ?? []);
        values.forEach((value, c) => {
          expect(value / (expected[i]?.[c] as number)).toBeCloseTo(1, 3);
        });
      }
      expect([...stored.keys()].filter((name) => name.endsWith(".mean")).length).toBeGreaterThan(5);
      network.dispose();
    });
  });
});

describe("testResults", () => {
  const test = syntheticImages(4, randomKey(0));
  const found = { correct: Uint8Array.of(1, 0, 1, 1), losses: Float64Array.of(0.5, 2, 0.5, 1) };
  const about = { checkpoint: "last", epoch: 3, recalibrated: false } as const;

  it("leaves out approximate test images in a second result, where there are any", () => {
    expect(testResults(test, found, about).map(({ which, images }) => [which, images])).toEqual([["all", 4]]);
    const results = testResults({ ...test, approximate: Uint32Array.of(1) }, found, about);
    expect(results.map(({ which, images, correct, loss }) => [which, images, correct, loss])).toEqual([
      ["all", 4, 3, 1],
      ["exact", 3, 3, 2 / 3],
    ]);
  });
});
