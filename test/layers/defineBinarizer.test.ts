import { afterEach, beforeAll, describe, expect, it } from "vitest";
import * as bars from "../../lib/index";
import { binarizeActivation } from "../../lib/layers/binarizeActivation";
import { activationBinarizers, weightBinarizers } from "../../lib/primitives/binarizers";

const { tf } = bars;
beforeAll(async () => {
  await bars.startBackend();
});
afterEach(() => {
  activationBinarizers.forget("triangle");
  weightBinarizers.forget("half");
});

describe("binarizers of a user", () => {
  it("take the sign forward and the given gradient backward", async () => {
    bars.defineBinarizer.activation({
      name: "triangle",
      gradient: (x) => tf.relu(tf.sub(1, tf.abs(x))),
    });
    const x = tf.tensor1d([-2, -0.5, 0, 0.25, 3]);
    const settings = { method: "triangle", clip: 1, beta: 5, t: 1 };
    expect([...(await binarizeActivation(x, settings).data())]).toEqual([-1, -1, 1, 1, 1]);
    const gradient = tf.grad((v) => tf.sum(binarizeActivation(v, settings)))(x);
    expect([...(await gradient.data())]).toEqual([0, 0.5, 1, 0.75, 0]);
  });

  it("count their scales in the cost, and are refused by optimizers they do not suit", () => {
    bars.defineBinarizer.weight({ name: "half", scales: () => 0, kernel: (latent) => tf.sign(latent) });
    const genotype = bars.space.randomGenotype(bars.space.spaceConfig(), bars.randomKey(0));
    const cost = (weight: string) =>
      bars.cost.totalCost(genotype, bars.config.binarizationConfig({ weight }));
    expect(cost("half")).toEqual(cost("sign"));
    expect(cost("half").bits).toBeLessThan(cost("bireal").bits);
    expect(() =>
      bars.trainConfig({ optimizer: { method: "bop" }, binarization: { weight: "half" } } as never),
    ).toThrow('weight must be one of "sign", "scale_filter", "bireal" where optimizer.method is "bop"');
  });

  it("are unknown until they are defined", () => {
    expect(() => bars.config.binarizationConfig({ activation: "triangle" })).toThrow(
      'activation must be one of "ste", "approx_sign", "swish_sign", "ede", "identity", "tanh", "scaled_tanh", ' +
        'or an activation binarizer of your own (defineBinarizer.activation), got "triangle".',
    );
  });
});
