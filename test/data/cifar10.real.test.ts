import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { channelStatistics } from "../../lib/data/channelStatistics";
import { readCifar10 } from "../../lib/data/cifar10";
import { cifarArchives, missingFiles } from "../../lib/data/cifarArchive";
import type { ImageSet } from "../../lib/data/imageSet";

const directory = process.env["BARS_DATA_DIR"] || join(__dirname, "../../data/raw");
const missing = missingFiles(cifarArchives.cifar10, directory);
if (missing.length > 0) {
  console.log(
    `cifar10.real.test: skipped, ${directory} has no CIFAR-10 (data/README.md says how to get it).`,
  );
}

describe.skipIf(missing.length > 0)("the real CIFAR-10", () => {
  let train: ImageSet;
  let test: ImageSet;
  beforeAll(async () => {
    ({ train, test } = await readCifar10(directory));
  });

  // The widely used constants, to 8 digits, of the 50,000 training images (torchvision recipes).
  it("has the published mean and standard deviation of each channel", () => {
    const { mean, std } = channelStatistics(train);
    for (const [i, value] of [0.49139968, 0.48215841, 0.44653091].entries())
      expect(mean[i]).toBeCloseTo(value, 6);
    for (const [i, value] of [0.24703223, 0.24348513, 0.26158784].entries())
      expect(std[i]).toBeCloseTo(value, 6);
  });

  it("has 5000 training and 1000 test images of each class", () => {
    const counts = (set: ImageSet) =>
      set.classNames.map((_, label) =>
        Array.from(set.labels).reduce((sum, value) => sum + (value === label ? 1 : 0), 0),
      );
    expect(counts(train)).toEqual(Array(10).fill(5000));
    expect(counts(test)).toEqual(Array(10).fill(1000));
  });

  it("begins with a frog, two trucks, a deer and a car, and the test images with a cat", () => {
    expect([...train.labels.subarray(0, 5)]).toEqual([6, 9, 9, 4, 1]);
    expect([0, 1, 3, 4].map((i) => train.classNames[train.labels[i] as number])).toEqual([
      "frog",
      "truck",
      "deer",
      "automobile",
    ]);
    expect(test.classNames[test.labels[0] as number]).toBe("cat");
    // Top left pixel of the first training image, as every reader of the set shows it.
    expect([...train.images.subarray(0, 3)]).toEqual([59, 62, 63]);
  });

  it.skipIf(!existsSync(join(directory, "cifar-10-batches-bin/test_batch.approx_indices.txt")))(
    "says of a rebuilt copy that some test records are approximations, and can leave them out",
    async () => {
      expect(test.note).toMatch(/\d+ of the 10000 test records are approximations/);
      const exact = (await readCifar10(directory, { exactTestOnly: true })).test;
      expect(exact.labels.length).toBeLessThan(10_000);
      expect(exact.note).toMatch(/approximate test records dropped/);
    },
  );
});
