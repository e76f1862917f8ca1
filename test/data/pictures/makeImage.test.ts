import { describe, expect, it } from "vitest";
import { dataConfig } from "../../../lib/config/dataConfig";
import {
  affineImage,
  blendImage,
  randomOperation,
  sharpenImage,
  spreadValues,
} from "../../../lib/data/pictures/imageChanges";
import { copyWindow, resampleBox } from "../../../lib/data/pictures/pictureFunctions";
import { pictureStride, planPictures } from "../../../lib/data/pictures/planPictures";
import { randomKey } from "../../../lib/random/randomKey";

const ramp = (height: number, width: number, channels = 1) =>
  Uint8Array.from({ length: height * width * channels }, (_, i) => (i * 37) % 251);

describe("resampleBox", () => {
  it("copies a box of the size asked for, byte for byte", () => {
    const pixels = ramp(9, 11, 3);
    const box = resampleBox(pixels, 11, 3, [2, 3, 5, 5], 5);
    expect(box).toEqual(copyWindow(pixels, 9, 11, 3, 2, 3, 5));
  });

  it("keeps one value everywhere, and a ramp's mean when it is halved", () => {
    expect(
      resampleBox(new Uint8Array(70).fill(9), 10, 1, [0, 0, 7, 10], 4).every((v) => Math.abs(v - 9) < 1e-5),
    ).toBe(true);
    const pixels = Uint8Array.from({ length: 64 }, (_, i) => 10 * (i % 8));
    const half = resampleBox(pixels, 8, 1, [0, 0, 8, 8], 4);
    expect(half[1] as number).toBeCloseTo(25, 0);
    expect(half[2] as number).toBeCloseTo(45, 0);
  });

  it("weighs like Pillow's bilinear resizing: a triangle twice as wide when an axis is halved", () => {
    const pixels = Uint8Array.from({ length: 16 }, (_, i) => 10 * i);
    const small = resampleBox(pixels, 4, 1, [0, 0, 4, 4], 2);
    // Weights of the first of two: 3/8, 3/8, 1/8 of columns 0, 1, 2 over their sum 7/8.
    const at = (3 * 0 + 3 * 1 + 1 * 2) / 7;
    expect(small[0] as number).toBeCloseTo(10 * (4 * at + at), 3);
  });
});

describe("copyWindow", () => {
  it("is black where it reaches beyond the picture", () => {
    const out = copyWindow(new Uint8Array(4).fill(7), 2, 2, 1, -1, -1, 3);
    expect([...out]).toEqual([0, 0, 0, 0, 7, 7, 0, 7, 7]);
    expect([...copyWindow(new Uint8Array(4).fill(7), 2, 2, 1, 5, 5, 2)]).toEqual([0, 0, 0, 0]);
  });
});

describe("random operations", () => {
  const image = () => Float32Array.from(ramp(6, 6, 3));
  it("leave the image as it is at magnitude 0", () => {
    const still: [number, number][] = [
      [0, 0],
      [1, 0],
      [2, 0],
      [3, 0],
      [4, 0],
      [5, 0],
      [6, 1],
      [7, 1],
      [8, 1],
      [9, 1],
      [10, 8],
      [11, 255],
    ];
    for (const [operation, amount] of still) {
      const out = randomOperation(image(), 6, 3, operation, amount);
      // Solarizing at 255 turns 255 alone, which the image has not.
      out.forEach((value, i) => {
        expect(value, `operation ${operation}`).toBeCloseTo(image()[i] as number, 3);
      });
    }
  });

  it("shift by whole pixels, and turn by a quarter", () => {
    const out = affineImage(Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]), 3, 1, [1, 0, 1, 0, 1, 0]);
    expect([...out]).toEqual([2, 3, 0, 5, 6, 0, 8, 9, 0]);
    const turned = randomOperation(Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]), 3, 1, 5, Math.PI / 2);
    expect([...turned].map(Math.round)).toEqual([7, 4, 1, 8, 5, 2, 9, 6, 3]);
  });

  it("blend with black, the mean brightness and the brightness of each pixel", () => {
    const pixel = () => Float32Array.from([100, 50, 200, 10, 20, 30]);
    const bright = pixel();
    blendImage(bright, 3, 0, 1.5);
    expect([...bright]).toEqual([150, 75, 255, 15, 30, 45]);
    const grey = pixel();
    blendImage(grey, 3, 2, 0);
    expect(grey[0] as number).toBeCloseTo(0.299 * 100 + 0.587 * 50 + 0.114 * 200, 3);
    const flat = pixel();
    blendImage(flat, 3, 1, 0);
    expect(new Set(flat).size).toBe(1);
  });

  it("stretch to the whole range, and equalize to even shares", () => {
    const values = Float32Array.from([50, 100, 150, 150]);
    spreadValues(values, 1, 0);
    expect([...values]).toEqual([0, 127.5, 255, 255]);
    const even = Float32Array.from([50, 100, 150, 200]);
    spreadValues(even, 1, 1);
    expect([...even]).toEqual([0, 85, 170, 255]);
    const one = Float32Array.from([9, 9]);
    spreadValues(one, 1, 1);
    expect([...one]).toEqual([9, 9]);
  });

  it("sharpen the inside and leave the border", () => {
    const spot = new Float32Array(9);
    spot[4] = 130;
    sharpenImage(spot, 3, 1, 0);
    expect(spot[4] as number).toBeCloseTo((5 * 130) / 13, 4);
    expect(spot[0]).toBe(0);
  });
});

describe("planPictures", () => {
  const augment = dataConfig({
    dataset: "synthetic",
    augment: { resizedCrop: 0.08, colourJitter: 0.4, randomOperations: 2 },
  }).augment;
  const form = { imageSize: 32, channels: 3, sizeOf: () => [40, 60] as const };
  const indices = Array.from({ length: 400 }, (_, i) => i);

  it("draws boxes inside the picture, of areas and ratios allowed", () => {
    const stride = pictureStride(augment);
    const plan = planPictures(indices, augment, form, 0, randomKey(0));
    for (let i = 0; i < indices.length; i++) {
      const [, resized, top, left, height, width] = plan.subarray(i * stride) as unknown as number[];
      expect(resized).toBe(1);
      expect(top as number).toBeGreaterThanOrEqual(0);
      expect((top as number) + (height as number)).toBeLessThanOrEqual(40);
      expect((left as number) + (width as number)).toBeLessThanOrEqual(60);
      const ratio = (width as number) / (height as number);
      expect(ratio).toBeGreaterThan(0.65);
      expect(ratio).toBeLessThan(1.55);
    }
  });

  it("draws an image's changes from its place in the epoch, whatever batch it stands in", () => {
    const stride = pictureStride(augment);
    const whole = planPictures(indices, augment, form, 0, randomKey(0));
    const part = planPictures(indices.slice(100, 110), augment, form, 100, randomKey(0));
    expect(part).toEqual(whole.subarray(100 * stride, 110 * stride));
    expect(planPictures(indices, augment, form, 0, randomKey(1))).not.toEqual(whole);
  });

  it("takes the largest box of a ratio allowed where none of ten fits", () => {
    const narrow = { ...form, sizeOf: () => [100, 4] as const };
    const whole = { ...augment, resizedCrop: 1 };
    const plan = planPictures([0], whole, narrow, 0, randomKey(0));
    expect([...plan.subarray(1, 6)]).toEqual([1, 47, 0, 5, 4]);
  });
});
