import { beforeAll, describe, expect, it } from "vitest";
import { startBackend, tf } from "../../lib/backend";
import { binarizationConfig } from "../../lib/config/binarizationConfig";
import { buildNetwork } from "../../lib/network/buildNetwork";
import { fold, integers, normal, randomKey } from "../../lib/random/randomKey";
import { gradientFlow } from "../../lib/train/gradientFlow";
import { tinyModel } from "../helpers/tinyTraining";

const key = randomKey(0);
const batches = [0, 1].map((i) => ({
  images: normal(fold(key, i), 4 * 32 * 32 * 3),
  labels: Int32Array.from(integers(fold(key, `labels ${i}`), 4, 10)),
}));
const network = (activation: "ste" | "scaled_tanh", swishBeta = 5) =>
  buildNetwork(
    tinyModel(),
    { auxiliaryWeight: 0, binarization: binarizationConfig({ activation, swishBeta }) },
    key,
  );

beforeAll(async () => {
  await startBackend("cpu");
});

describe("gradientFlow", () => {
  it("finds a smooth network's own gradient in its reference, and leaves no tensor behind", async () => {
    const smooth = network("scaled_tanh", 3);
    const tensors = tf.memory().numTensors;
    const { kernels, loss, referenceLoss } = await gradientFlow(smooth, batches, { edeT: 1 }, 3);
    expect(tf.memory().numTensors).toBe(tensors);
    smooth.dispose();
    expect(referenceLoss).toBe(loss);
    expect(kernels.length).toBeGreaterThan(3);
    for (const { norm, referenceNorm, cosine } of kernels) {
      expect(referenceNorm).toBe(norm);
      expect(cosine).toBeCloseTo(1, 9);
    }
  });

  it("compares the straight-through gradient of signs with another network's: a steeper one has nearly its loss", async () => {
    const binary = network("ste");
    const gentle = await gradientFlow(binary, batches, { edeT: 1 }, 0.5);
    const steep = await gradientFlow(binary, batches, { edeT: 1 }, 500);
    binary.dispose();
    expect(gentle.images).toBe(8);
    expect(Math.abs(steep.referenceLoss - steep.loss)).toBeLessThan(
      Math.abs(gentle.referenceLoss - gentle.loss),
    );
    // Kernels of one weight, and those behind constant bits, point the same way or the other.
    expect(Math.min(...gentle.kernels.map(({ cosine }) => cosine ?? 1))).toBeLessThan(0.99);
    expect(gentle.kernels.map(({ norm }) => norm)).toEqual(steep.kernels.map(({ norm }) => norm));
  });
});
