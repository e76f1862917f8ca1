import { beforeAll, describe, expect, it } from "vitest";
import { startBackend, tf } from "../../lib/backend";
import { fold, type RandomKey, randomKey } from "../../lib/random/randomKey";
import { drawOf, probabilityWeights, sampleWeights } from "../../lib/supernet/sampler";

const chosenPaths = drawOf("path").chosen as (rows: number[][], key: RandomKey) => number[];

import { expectNoLeak } from "../helpers/expectNoLeak";

beforeAll(async () => {
  await startBackend();
});

const logits = [
  [1, 0, -1],
  [0.2, 0.3, 0.1],
];
const key = randomKey(0);
const rows = (t: tf.Tensor) => t.arraySync() as number[][];
const sum = (row: readonly number[]) => row.reduce((a, b) => a + b, 0);

function sampled(
  method: "softmax" | "gumbel" | "hard_gumbel" | "sigmoid" | "plain_sigmoid" | "path",
  temperature: number,
  withKey = true,
): number[][] {
  return expectNoLeak(() =>
    tf.tidy(() =>
      rows(sampleWeights(tf.tensor2d(logits), { method, temperature }, withKey ? key : undefined)),
    ),
  );
}

describe("sampleWeights", () => {
  it("softmax is exp(a/T) over its sum, and draws nothing", () => {
    const expected = logits.map((row) => {
      const powers = row.map((a) => Math.exp(a / 0.5));
      return powers.map((p) => p / sum(powers));
    });
    sampled("softmax", 0.5).forEach((row, r) =>
      row.forEach((p, c) => expect(p).toBeCloseTo(expected[r]?.[c] as number, 5)),
    );
    expect(sampled("softmax", 0.5)).toEqual(sampled("softmax", 0.5, false));
  });

  it("gumbel weights sum to one and get harder as the temperature falls", () => {
    for (const row of sampled("gumbel", 1)) expect(sum(row)).toBeCloseTo(1, 5);
    const largest = (t: number) => Math.max(...(sampled("gumbel", t)[0] as number[]));
    expect(largest(0.1)).toBeGreaterThan(largest(1));
    expect(largest(1)).toBeGreaterThan(largest(10));
  });

  it("hard gumbel is one-hot, and picks each choice as often as its softmax probability", () => {
    const counts = [0, 0, 0];
    for (let i = 0; i < 2000; i++) {
      const row = tf.tidy(() =>
        rows(
          sampleWeights(tf.tensor2d([[1, 0, -1]]), { method: "hard_gumbel", temperature: 0.7 }, fold(key, i)),
        ),
      )[0] as number[];
      expect([...row].sort()).toEqual([0, 0, 1]);
      counts[row.indexOf(1)] = (counts[row.indexOf(1)] as number) + 1;
    }
    const expected = [0.665, 0.245, 0.09];
    counts.forEach((n, k) => expect(n / 2000).toBeCloseTo(expected[k] as number, 1));
  });

  it("lower temperature sharpens: the likeliest choice tends to 1, the others to 0 (BATS)", () => {
    const top = [2, 1, 0.5, 0.05].map((temperature) => sampled("softmax", temperature)[0]?.[0] as number);
    expect([...top].sort((a, b) => a - b)).toEqual(top);
    expect(top.at(-1)).toBeCloseTo(1, 5);
  });

  it("plain sigmoid weighs every choice by itself, without noise", () => {
    expect(sampled("plain_sigmoid", 0.5)).toEqual(sampled("plain_sigmoid", 0.5, false));
    sampled("plain_sigmoid", 0.5).forEach((row, r) =>
      row.forEach((p, c) => expect(p).toBeCloseTo(1 / (1 + Math.exp(-(logits[r]?.[c] as number) / 0.5)), 5)),
    );
  });

  it("path takes one choice a row, the one chosenPaths names, as often as its probability", () => {
    const counts = [0, 0, 0];
    for (let i = 0; i < 1500; i++) {
      const own = fold(key, i);
      const row = tf.tidy(() =>
        rows(sampleWeights(tf.tensor2d([[1, 0, -1]]), { method: "path", temperature: 3 }, own)),
      )[0] as number[];
      const [chosen] = chosenPaths([[1, 0, -1]], own) as [number];
      expect(row.map((p) => Math.round(p * 1e5) / 1e5)).toEqual([0, 1, 2].map((k) => (k === chosen ? 1 : 0)));
      counts[chosen] = (counts[chosen] as number) + 1;
    }
    [0.665, 0.245, 0.09].forEach((share, k) => expect((counts[k] as number) / 1500).toBeCloseTo(share, 1));
  });

  it("path gives alphas the gradient of the chosen weight alone (GDAS, equation 7)", () => {
    const { path, soft } = tf.tidy(() => {
      const a = tf.tensor2d([[1, 0, -1]]);
      const [chosen] = chosenPaths([[1, 0, -1]], key) as [number];
      const only = tf.cast(tf.oneHot(tf.tensor1d([chosen], "int32"), 3), "float32");
      const costs = tf.tensor2d([[3, 5, 7]]);
      const gradient = (f: (a: tf.Tensor) => tf.Tensor) =>
        rows(tf.grad((x) => tf.sum(f(x)) as tf.Scalar)(a) as tf.Tensor)[0] as number[];
      return {
        path: gradient((x) => tf.mul(sampleWeights(x, { method: "path", temperature: 2 }, key), costs)),
        soft: gradient((x) =>
          tf.mul(tf.mul(sampleWeights(x, { method: "gumbel", temperature: 2 }, key), only), costs),
        ),
      };
    });
    path.forEach((g, k) => expect(g).toBeCloseTo(soft[k] as number, 5));
    expect(Math.max(...path.map(Math.abs))).toBeGreaterThan(0.1);
  });

  it("hard gumbel has the gradient of the soft weights", () => {
    const grad = (method: "gumbel" | "hard_gumbel") =>
      tf.tidy(() => {
        const w = tf.tensor2d([[1, 2, 3]]);
        const f = (a: tf.Tensor) =>
          tf.sum(tf.mul(sampleWeights(a, { method, temperature: 0.7 }, key), w)) as tf.Scalar;
        return rows(tf.grad(f)(tf.tensor2d([[1, 0, -1]])))[0] as number[];
      });
    grad("hard_gumbel").forEach((g, k) => expect(g).toBeCloseTo(grad("gumbel")[k] as number, 6));
  });

  it("sigmoid weights are independent: a row need not sum to one", () => {
    const row = sampled("sigmoid", 0.5)[0] as number[];
    expect(row.every((p) => p > 0 && p < 1)).toBe(true);
    expect(sum(row)).not.toBeCloseTo(1, 2);
    (sampled("sigmoid", 1, false)[0] as number[]).forEach((p, k) =>
      expect(p).toBeCloseTo(1 / (1 + Math.exp(-(logits[0]?.[k] as number))), 5),
    );
  });

  it("gives the same weights for the same key and others for another", () => {
    const draw = (k: typeof key) =>
      tf.tidy(() => rows(sampleWeights(tf.tensor2d(logits), { method: "gumbel", temperature: 1 }, k)));
    expect(draw(key)).toEqual(draw(key));
    expect(draw(fold(key, 1))).not.toEqual(draw(key));
  });
});

describe("probabilityWeights", () => {
  it("leaves the temperature out for gumbel methods, where it relaxes the draw only", () => {
    const p = (method: "softmax" | "gumbel", temperature: number) =>
      tf.tidy(() => rows(probabilityWeights(tf.tensor2d(logits), { method, temperature })));
    expect(p("gumbel", 0.1)).toEqual(p("gumbel", 5));
    expect(p("gumbel", 0.1)).toEqual(p("softmax", 1));
    expect(p("softmax", 0.1)).not.toEqual(p("softmax", 1));
  });
});
