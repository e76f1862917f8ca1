import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeDistances } from "../../lib/analysis/codeDistances";
import { codeInformation, samplesNeeded } from "../../lib/analysis/codeInformation";
import { binaryEntropy, entropyEstimate } from "../../lib/analysis/entropy";
import { linearProbe } from "../../lib/analysis/linearProbe";
import { Moments } from "../../lib/analysis/moments";
import { spectrum } from "../../lib/analysis/spectrum";
import { TapSums } from "../../lib/analysis/tapSums";
import { fold, integers, normal, randomKey } from "../../lib/random/randomKey";

const key = randomKey(0);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("binaryEntropy", () => {
  it("is 1 bit for a fair coin, 0 for a certain one, and as the formula says between", () => {
    expect([0, 0.5, 1].map(binaryEntropy)).toEqual([0, 1, 0]);
    expect(binaryEntropy(0.11)).toBeCloseTo(0.4999, 3);
    expect(binaryEntropy(0.25)).toBeCloseTo(2 - 0.75 * Math.log2(3), 12);
  });
});

describe("entropy of a sign over few images", () => {
  it("falls short by about 1 / (2 N ln 2) bits, as its documentation says", () => {
    const [images, draws] = [50, 4000];
    const found = Array.from({ length: draws }, (_, draw) => {
      const coins = integers(fold(fold(key, "coins"), draw), images, 2);
      return binaryEntropy(coins.reduce((sum, coin) => sum + coin, 0) / images);
    });
    // 0.0144 bits for 50 images; the standard error over the draws is 0.0003.
    expect(Math.abs(1 - mean(found) - 1 / (2 * images * Math.LN2))).toBeLessThan(0.0015);
  });
});

describe("entropyEstimate", () => {
  it("is exact for frequencies, and adds Miller and Madow's half degree of freedom", () => {
    const { plugIn, corrected, values } = entropyEstimate([2, 2, 0, 4]);
    expect(plugIn).toBeCloseTo(1.5, 12);
    expect(values).toBe(3);
    expect(corrected - plugIn).toBeCloseTo(2 / (2 * 8 * Math.LN2), 12);
    expect(() => entropyEstimate([0, 0])).toThrow("entropyEstimate: expected at least one sample, got none.");
  });

  it("removes most of the plug-in's bias on finite samples", () => {
    // 64 equally likely values, 256 samples: the plug-in falls short by 63 / (2 · 256 ln 2) = 0.178 bits.
    const found = Array.from({ length: 200 }, (_, draw) => {
      const counts = new Uint32Array(64);
      for (const value of integers(fold(key, draw), 256, 64)) counts[value] = (counts[value] as number) + 1;
      return entropyEstimate(counts);
    });
    expect(mean(found.map(({ plugIn }) => plugIn)) - 6).toBeCloseTo(-0.178, 1);
    expect(mean(found.map(({ plugIn }) => plugIn)) - 6).toBeLessThan(-0.15);
    expect(Math.abs(mean(found.map(({ corrected }) => corrected)) - 6)).toBeLessThan(0.02);
  });
});

describe("codeInformation", () => {
  const samples = 4096;
  const bits = 6;
  const labels = integers(fold(key, "labels"), samples, 4);
  const independent = integers(fold(key, "codes"), samples, 2 ** bits);

  it("finds all 6 bits of independent bits and none of the labels in them", () => {
    const found = codeInformation(independent, labels, 4, bits, key);
    expect(found.inputInformation).toBeCloseTo(6, 1);
    expect(Math.abs(found.labelInformation)).toBeLessThan(0.02);
    expect(Math.abs(found.labelInformationAboveChance)).toBeLessThan(0.01);
    expect(found).toMatchObject({ saturated: false, conditionalSaturated: false });
  });

  it("counts copies of one bit once", () => {
    const copied = independent.map((code) => (code % 2 === 1 ? 2 ** bits - 1 : 0));
    expect(codeInformation(copied, labels, 4, bits, key).inputInformation).toBeCloseTo(1, 2);
  });

  it("finds a label written into two of the bits, and one hidden in an exclusive or", () => {
    const written = independent.map((code, i) => (code & ~3) | (labels[i] as number));
    expect(codeInformation(written, labels, 4, bits, key).labelInformation).toBeCloseTo(2, 1);
    const binary = labels.map((y) => y % 2);
    // Bit 1 is bit 0 xor the label: either alone says nothing, both say it all.
    const hidden = independent.map((code, i) => (code & ~2) | (((code & 1) ^ (binary[i] as number)) << 1));
    expect(codeInformation(hidden, binary, 2, bits, key).labelInformationAboveChance).toBeCloseTo(1, 1);
    const alone = hidden.map((code) => (code >> 1) & 1);
    expect(codeInformation(alone, binary, 2, 1, key).labelInformation).toBeCloseTo(0, 2);
  });

  it("takes off chance where the correction still leaves some: few images in a class", () => {
    const short = 1024;
    const many = integers(fold(key, "many"), short, 10);
    const wide = integers(fold(key, "wide"), short, 256);
    const { labelInformation, labelInformationAboveChance, conditionalSaturated } = codeInformation(
      wide,
      many,
      10,
      8,
      key,
    );
    expect(labelInformation).toBeGreaterThan(0.1);
    expect(Math.abs(labelInformationAboveChance)).toBeLessThan(0.05);
    expect(conditionalSaturated).toBe(true);
  });

  it("tells classes beyond the 256th apart", () => {
    const far = labels.map((y) => 300 * (y % 2));
    const near = labels.map((y) => y % 2);
    const written = independent.map((code, i) => (code & ~1) | (near[i] as number));
    expect(codeInformation(written, far, 301, bits, key)).toEqual(
      codeInformation(written, near, 2, bits, key),
    );
    const [many, few] = [
      [301, 300],
      [2, 1],
    ].map(([classes = 0, last = 0]) => {
      const shape = [bits];
      const sums = new TapSums({ kind: "bits", shape, images: 512, classes, bits, subsets: 1 });
      const own = Array.from(near.subarray(0, 512), (y) => last * y);
      const units = own.flatMap((y, i) =>
        Array.from({ length: bits }, (_, b) => (b === 0 ? Number(y > 0) : ((written[i] as number) >> b) & 1)),
      );
      sums.add({ pooled: units, classSums: new Float32Array(classes * bits), units }, own);
      return sums.information(key);
    });
    expect(many).toEqual(few);
    expect(many?.labelInformation).toBeGreaterThan(0.8);
  });

  it("flags an entropy that shows the number of samples", () => {
    // All codes different: the estimate is log2 of the number of images, whatever the truth.
    const distinct = Uint32Array.from({ length: 256 }, (_, i) => i);
    const labelled = distinct.map((i) => i % 4);
    expect(codeInformation(distinct, labelled, 4, 8, key)).toMatchObject({
      saturated: true,
      conditionalSaturated: true,
    });
  });

  it("says how many images the bits need", () => {
    expect(samplesNeeded(8)).toBe(256);
    expect(() => codeInformation(new Uint8Array(200), new Uint8Array(200), 2, 8, key)).toThrow(
      "codeInformation: codes of 8 bits need at least 256 images (2^8), got 200; use more images, or at most 7 bits.",
    );
    expect(() => codeInformation(new Uint8Array(1), new Uint8Array(1), 2, 1, key)).toThrow(
      "codes of 1 bits need at least 2 images (2^1), got 1; use more images.",
    );
  });
});

/** Covariance of rows drawn with given standard deviations. */
function drawnCovariance(rows: number, deviations: readonly number[], label: string): number[][] {
  const z = normal(fold(key, label), rows * deviations.length);
  const moments = new Moments(deviations.length);
  moments.add(z.map((value, i) => 5 + value * (deviations[i % deviations.length] as number)));
  return moments.covariance();
}

describe("Moments", () => {
  it("gives the covariance of rows, whatever the batches and a large common offset", () => {
    const rows = [1, 2, 3, 5, 8, 13, 21, 34].map((x) => x + 1e6);
    const whole = new Moments(2);
    whole.add(rows);
    const parts = new Moments(2);
    for (let at = 0; at < rows.length; at += 4) parts.add(rows.slice(at, at + 4));
    expect(parts.covariance()).toEqual(whole.covariance());
    const [a, b] = [
      [1, 3, 8, 21],
      [2, 5, 13, 34],
    ];
    const by = (x: number[], y: number[]) => mean(x.map((v, i) => v * (y[i] as number))) - mean(x) * mean(y);
    expect(whole.covariance()[0]?.[0]).toBeCloseTo(by(a, a), 8);
    expect(whole.covariance()[0]?.[1]).toBeCloseTo(by(a, b), 8);
  });
});

describe("spectrum", () => {
  it("is the number of directions for equal ones, whatever their scale", () => {
    for (const k of [1, 3, 7]) {
      const diagonal = Array.from({ length: 7 }, (_, i) =>
        Array.from({ length: 7 }, (_, j) => (i === j && i < k ? 4 : 0)),
      );
      expect(spectrum(diagonal).effectiveRank).toBeCloseTo(k, 9);
      expect(spectrum(diagonal).participationRatio).toBeCloseTo(k, 9);
    }
    expect(
      spectrum([
        [0, 0],
        [0, 0],
      ]),
    ).toEqual({ dimensions: 2, effectiveRank: 0, participationRatio: 0 });
  });

  it("is what the formulas give for a known spectrum", () => {
    // Eigenvalues 4 and 1: singular values 2 and 1, p = 2/3 and 1/3; here rotated by 45 degrees.
    const { effectiveRank, participationRatio } = spectrum([
      [2.5, 1.5],
      [1.5, 2.5],
    ]);
    const entropy = -(2 / 3) * Math.log(2 / 3) - (1 / 3) * Math.log(1 / 3);
    expect(effectiveRank).toBeCloseTo(Math.exp(entropy), 9);
    expect(participationRatio).toBeCloseTo(25 / 17, 9);
  });

  it("finds the spectrum of Gaussians, too small by C N / (N + C) on few rows", () => {
    const white = new Array<number>(20).fill(2);
    expect(spectrum(drawnCovariance(20_000, white, "many")).participationRatio).toBeGreaterThan(19.8);
    const few = mean(
      [0, 1, 2, 3, 4].map((draw) => spectrum(drawnCovariance(30, white, `few ${draw}`)).participationRatio),
    );
    expect(few).toBeCloseTo((20 * 30) / 50, 0);
    const steep = spectrum(drawnCovariance(20_000, [3, 1, 1, 0], "steep"));
    expect(steep.participationRatio).toBeCloseTo((9 + 1 + 1) ** 2 / (81 + 1 + 1), 1);
    // Standard deviations 3, 1, 1, 0: shares 3/5, 1/5, 1/5.
    const entropy = -0.6 * Math.log(0.6) - 2 * 0.2 * Math.log(0.2);
    expect(steep.effectiveRank).toBeCloseTo(Math.exp(entropy), 1);
    expect(steep.effectiveRank).toBeLessThan(3);
  });
});

describe("codeDistances", () => {
  it("equals the mean over all pairs, counted one by one", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(2), fc.nat(31)), { minLength: 2, maxLength: 12 }), (images) => {
        const units = 5;
        const bit = (code: number, u: number) => (code >> u) & 1;
        const sums = [0, 1, 2].map((y) =>
          Array.from({ length: units }, (_, u) =>
            images.filter(([label]) => label === y).reduce((sum, [, code]) => sum + 2 * bit(code, u) - 1, 0),
          ),
        );
        const count = [0, 1, 2].map((y) => images.filter(([label]) => label === y).length);
        const pairs: Record<"within" | "between", number[]> = { within: [], between: [] };
        images.forEach(([y, code], i) => {
          for (const [other, second] of images.slice(0, i)) {
            const differing = Array.from({ length: units }, (_, u) =>
              Number(bit(code, u) !== bit(second, u)),
            );
            pairs[other === y ? "within" : "between"].push(mean(differing));
          }
        });
        const found = codeDistances(sums, count);
        for (const which of ["within", "between"] as const) {
          if (pairs[which].length === 0) expect(found[which]).toBeNull();
          else expect(found[which]).toBeCloseTo(mean(pairs[which]), 10);
        }
      }),
      { seed: 0, numRuns: 100 },
    );
  });
});

describe("linearProbe", () => {
  /** Two Gaussian classes, `distance` standard deviations apart in the first of five columns; the last is constant. */
  const twoClasses = (images: number, distance: number, label: string) => {
    const z = normal(fold(key, label), images * 5);
    const labels = Uint8Array.from({ length: images }, (_, i) => i % 2);
    const values = z.map((value, at) => {
      const column = at % 5;
      if (column === 4) return 7;
      return column === 0 ? 100 + value + distance * (labels[Math.floor(at / 5)] as number) : value * 1e-3;
    });
    return { values, labels };
  };

  it("reaches the accuracy that is possible, Φ(distance / 2), on images it has not seen", () => {
    const probe = linearProbe(twoClasses(2000, 2, "fit"), twoClasses(4000, 2, "scored"), 2, key);
    expect(probe.accuracy).toBeCloseTo(0.841, 1);
    expect(probe).toMatchObject({ fitImages: 2000, scoredImages: 4000 });
  });

  it("guesses where features say nothing, though it can fit the images it was given", () => {
    const probe = linearProbe(twoClasses(1000, 0, "fit"), twoClasses(2000, 0, "scored"), 2, key);
    expect(Math.abs(probe.accuracy - 0.5)).toBeLessThan(0.04);
    const constant = {
      values: new Float32Array(20).fill(1),
      labels: Uint8Array.from({ length: 20 }, (_, i) => Number(i < 12)),
    };
    expect(linearProbe(constant, constant, 2, key).accuracy).toBe(0.6);
  });
});
