import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawBalanced } from "../../lib/data/drawBalanced";
import { splitTraining } from "../../lib/data/splitTraining";
import { randomKey } from "../../lib/random/randomKey";

const labelsOf = fc.uint8Array({ max: 6, minLength: 2, maxLength: 200 });
const seed = fc.integer({ min: 0, max: 1000 });
const perClass = (labels: Uint8Array, indices: Uint32Array, label: number) =>
  indices.filter((index) => labels[index] === label).length;

describe("drawBalanced", () => {
  it("draws ascending indices without repetition, each class within one of its exact share", () => {
    fc.assert(
      fc.property(labelsOf, fc.double({ min: 0, max: 1, noNaN: true }), seed, (labels, share, from) => {
        const count = Math.floor(share * labels.length);
        const drawn = drawBalanced(labels, count, randomKey(from));
        expect(drawn.length).toBe(count);
        for (let i = 1; i < count; i++) expect(drawn[i]).toBeGreaterThan(drawn[i - 1] as number);
        for (const label of new Set(labels)) {
          const exact = (count * labels.filter((other) => other === label).length) / labels.length;
          expect(Math.abs(perClass(labels, drawn, label) - exact)).toBeLessThan(1);
        }
      }),
    );
  });

  it("gives the same draw for the same key, another for another, and reaches every member", () => {
    const labels = Uint8Array.from({ length: 100 }, (_, i) => i % 5);
    expect(drawBalanced(labels, 20, randomKey(0))).toEqual(drawBalanced(labels, 20, randomKey(0)));
    const draws = Array.from({ length: 60 }, (_, i) => [...drawBalanced(labels, 20, randomKey(i))]);
    expect(new Set(draws.map((draw) => draw.join())).size).toBe(60);
    expect(new Set(draws.flat()).size).toBe(100);
  });

  it("draws other places from one class than from the next", () => {
    const labels = Uint8Array.from({ length: 200 }, (_, i) => i % 2);
    const drawn = [...drawBalanced(labels, 100, randomKey(0))];
    const even = drawn.filter((i) => i % 2 === 0);
    expect(drawn.filter((i) => i % 2 === 1)).not.toEqual(even.map((i) => i + 1));
  });

  it("refuses more than there are", () => {
    expect(() => drawBalanced(new Uint8Array(3), 4, randomKey(0))).toThrow(
      "drawBalanced: count must be an integer from 0 to 3 (all images), got 4.",
    );
  });
});

describe("splitTraining", () => {
  it("gives two disjoint, class-balanced parts that cover every image once", () => {
    fc.assert(
      fc.property(labelsOf, fc.double({ min: 0.3, max: 0.7, noNaN: true }), seed, (labels, share, from) => {
        const { weightSplit, alphaSplit } = splitTraining(labels, share, randomKey(from));
        const all = [...weightSplit, ...alphaSplit].sort((a, b) => a - b);
        expect(all).toEqual(Array.from(labels, (_, i) => i));
        expect(weightSplit.length).toBe(Math.round(share * labels.length));
        expect([...alphaSplit]).toEqual([...alphaSplit].sort((a, b) => a - b));
        for (const label of new Set(labels)) {
          const both = labels.filter((other) => other === label).length;
          const exact = (both * weightSplit.length) / labels.length;
          expect(Math.abs(perClass(labels, weightSplit, label) - exact)).toBeLessThan(1);
        }
      }),
    );
  });

  it("takes a number of images for images of one class", () => {
    const { weightSplit, alphaSplit } = splitTraining(10, 0.3, randomKey(0));
    expect([weightSplit.length, alphaSplit.length]).toEqual([3, 7]);
    expect([...weightSplit]).not.toEqual([0, 1, 2]);
  });

  it.each([
    [1, 0.5],
    [10, 0.01],
    [10, 0.99],
    [10, Number.NaN],
  ])("refuses to leave a part of %i images empty at a share of %d", (count, share) => {
    expect(() => splitTraining(count, share, randomKey(0))).toThrow(
      `splitTraining: expected a weightShare that leaves images on both sides, got ${share} of ${count} images; ` +
        (count === 1
          ? "use two training images at least."
          : "use more training images or a share nearer to 0.5."),
    );
  });
});
