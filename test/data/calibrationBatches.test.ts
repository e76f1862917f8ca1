import { describe, expect, it } from "vitest";
import { type AugmentConfig, dataConfig } from "../../lib/config/dataConfig";
import { calibrationBatches, calibrationImages } from "../../lib/data/calibrationBatches";
import { sequentialBatches } from "../../lib/data/sequentialBatches";
import { syntheticImages } from "../../lib/data/syntheticImages";
import { randomKey } from "../../lib/random/randomKey";

const set = syntheticImages(40, randomKey(0));
const indices = Uint32Array.from({ length: 20 }, (_, i) => 2 * i + 1);
const options = {
  set,
  indices,
  augment: null as AugmentConfig | null,
  batches: 3,
  batchSize: 4,
  mean: [0, 0, 0],
  std: [1, 1, 1],
  key: randomKey(1),
};

async function chosen(changes: Partial<typeof options> = {}) {
  const batches: number[][] = [];
  for await (const batch of calibrationBatches({ ...options, ...changes })) batches.push([...batch.indices]);
  return batches;
}

describe("calibrationBatches", () => {
  it("draws images of the given ones without repetition, the same for a key", async () => {
    const batches = await chosen();
    expect(batches.map((batch) => batch.length)).toEqual([4, 4, 4]);
    expect(new Set(batches.flat()).size).toBe(12);
    for (const image of batches.flat()) expect(indices).toContain(image);
    expect(await chosen()).toEqual(batches);
    expect(await chosen({ key: randomKey(2) })).not.toEqual(batches);
    // Not the first ones in the order of the files.
    expect(Math.max(...batches.flat())).toBeGreaterThan(23);
  });

  it("takes all images, the last batch smaller, where more are asked for than there are", async () => {
    const batches = await chosen({ batchSize: 8 });
    expect(batches.map((batch) => batch.length)).toEqual([8, 8, 4]);
    expect(calibrationImages({ ...options, batchSize: 8 })).toBe(20);
    expect(calibrationImages(options)).toBe(12);
  });

  it("augments the images as an epoch does, by the key alone", async () => {
    const { augment } = dataConfig({ augment: { cropBorder: 2, flip: true } });
    const images = async (changes: Partial<typeof options>) => {
      const all: number[] = [];
      for await (const batch of calibrationBatches({ ...options, ...changes })) all.push(...batch.images);
      return all;
    };
    const augmented = await images({ augment });
    expect(augmented).toEqual(await images({ augment }));
    expect(augmented).not.toEqual(await images({}));
    // Of the same images, in the same batches.
    expect(await chosen({ augment })).toEqual(await chosen());
  });

  it("leaves the images as they are where nothing is augmented", async () => {
    for await (const batch of calibrationBatches(options)) {
      const plain = sequentialBatches({
        set,
        indices: batch.indices,
        batchSize: 4,
        mean: [0, 0, 0],
        std: [1, 1, 1],
      });
      for await (const { images } of plain) expect(batch.images).toEqual(images);
    }
  });
});
