import { beforeAll, describe, expect, it } from "vitest";
import { tf } from "../../lib/backend";
import { binarizationConfig } from "../../lib/config/binarizationConfig";
import { initialBatchNormState } from "../../lib/layers/batchNorm";
import {
  type BinaryBlockConfig,
  type BinaryBlockParameters,
  binaryBlock,
  finishBlock,
} from "../../lib/layers/binaryBlock";
import { fold, randomKey } from "../../lib/random/randomKey";
import {
  engines,
  expectGradient,
  expectNoLeak,
  hasConvGradients,
  normals,
  uniforms,
  useEngine,
} from "./tensorCheck";

const key = randomKey(0);
const smooth = { activation: "tanh", weight: "identity" } as const;

function block(
  binarization: Parameters<typeof binarizationConfig>[0],
  more: Partial<BinaryBlockConfig> = {},
): BinaryBlockConfig {
  return {
    name: "block0",
    stride: 1,
    binarization: binarizationConfig(binarization),
    edeT: 1,
    shortcut: true,
    training: true,
    ...more,
  };
}

function parameters(channels: number) {
  const vector = (label: string) => normals<tf.Tensor1D>(fold(key, label), [channels]);
  return {
    latent: normals<tf.Tensor4D>(fold(key, "w"), [3, 3, channels, channels]),
    scale: tf.tidy(() => tf.add(uniforms<tf.Tensor1D>(fold(key, "s"), [channels]), 0.5)) as tf.Tensor1D,
    offset: vector("o"),
    shift: vector("shift"),
    rprelu: { inputShift: vector("i"), slope: vector("slope"), outputShift: vector("out") },
  };
}

const orders = (["bn_conv_relu", "conv_bn_relu"] as const).flatMap((blockOrder) =>
  (["rprelu", "none"] as const).flatMap((nonlinearity) =>
    (["input", "normalized"] as const).map((shortcutFrom) => ({ blockOrder, nonlinearity, shortcutFrom })),
  ),
);

describe.each(engines)("binaryBlock on %s", (engine) => {
  beforeAll(() => useEngine(engine));

  it.runIf(hasConvGradients(engine)).each(orders)(
    "in smooth mode has the gradients of its formula: $blockOrder, $nonlinearity, shortcut from $shortcutFrom",
    (order) => {
      const config = block({ ...smooth, ...order, rsign: true, border: 1 });
      expectNoLeak(() => {
        const x = normals<tf.Tensor4D>(fold(key, "x"), [2, 4, 4, 2]);
        const p = parameters(2);
        const probe = normals(fold(key, "p"), [2, 4, 4, 2]);
        const state = initialBatchNormState(2);
        const f = (v: tf.Tensor, changed: Partial<BinaryBlockParameters> = {}) =>
          tf.mul(probe, binaryBlock(v as tf.Tensor4D, { ...p, ...changed }, state, config).y);
        const options = { step: 3e-3, tolerance: 4e-2 };
        expectGradient((v) => f(v), x, options);
        expectGradient((v) => f(x, { latent: v as tf.Tensor4D }), p.latent, options);
        expectGradient((v) => f(x, { shift: v as tf.Tensor1D }), p.shift, options);
        expectGradient((v) => f(x, { scale: v as tf.Tensor1D }), p.scale, options);
        expectGradient((v) => f(x, { offset: v as tf.Tensor1D }), p.offset, options);
        tf.dispose([x, p, probe, { ...state }]);
      });
    },
  );

  it("leaves nothing behind but its value and, in training, the new state", () => {
    for (const training of [true, false]) {
      expectNoLeak(() => {
        const x = normals<tf.Tensor4D>(fold(key, "x"), [2, 4, 4, 2]);
        const p = parameters(2);
        const state = initialBatchNormState(2);
        const result = binaryBlock(x, p, state, block({}, { training }));
        if (training) tf.dispose({ ...result.state });
        else expect(result.state).toBe(state);
        tf.dispose([x, p, { ...state }, result.y]);
      });
    }
  });

  it("refuses an identity around a layer that changes the shape", () => {
    const p = { latent: tf.zeros([3, 3, 2, 4]) as tf.Tensor4D };
    const call = () => binaryBlock(tf.zeros([1, 4, 4, 2]), p, initialBatchNormState(2), block({}));
    expect(call).toThrow(
      "block0: binaryBlock expected stride 1 and as many output as input channels beside an identity shortcut, " +
        "got stride 1 and 2 to 4 channels.",
    );
  });

  it("names the parameter that its settings need and nobody gave", () => {
    const p = { latent: tf.zeros([3, 3, 2, 2]) as tf.Tensor4D };
    const run = (config: BinaryBlockConfig) =>
      binaryBlock(tf.zeros([1, 4, 4, 2]), p, initialBatchNormState(2), config);
    expect(() => run(block({ rsign: true }))).toThrow(
      "block0: binaryBlock expected the parameter shift (the settings ask for rsign), got none.",
    );
    expect(() => run(block({ nonlinearity: "rprelu" }))).toThrow(
      "block0: binaryBlock expected the parameters of rprelu (the settings ask for it), got none.",
    );
    expect(() => finishBlock(tf.zeros([1, 1, 1, 1]), null, { nonlinearity: "rprelu" }, null)).toThrow(
      "finishBlock: rprelu expected its three parameters, got none.",
    );
  });
});
