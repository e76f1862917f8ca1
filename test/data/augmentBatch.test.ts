import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AugmentConfig } from "../../lib/config/dataConfig";
import { augmentBatch } from "../../lib/data/augmentBatch";
import { fillImages, planStride } from "../../lib/data/fillImages";
import type { ImageSet } from "../../lib/data/imageSet";
import { normalizationTable } from "../../lib/data/normalizationTable";
import { planAugmentation } from "../../lib/data/planAugmentation";
import { integers, randomKey } from "../../lib/random/randomKey";

interface Change {
  readonly top: number;
  readonly left: number;
  readonly mirrored: boolean;
  readonly cutTop: number;
  readonly cutLeft: number;
}

/**
 * Slow reference, in the separate steps of the usual recipe: pad with black, crop, mirror, normalise, then set
 * the square to 0.
 */
function reference(
  image: number[][][],
  change: Change,
  cutout: number,
  mean: number[],
  std: number[],
): number[][][] {
  const size = image.length;
  const black = mean.map(() => 0);
  const border = 10;
  const padded = Array.from({ length: size + 2 * border }, (_, y) =>
    Array.from({ length: size + 2 * border }, (_, x) => image[y - border]?.[x - border] ?? black),
  );
  const cropped = padded
    .slice(border + change.top, border + change.top + size)
    .map((row) => row.slice(border + change.left, border + change.left + size));
  const mirrored = change.mirrored ? cropped.map((row) => [...row].reverse()) : cropped;
  return mirrored.map((row, y) =>
    row.map((pixel, x) => {
      const inRows = y >= change.cutTop && y < change.cutTop + cutout;
      const inColumns = x >= change.cutLeft && x < change.cutLeft + cutout;
      if (inRows && inColumns) return black;
      return pixel.map((byte, c) => Math.fround((byte / 255 - (mean[c] as number)) / (std[c] as number)));
    }),
  );
}

function imageAt(pixels: Uint8Array, index: number, size: number, channels: number): number[][][] {
  const start = index * size * size * channels;
  return Array.from({ length: size }, (_, y) =>
    Array.from({ length: size }, (_, x) =>
      Array.from({ length: channels }, (_, c) => pixels[start + (y * size + x) * channels + c] as number),
    ),
  );
}

describe("fillImages", () => {
  it("agrees with padding, cropping, mirroring, normalising and cutting out one after the other", () => {
    const shift = fc.integer({ min: -9, max: 9 });
    const cases = fc.record({
      size: fc.integer({ min: 1, max: 8 }),
      channels: fc.integer({ min: 1, max: 3 }),
      cutout: fc.integer({ min: 0, max: 9 }),
      changes: fc.array(
        fc.record({ top: shift, left: shift, mirrored: fc.boolean(), cutTop: shift, cutLeft: shift }),
        { minLength: 1, maxLength: 4 },
      ),
      seed: fc.integer({ min: 0, max: 99 }),
    });
    fc.assert(
      fc.property(cases, ({ size, channels, cutout, changes, seed }) => {
        const mean = [0.5, 0.25, 0.125].slice(0, channels);
        const std = [0.3, 0.2, 0.1].slice(0, channels);
        const pixels = Uint8Array.from(integers(randomKey(seed), 3 * size * size * channels, 256));
        const plan = Int32Array.from(
          changes.flatMap((change, i) => {
            const { top, left, mirrored, cutTop, cutLeft } = change;
            return [(seed + i) % 3, top, left, mirrored ? 1 : 0, cutTop, cutLeft];
          }),
        );
        const table = normalizationTable({ mean, std }, channels);
        const out = new Float32Array(changes.length * size * size * channels).fill(99);
        fillImages(pixels, plan, table, { imageSize: size, channels, cutout }, out);
        const expected = changes.flatMap((change, i) =>
          reference(imageAt(pixels, (seed + i) % 3, size, channels), change, cutout, mean, std).flat(2),
        );
        expect([...out]).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it("has a source text that needs nothing but its arguments, as the worker thread requires", () => {
    const copy = new Function(`"use strict"; return (${fillImages.toString()});`)() as typeof fillImages;
    const [here, there] = [new Float32Array(48), new Float32Array(48)];
    const pixels = Uint8Array.from(integers(randomKey(0), 48, 256));
    const plan = Int32Array.from([0, 1, -1, 1, 2, 2]);
    const table = normalizationTable({ mean: [0, 0, 0], std: [1, 1, 1] }, 3);
    for (const [fill, out] of [
      [fillImages, here],
      [copy, there],
    ] as const) {
      fill(pixels, plan, table, { imageSize: 4, channels: 3, cutout: 1 }, out);
    }
    expect(there).toEqual(here);
  });
});

describe("planAugmentation", () => {
  const all: AugmentConfig = { cropBorder: 4, flip: true, cutout: 16 };
  const count = 20_000;
  const places = Array.from({ length: count }, (_, i) => i % 7);
  const column = (plan: Int32Array, which: number) =>
    Array.from({ length: plan.length / planStride }, (_, i) => plan[i * planStride + which] as number);

  it("draws every shift of the crop equally often, in both directions, and mirrors half the images", () => {
    const plan = planAugmentation(places, all, 32, 0, randomKey(0));
    expect(column(plan, 0)).toEqual(places);
    for (const which of [1, 2]) {
      const shifts = column(plan, which);
      for (let shift = -4; shift <= 4; shift++) {
        // 9 values, 20,000 draws: 1/9 with a standard deviation of 0.0022.
        expect(Math.abs(shifts.filter((s) => s === shift).length / count - 1 / 9)).toBeLessThan(0.01);
      }
      expect([Math.min(...shifts), Math.max(...shifts)]).toEqual([-4, 4]);
    }
    expect(Math.abs(column(plan, 3).reduce((sum, m) => sum + m, 0) / count - 0.5)).toBeLessThan(0.015);
  });

  it("draws rows, columns, mirror and cutout independently of each other", () => {
    const plan = planAugmentation(places, all, 32, 0, randomKey(0));
    const columns = [1, 2, 3, 4, 5].map((which) => column(plan, which));
    const correlation = (a: number[], b: number[]) => {
      const [ma, mb] = [a, b].map((v) => v.reduce((sum, x) => sum + x, 0) / count) as [number, number];
      const cross = (u: number[], mu: number, v: number[], mv: number) =>
        u.reduce((sum, x, i) => sum + (x - mu) * ((v[i] as number) - mv), 0);
      return cross(a, ma, b, mb) / Math.sqrt(cross(a, ma, a, ma) * cross(b, mb, b, mb));
    };
    for (const [i, a] of columns.entries()) {
      for (const b of columns.slice(i + 1)) expect(Math.abs(correlation(a, b))).toBeLessThan(0.035);
    }
  });

  it("centres the cutout on every row and column of the image equally often", () => {
    const rows = column(planAugmentation(places, all, 32, 0, randomKey(0)), 4);
    expect([Math.min(...rows), Math.max(...rows)]).toEqual([-8, 23]);
    for (let row = -8; row < 24; row++) {
      expect(Math.abs(rows.filter((r) => r === row).length / count - 1 / 32)).toBeLessThan(0.007);
    }
  });

  it.each([
    [null, [0, 0, 0, 0, 0]],
    [{ cropBorder: 0, flip: false, cutout: 0 }, [0, 0, 0, 0, 0]],
    [{ cropBorder: 2, flip: false, cutout: 0 }, [1, 1, 0, 0, 0]],
    [{ cropBorder: 0, flip: true, cutout: 0 }, [0, 0, 1, 0, 0]],
    [{ cropBorder: 0, flip: false, cutout: 3 }, [0, 0, 0, 1, 1]],
  ])("changes only what %j turns on", (augment, expected) => {
    const plan = planAugmentation(places.slice(0, 100), augment, 32, 0, randomKey(0));
    const changes = [1, 2, 3, 4, 5].map((which) => (new Set(column(plan, which)).size > 1 ? 1 : 0));
    expect(changes).toEqual(expected);
  });

  it("depends on the place in the epoch, not on where the batch begins", () => {
    const whole = planAugmentation(places.slice(0, 30), all, 32, 100, randomKey(0));
    const part = planAugmentation(places.slice(10, 30), all, 32, 110, randomKey(0));
    expect(part).toEqual(whole.subarray(10 * planStride));
    expect(planAugmentation(places.slice(0, 30), all, 32, 100, randomKey(1))).not.toEqual(whole);
  });
});

describe("augmentBatch", () => {
  const set: ImageSet = {
    name: "two",
    images: new Uint8Array(2 * 4 * 4 * 3),
    labels: new Uint8Array(2),
    classNames: ["a"],
    imageSize: 4,
    channels: 3,
    note: "",
  };
  const table = normalizationTable({ mean: [0, 0, 0], std: [1, 1, 1] }, 3);

  it("refuses an array too short and an index that names no image", () => {
    const request = { set, indices: [0, 1], augment: null, table };
    expect(() => augmentBatch(request, new Float32Array(95), randomKey(0))).toThrow(
      "augmentBatch: out must hold 96 numbers (2 images), got 95.",
    );
    expect(() => augmentBatch({ ...request, indices: [2] }, new Float32Array(96), randomKey(0))).toThrow(
      "augmentBatch: indices of two must be integers from 0 to 1, got 2 at place 0.",
    );
  });
});
