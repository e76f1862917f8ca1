import { describe, expect, it } from "vitest";
import { firstOccurrences } from "../../lib/data/firstOccurrences";
import { integers, randomKey } from "../../lib/random/randomKey";

/** Every pair compared. */
function slow(images: readonly string[]): number[] {
  return images.map((image) => images.indexOf(image));
}

describe("firstOccurrences", () => {
  it("agrees with the comparison of every pair, over several parts", () => {
    // Two bytes of four differ, of few values, so that images often repeat.
    const values = integers(randomKey(0), 400, 12);
    const bytes = Uint8Array.from({ length: 800 }, (_, i) =>
      i % 4 < 2 ? (values[Math.floor(i / 4) * 2 + (i % 4)] as number) : 7,
    );
    const images = Array.from({ length: 200 }, (_, i) => bytes.subarray(4 * i, 4 * i + 4).join());
    expect(new Set(images).size).toBeLessThan(150);
    const parts = [bytes.subarray(0, 4 * 50), bytes.subarray(4 * 50, 4 * 51), bytes.subarray(4 * 51)];
    expect([...firstOccurrences(parts, 4)]).toEqual(slow(images));
  });

  it("tells images apart by any single byte, and by the order of their words", () => {
    const size = 16;
    const base = Uint8Array.from(integers(randomKey(1), size, 256));
    const variants = Array.from({ length: size }, (_, at) =>
      base.map((value, i) => (i === at ? value ^ 1 : value)),
    );
    const swapped = Uint8Array.from([...base.subarray(4, 8), ...base.subarray(0, 4), ...base.subarray(8)]);
    const all = [base, ...variants, swapped, base];
    const bytes = Uint8Array.from(all.flatMap((image) => [...image]));
    const expected = Array.from(all, (_, i) => (i === all.length - 1 ? 0 : i));
    expect([...firstOccurrences([bytes], size)]).toEqual(expected);
  });

  it("finds a repeat behind another image of the same hash", () => {
    // Two words an image: 300,000 different ones, among which about ten pairs share a 32-bit hash, and then all again.
    const count = 300_000;
    const words = Uint32Array.from({ length: 4 * count }, (_, i) => {
      const image = Math.floor(i / 2) % count;
      return i % 2 === 0 ? image : Math.imul(image, 2_654_435_761) >>> 0;
    });
    const first = firstOccurrences([new Uint8Array(words.buffer)], 8);
    expect(first.every((place, i) => place === i % count)).toBe(true);
  });
});
