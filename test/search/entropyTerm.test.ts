import { beforeAll, describe, expect, it } from "vitest";
import { startBackend, tf } from "../../lib/backend";
import { meanEntropy } from "../../lib/search/entropyTerm";

beforeAll(async () => {
  await startBackend();
});

const entropy = (values: number[][], independent = false) =>
  tf.tidy(() => meanEntropy(tf.tensor2d(values), independent).dataSync()[0] as number);

/** One gradient step on the logits of `sign · H(softmax)`, and the entropy afterwards. */
function entropyAfterStep(logits: number[][], sign: 1 | -1): number {
  return tf.tidy(() => {
    const a = tf.tensor2d(logits);
    const slope = tf.grad((x) => tf.mul(sign, meanEntropy(tf.softmax(x), false)))(a);
    return meanEntropy(tf.softmax(tf.sub(a, tf.mul(0.5, slope))), false).dataSync()[0] as number;
  });
}

describe("meanEntropy", () => {
  it("is ln K for even choices, 0 for a decided row, and the mean over rows", () => {
    expect(entropy([[0.25, 0.25, 0.25, 0.25]])).toBeCloseTo(Math.log(4), 5);
    expect(entropy([[0, 1, 0, 0]])).toBeCloseTo(0, 5);
    expect(
      entropy([
        [0.5, 0.5],
        [1, 0],
      ]),
    ).toBeCloseTo(Math.log(2) / 2, 5);
  });

  it("of independent choices is the mean binary entropy of an operation", () => {
    const binary = (p: number) => -p * Math.log(p) - (1 - p) * Math.log(1 - p);
    expect(entropy([[0.5, 0.9, 0.2]], true)).toBeCloseTo((binary(0.5) + binary(0.9) + binary(0.2)) / 3, 5);
    expect(entropy([[1, 0]], true)).toBeCloseTo(0, 5);
  });

  it("with a positive coefficient decides, with a negative one keeps choices open (BNAS, aw_nas)", () => {
    const logits = [
      [0.4, 0, -0.3],
      [0, 0.2, 0.1],
    ];
    const before = tf.tidy(() => meanEntropy(tf.softmax(tf.tensor2d(logits)), false).dataSync()[0] as number);
    expect(entropyAfterStep(logits, 1)).toBeLessThan(before - 1e-4);
    expect(entropyAfterStep(logits, -1)).toBeGreaterThan(before + 1e-4);
  });
});
