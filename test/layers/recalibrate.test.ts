import { beforeAll, describe, expect, it } from "vitest";
import { tf } from "../../lib/backend";
import { recalibratedStatistics } from "../../lib/layers/recalibrate";
import { fold, normal, randomKey } from "../../lib/random/randomKey";
import { expectNoLeakAsync } from "../helpers/expectNoLeak";
import { engines, useEngine } from "./tensorCheck";

const key = randomKey(0);
const [pixels, channels] = [4, 3];

/** Images of one value per pixel and channel, whose mean and spread change from batch to batch. */
function values(batch: number, images: number): Float32Array {
  return normal(fold(key, batch), images * pixels * channels).map((z) => 100 + 10 * batch + (1 + batch) * z);
}

async function* batchesOf(sizes: readonly number[]) {
  for (const [i, images] of sizes.entries())
    yield { labels: new Int32Array(images), values: values(i, images) };
}

/** Mean and biased variance of each channel over all images of all batches, one sum after the other. */
function direct(sizes: readonly number[]) {
  const all = sizes.map((images, i) => values(i, images));
  return Array.from({ length: channels }, (_, c) => {
    const own = all.flatMap((batch) => [...batch].filter((_, i) => i % channels === c));
    const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
    return { mean, variance: own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length };
  });
}

describe.each(engines)("recalibratedStatistics on %s", (engine) => {
  beforeAll(() => useEngine(engine));

  it.each([[[5, 5, 5]], [[16, 16, 3]], [[1, 40, 2, 7]], [[9]]])(
    "are those of all images together, over batches of %j images",
    async (sizes) => {
      await expectNoLeakAsync(async () => {
        const found = await recalibratedStatistics(batchesOf(sizes), (batch, collect) => {
          const x = tf.tensor4d(batch.values, [batch.labels.length, 2, 2, channels]);
          const { mean, variance } = tf.moments(x, [0, 1, 2]);
          collect.set("one", {
            mean: tf.keep(mean) as tf.Tensor1D,
            variance: tf.keep(variance) as tf.Tensor1D,
          });
          // A second batch norm of fewer channels, and something the pass makes besides.
          const few = tf.moments(tf.slice(x, [0, 0, 0, 1], [-1, -1, -1, 1]), [0, 1, 2]);
          collect.set("two", {
            mean: tf.keep(few.mean) as tf.Tensor1D,
            variance: tf.keep(few.variance) as tf.Tensor1D,
          });
          return tf.add(x, 1);
        });
        expect([...found.keys()]).toEqual(["one.mean", "one.variance", "two.mean", "two.variance"]);
        for (const [c, { mean, variance }] of direct(sizes).entries()) {
          expect((found.get("one.mean")?.values[c] as number) / mean).toBeCloseTo(1, 6);
          expect((found.get("one.variance")?.values[c] as number) / variance).toBeCloseTo(1, 4);
        }
        expect(found.get("two.mean")?.shape).toEqual([1]);
        expect(found.get("two.variance")?.values[0]).toBeCloseTo(
          found.get("one.variance")?.values[1] as number,
          3,
        );
      });
    },
  );

  it("frees what was made where a batch fails", async () => {
    await expectNoLeakAsync(async () => {
      const failing = recalibratedStatistics(batchesOf([2, 2]), (batch, collect) => {
        const { mean, variance } = tf.moments(tf.tensor4d(batch.values, [2, 2, 2, channels]), [0, 1, 2]);
        collect.set("one", {
          mean: tf.keep(mean) as tf.Tensor1D,
          variance: tf.keep(variance) as tf.Tensor1D,
        });
        if (batch.values[0] === values(1, 2)[0]) throw new Error("no");
      });
      await expect(failing).rejects.toThrow("no");
    });
  });
});
