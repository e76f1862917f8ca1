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

  it("counts the weights that no gradient reaches: those beyond the window of their sign, until they are brought back", async () => {
    const binary = network("ste");
    const name = "cell0.edge1-0.bin_conv_3x3.latent";
    const stuck = async () => {
      const { kernels } = await gradientFlow(binary, batches, { edeT: 1 }, 5);
      return kernels.find((kernel) => kernel.name === name);
    };
    const before = await stuck();
    expect(before?.stuck).toBe(0);
    const variable = binary.parameters.get(name) as tf.Variable;
    const values = Float32Array.from(await variable.data()).fill(1.01, 0, 9);
    const assign = (numbers: Float32Array) =>
      tf.tidy(() => variable.assign(tf.tensor(numbers, variable.shape)));
    assign(values);
    expect((await stuck())?.stuck).toBe(9 / (before?.weights as number));
    assign(values.map((w) => Math.min(1, w)));
    expect((await stuck())?.stuck).toBe(0);
    binary.dispose();
  });
});
