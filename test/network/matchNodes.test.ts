import { beforeAll, describe, expect, it } from "vitest";
import { tf } from "../../lib/backend";
import { matchNodes } from "../../lib/network/matchNodes";
import { normal, randomKey } from "../../lib/random/randomKey";
import { engines, expectClose, expectNoLeak, useEngine } from "../layers/tensorCheck";

describe.each(engines)("matchNodes on %s", (engine) => {
  beforeAll(() => useEngine(engine));
  const row = (values: number[], nodes: number, channels: number) =>
    tf.tidy(() =>
      Array.from(matchNodes(tf.tensor4d(values, [1, 1, 1, values.length]), nodes, channels).dataSync()),
    );

  it("keeps the leading channels of every node, or adds channels of zeros to every node", () => {
    expect(row([1, 2, 3, 4, 5, 6], 2, 4)).toEqual([1, 2, 4, 5]);
    expect(row([1, 2, 3, 4], 2, 6)).toEqual([1, 2, 0, 3, 4, 0]);
    expect(row([1, 2], 1, 3)).toEqual([1, 2, 0]);
    expect(row([1, 2], 2, 2)).toEqual([1, 2]);
  });

  it.each([
    [3, 2],
    [2, 5],
  ])("has the gradient of its transpose, from %d to %d channels a node", (from, to) => {
    expectNoLeak(() => {
      const shape = [2, 3, 3, 2 * from] as [number, number, number, number];
      const x = tf.tensor4d(normal(randomKey(0), 36 * from), shape);
      const weights = tf.tensor4d(normal(randomKey(1), 36 * to), [2, 3, 3, 2 * to]);
      const gradient = tf.grad((v) => tf.sum(tf.mul(matchNodes(v as tf.Tensor4D, 2, 2 * to), weights)))(x);
      const expected = matchNodes(weights, 2, 2 * from);
      expectClose(gradient, expected, 1e-6);
      tf.dispose([x, weights, gradient, expected]);
    });
  });
});
