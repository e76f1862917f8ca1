import { describe, expect, it } from "vitest";
import { dataConfig } from "../../lib/config/dataConfig";
import { mixBatch } from "../../lib/data/mixBatch";
import { fold, randomKey } from "../../lib/random/randomKey";

const size = 8;
const batch = () => ({
  images: Float32Array.from({ length: 4 * size * size }, (_, i) => Math.floor(i / (size * size))),
  labels: Int32Array.from([0, 1, 2, 3]),
  indices: Uint32Array.from([0, 1, 2, 3]),
  step: 0,
});
const augmented = (changes: object) => dataConfig({ dataset: "synthetic", augment: changes }).augment;
const rows = (images: Float32Array) =>
  [0, 1, 2, 3].map((i) => images.subarray(i * size * size, (i + 1) * size * size));

describe("mixBatch", () => {
  it("mixes images in the shares that the labels have", () => {
    const { images, mix } = mixBatch(batch(), augmented({ mixup: 0.4 }), size, randomKey(0));
    for (const [i, row] of rows(images).entries()) {
      const expected = (mix?.share as number) * i + (1 - (mix?.share as number)) * (mix?.labels[i] as number);
      for (const value of row) expect(value).toBeCloseTo(expected, 5);
    }
  });

  it("cuts a rectangle whose area is the share that is not the image's own", () => {
    for (let k = 0; k < 20; k++) {
      const { images, mix } = mixBatch(batch(), augmented({ cutmix: 1 }), size, fold(randomKey(0), k));
      for (const [i, row] of rows(images).entries()) {
        const partner = mix?.labels[i] as number;
        const own = row.filter((value) => value === i).length;
        expect(row.every((value) => value === i || value === partner)).toBe(true);
        if (partner !== i) expect(own / row.length).toBeCloseTo(mix?.share as number, 6);
      }
    }
  });

  it("draws shares of Beta(a, a): mean 1/2 and variance 1/(4(2a+1))", () => {
    for (const a of [0.2, 1]) {
      const shares = Array.from(
        { length: 2000 },
        (_, k) =>
          mixBatch(
            { ...batch(), images: new Float32Array(4) },
            augmented({ mixup: a }),
            1,
            fold(randomKey(1), k),
          ).mix?.share as number,
      );
      const mean = shares.reduce((sum, s) => sum + s, 0) / shares.length;
      const variance = shares.reduce((sum, s) => sum + (s - mean) ** 2, 0) / shares.length;
      expect(mean).toBeCloseTo(0.5, 1);
      expect(variance).toBeCloseTo(1 / (4 * (2 * a + 1)), 2);
    }
  });
});
