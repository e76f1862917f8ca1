import { beforeAll, describe, expect, it } from "vitest";
import { startBackend, tf } from "../../../lib/backend";
import { zeroOneLoss } from "../../../lib/search/strategies/zeroOneLoss";
import { expectNoLeak } from "../../helpers/expectNoLeak";

beforeAll(async () => {
  await startBackend();
});

const loss = (p: number[][], form: "l1" | "l2") =>
  expectNoLeak(() => tf.tidy(() => zeroOneLoss([tf.tensor2d(p)], 10, form).dataSync()[0] as number));

describe("zeroOneLoss", () => {
  it("is −c · mean (p − 1/2)², or of the absolute distance", () => {
    expect(loss([[0.9, 0.5, 0.2]], "l2")).toBeCloseTo((-10 * (0.16 + 0 + 0.09)) / 3, 5);
    expect(loss([[0.9, 0.5, 0.2]], "l1")).toBeCloseTo((-10 * (0.4 + 0 + 0.3)) / 3, 5);
  });

  it("weighs every operation of all groups alike", () => {
    const both = tf.tidy(() => zeroOneLoss([tf.ones([3, 2]), tf.fill([1, 2], 0.5)], 1, "l2").dataSync()[0]);
    expect(both).toBeCloseTo(-(6 * 0.25) / 8, 6);
  });

  it.each(["l1", "l2"] as const)("drives independent choices to 0 and 1 (%s)", (form) => {
    const alphas = tf.variable(tf.tensor2d([[0.3, -0.2, 0.05]]));
    const step = tf.train.sgd(5);
    for (let i = 0; i < 60; i++) step.minimize(() => zeroOneLoss([tf.sigmoid(alphas)], 1, form));
    const p = [...tf.tidy(() => tf.sigmoid(alphas).dataSync())];
    expect(p[0]).toBeGreaterThan(0.9);
    expect(p[1]).toBeLessThan(0.1);
    alphas.dispose();
    step.dispose();
  });
});
