import { beforeAll, describe, expect, it } from "vitest";
import { startBackend } from "../../lib/backend";
import { baselineConfig } from "../../lib/config/baselineConfig";
import { binarizationConfig } from "../../lib/config/binarizationConfig";
import { verifySigns } from "../../lib/deploy/verifySigns";
import type { PackedModel } from "../../lib/packed/packedModel";
import { fold, randomKey } from "../../lib/random/randomKey";
import type { ModelSpec } from "../../lib/records/modelSpec";
import { drawnNetwork, packed } from "../packed/packNetwork";

const model: ModelSpec = {
  kind: "baseline",
  name: "small",
  ...baselineConfig({ family: "resnet20", block: "bireal", width: 0.125, imageSize: 8 }),
};
const binarization = binarizationConfig();

async function* batchesOf(images: Float32Array, sizes: readonly number[]) {
  const size = 8 * 8 * 3;
  let from = 0;
  for (const count of sizes) {
    const labels = Int32Array.from({ length: count }, (_, i) => i % 10);
    yield { images: images.slice(from * size, (from + count) * size), labels };
    from += count;
  }
}

describe("verifySigns", () => {
  beforeAll(async () => {
    await startBackend("cpu");
  });

  it("finds the packed network to be the float one, and tells of a single weight that was flipped", async () => {
    const { network, images } = drawnNetwork(model, binarization, fold(randomKey(0), "verify"), 5);
    const own = await packed(network, model, binarization);
    const found = await verifySigns(network, own, batchesOf(images, [3, 2]), { reference: 4 });
    expect(found).toMatchObject({ images: 5, sameClass: 5, reference: { images: 4, identical: 4 } });
    expect(found.signs.compared).toBeGreaterThan(5 * 1000);
    expect(found.largestTie).toBeLessThan(1e-5);
    expect(found.correct.packed).toBe(found.correct.float);
    const tensors = new Map(own.tensors);
    const [name, signs] = [...tensors].find(([key]) => key.endsWith(".signs")) as [string, Uint8Array];
    const other = signs.slice();
    other[0] = 1 - (other[0] as number);
    tensors.set(name, other);
    const changed: PackedModel = { ...own, tensors };
    const wrong = await verifySigns(network, changed, batchesOf(images, [5]));
    expect(wrong.signs.differing).toBeGreaterThan(0);
    expect(wrong.largestTie).toBeGreaterThan(1e-3);
    // Both engines run the changed network, and still agree.
    expect(wrong.reference).toEqual({ images: 5, identical: 5 });
    network.dispose();
  });

  it("refuses a network of other classes", async () => {
    const { network, images } = drawnNetwork(model, binarization, randomKey(0), 1);
    const twelve = { ...model, classes: 12 } as ModelSpec;
    const { network: other } = drawnNetwork(twelve, binarization, randomKey(0), 1);
    const own = await packed(network, model, binarization);
    await expect(verifySigns(other, own, batchesOf(images, [1]))).rejects.toThrow(
      /should read images of 8 x 8 x 3, 12 classes, got images of 8 x 8 x 3, 10 classes\. Give the network it was packed from\.$/,
    );
    network.dispose();
    other.dispose();
  });
});
