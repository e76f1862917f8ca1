import { beforeAll, describe, expect, it } from "vitest";
import { tf } from "../../lib/backend";
import { binarizationConfig } from "../../lib/config/binarizationConfig";
import { type BatchStatistics, RunningStatistics } from "../../lib/layers/runningStatistics";
import { fold, randomKey } from "../../lib/random/randomKey";
import {
  engines,
  expectClose,
  expectGradient,
  expectNoLeak,
  hasConvGradients,
  normals,
  uniforms,
  useEngine,
} from "../layers/tensorCheck";
import { blockOnInputs } from "./blockOnInputs";

const key = randomKey(0);
const smooth = { activation: "tanh", weight: "identity" } as const;

/** Everything a block with RSign and RPReLU learns, by the names it has in a network. */
function parameters(channels: number): Record<string, tf.Tensor> {
  const vector = (label: string) => normals<tf.Tensor1D>(fold(key, label), [channels]);
  return {
    latent: normals<tf.Tensor4D>(fold(key, "w"), [3, 3, channels, channels]),
    scale: tf.tidy(() => tf.add(uniforms<tf.Tensor1D>(fold(key, "s"), [channels]), 0.5)),
    offset: vector("o"),
    "rsign.shift": vector("shift"),
    "rprelu.inputShift": vector("i"),
    "rprelu.slope": vector("slope"),
    "rprelu.outputShift": vector("out"),
  };
}

const orders = (["bn_conv_relu", "conv_bn_relu"] as const).flatMap((blockOrder) =>
  (["rprelu", "none"] as const).flatMap((nonlinearity) =>
    (["input", "normalized"] as const).map((shortcutFrom) => ({ blockOrder, nonlinearity, shortcutFrom })),
  ),
);

describe.each(engines)("NetworkBlock on %s", (engine) => {
  beforeAll(() => useEngine(engine));

  it.runIf(hasConvGradients(engine)).each(orders)(
    "in smooth mode has the gradients of its formula: $blockOrder, $nonlinearity, shortcut from $shortcutFrom",
    (order) => {
      const binarization = binarizationConfig({ ...smooth, ...order, rsign: true, border: 1 });
      expectNoLeak(() => {
        const x = normals<tf.Tensor4D>(fold(key, "x"), [2, 4, 4, 2]);
        const p = parameters(2);
        const probe = normals(fold(key, "p"), [2, 4, 4, 2]);
        const f = (v: tf.Tensor, changed: Record<string, tf.Tensor> = {}) =>
          tf.mul(
            probe,
            blockOnInputs(
              v as tf.Tensor4D,
              { ...p, ...changed },
              { binarization, channels: 2, shortcut: true },
            ),
          );
        const options = { step: 3e-3, tolerance: 4e-2 };
        expectGradient((v) => f(v), x, options);
        for (const name of ["latent", "rsign.shift", "scale", "offset"])
          expectGradient((v) => f(x, { [name]: v }), p[name] as tf.Tensor, options);
        tf.dispose([x, p, probe]);
      });
    },
  );

  it("outside training normalises with the running statistics, which the first batch sets", () => {
    expectNoLeak(() => {
      const x = normals<tf.Tensor4D>(fold(key, "x"), [2, 4, 4, 2]);
      const p = parameters(2);
      const run = { binarization: binarizationConfig(), channels: 2, shortcut: true };
      const collect: BatchStatistics = new Map();
      const trained = tf.tidy(() => blockOnInputs(x, p, { ...run, collect }));
      expect([...collect.keys()]).toEqual(["block"]);
      const statistics = new RunningStatistics(0.1);
      statistics.update(collect);
      const inferred = tf.tidy(() => blockOnInputs(x, p, { ...run, statistics, training: false }));
      expectClose(inferred, trained, 1e-4);
      expect(() => blockOnInputs(x, p, { ...run, training: false })).toThrow(
        'test: no running statistics of the batch norm "block" yet.',
      );
      statistics.dispose();
      tf.dispose([x, p, trained, inferred]);
    });
  });
});
