import { describe, expect, it } from "vitest";
import { tf } from "../../lib/backend";
import { finishBlock } from "../../lib/layers/finishBlock";

describe("finishBlock", () => {
  it("names the parameters that its settings need and nobody gave", () => {
    const zero = tf.zeros([1, 1, 1, 1]) as tf.Tensor4D;
    expect(() => finishBlock(zero, null, { nonlinearity: "rprelu" }, null)).toThrow(
      "finishBlock: rprelu expected its three parameters, got none.",
    );
  });
});
