import { describe, expect, it } from "vitest";
import { channelStatistics } from "../../lib/data/channelStatistics";
import { type ImageSet, imageSet, selectImages, sharedBytes } from "../../lib/data/imageSet";
import { integers, randomKey } from "../../lib/random/randomKey";

const set: ImageSet = {
  name: "tiny",
  images: Uint8Array.from(integers(randomKey(0), 4 * 2 * 2 * 3, 256)),
  labels: Uint8Array.from([0, 1, 1, 0]),
  classNames: ["zero", "one"],
  imageSize: 2,
  channels: 3,
  note: "Made up.",
};

describe("imageSet", () => {
  it("returns a set whose parts fit together", () => {
    expect(imageSet(set)).toBe(set);
  });

  it.each([
    [
      { images: new Uint8Array(47) },
      'imageSet "tiny": images must hold 48 bytes (4 labels of 2x2x3), got 47.',
    ],
    [
      { labels: Uint8Array.from([0, 1, 2, 0]) },
      'imageSet "tiny": labels must be below 2 (the number of class names), got 2 at index 2.',
    ],
  ])("refuses %j", (wrong, message) => {
    expect(() => imageSet({ ...set, ...wrong })).toThrow(message);
  });
});

describe("selectImages", () => {
  it("copies the images in the order asked for, into shared memory, and adds to the note", () => {
    const chosen = selectImages(set, [2, 0], "Two of them.");
    expect([...chosen.images]).toEqual([...set.images.subarray(24, 36), ...set.images.subarray(0, 12)]);
    expect([...chosen.labels]).toEqual([1, 0]);
    expect(chosen.note).toBe("Made up. Two of them.");
    expect(chosen.images.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(selectImages(set, [1]).note).toBe("Made up.");
  });

  it("keeps track of the images that only approximate the official ones", () => {
    const marked = { ...set, approximate: Uint32Array.of(1, 3) };
    expect([...(selectImages(marked, [3, 0, 1]).approximate ?? [])]).toEqual([0, 2]);
    expect(selectImages(marked, [0, 2])).not.toHaveProperty("approximate");
  });

  it("refuses an index that names no image", () => {
    expect(() => selectImages(set, [0, 4])).toThrow(
      "selectImages: indices of tiny must be integers from 0 to 3, got 4 at place 1.",
    );
  });
});

describe("channelStatistics", () => {
  it("agrees with the definition, taken channel by channel over all pixels", () => {
    const { mean, std } = channelStatistics(set);
    for (let c = 0; c < 3; c++) {
      const pixels = [...set.images].filter((_, i) => i % 3 === c).map((pixel) => pixel / 255);
      const average = pixels.reduce((sum, p) => sum + p, 0) / pixels.length;
      const variance = pixels.reduce((sum, p) => sum + (p - average) ** 2, 0) / pixels.length;
      expect(mean[c]).toBeCloseTo(average, 12);
      expect(std[c]).toBeCloseTo(Math.sqrt(variance), 12);
    }
  });

  it("uses only the images asked for", () => {
    expect(channelStatistics(set, [3, 1])).toEqual(channelStatistics(selectImages(set, [1, 3])));
  });

  it("refuses an empty choice and a constant channel", () => {
    expect(() => channelStatistics(set, [])).toThrow(
      "channelStatistics: expected at least one image of tiny, got none.",
    );
    const grey = { ...set, images: set.images.map((pixel, i) => (i % 3 === 1 ? 7 : pixel)) };
    expect(() => channelStatistics(grey)).toThrow(
      "channelStatistics: channel 1 of tiny must vary, got the same value in every pixel.",
    );
  });
});

it("sharedBytes says so where there is no memory for so many", () => {
  expect(sharedBytes(3)).toEqual(new Uint8Array(3));
  expect(() => sharedBytes(2 ** 50)).toThrow(
    /^data: images of .*B must fit into memory at once\. Take fewer: data\.trainImages and data\.testImages\.$/,
  );
});
