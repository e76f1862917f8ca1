import { beforeAll, expect, it } from "vitest";
import { startBackend, tf } from "../../lib/backend";
import { edgeWeights } from "../../lib/supernet/edgeWeights";
import { expectNoLeak } from "../helpers/expectNoLeak";

beforeAll(async () => {
  await startBackend();
});

it("edge normalization: softmax over the edges that enter each node", () => {
  const gammas = expectNoLeak(() =>
    tf.tidy(() => [...edgeWeights(tf.tensor1d([7, 0, Math.log(3), 1, 1, 1]), 3).dataSync()]),
  );
  [1, 0.25, 0.75, 1 / 3, 1 / 3, 1 / 3].forEach((g, e) => expect(gammas[e]).toBeCloseTo(g, 5));
});
