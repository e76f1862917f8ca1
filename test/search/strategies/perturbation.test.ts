import { beforeAll, describe, expect, it } from "vitest";
import { startBackend, tf } from "../../../lib/backend";
import { randomKey } from "../../../lib/random/randomKey";
import { adversariallyPerturbed, randomlyPerturbed } from "../../../lib/search/strategies/perturbation";
import { expectNoLeak } from "../../helpers/expectNoLeak";

beforeAll(async () => {
  await startBackend();
});

const key = randomKey(0);
const start = [0.5, 0.3, 0.19, 0.01];
const read = (tensors: tf.Tensor[]) => tensors.flatMap((t) => [...t.dataSync()]);

/** `Σ_k slope_k · w_k`, whose ascent direction is known. */
const slopes = [1, -1, 2, -2];
const linear = (sign: number) => (cells: readonly tf.Tensor[]) =>
  tf.sum(tf.mul(cells[0] as tf.Tensor, tf.tensor2d([slopes.map((s) => sign * s)]))) as tf.Scalar;

describe("randomlyPerturbed", () => {
  it("moves every weight inside the box of epsilon, clamped to [0, 1], evenly to both sides", () => {
    const moved = expectNoLeak(() =>
      tf.tidy(() => read(randomlyPerturbed([tf.fill([1000, 2], 0.5)], 0.1, key))),
    );
    const shifts = moved.map((w) => w - 0.5);
    expect(Math.max(...shifts.map(Math.abs))).toBeLessThanOrEqual(0.1 + 1e-6);
    expect(Math.max(...shifts)).toBeGreaterThan(0.099);
    expect(Math.abs(shifts.reduce((a, b) => a + b, 0) / shifts.length)).toBeLessThan(0.005);
    const edges = tf.tidy(() => read(randomlyPerturbed([tf.tensor2d([[0, 1]])], 0.9, key)));
    expect(edges.every((w) => w >= 0 && w <= 1)).toBe(true);
  });

  it("perturbs groups of cells differently", () => {
    const [a, b] = tf.tidy(() => {
      const both = randomlyPerturbed([tf.zeros([2, 2]), tf.zeros([2, 2])], 0.5, key);
      return both.map((t) => [...t.dataSync()]);
    });
    expect(a).not.toEqual(b);
  });
});

describe("adversariallyPerturbed", () => {
  const attack = (loss: (cells: readonly tf.Tensor[]) => tf.Scalar) =>
    expectNoLeak(() =>
      tf.tidy(() => read(adversariallyPerturbed([tf.tensor2d([start])], loss, 0.1, 7, key))),
    );

  it("ends at the worst corner of the box for a linear loss, clamped to [0, 1]", () => {
    const expected = [0.6, 0.2, 0.29, 0];
    attack(linear(1)).forEach((w, k) => expect(w).toBeCloseTo(expected[k] as number, 5));
  });

  it("gives the weights back where the loss did not rise", () => {
    const flat = (cells: readonly tf.Tensor[]) => tf.mul(tf.sum(cells[0] as tf.Tensor), 0) as tf.Scalar;
    attack(flat).forEach((w, k) => expect(w).toBeCloseTo(start[k] as number, 6));
  });

  it("is worse than a random perturbation of the same size", () => {
    const value = (weights: number[]) => weights.reduce((s, w, k) => s + w * (slopes[k] as number), 0);
    const random = tf.tidy(() => read(randomlyPerturbed([tf.tensor2d([start])], 0.1, key)));
    expect(value(attack(linear(1)))).toBeGreaterThan(value(random));
  });
});
