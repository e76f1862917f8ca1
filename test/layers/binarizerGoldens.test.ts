import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { tf } from "../../lib/backend";
import { binarizationConfig } from "../../lib/config/binarizationConfig";
import { type ActivationSettings, binarizeActivation } from "../../lib/layers/binarizeActivation";
import { binarizeWeight, type WeightSettings } from "../../lib/layers/binarizeWeight";
import { blockOnInputs } from "../network/blockOnInputs";
import { engines, expectClose, expectNoLeak, hasConvGradients, useEngine } from "./tensorCheck";

// Values and gradients from PyTorch autograd (float32) with hand-written straight-through functions, made
// independently of this library. Tolerance: 2e-4 of the largest absolute value of each array.
const golden = JSON.parse(
  readFileSync(resolve(__dirname, "../golden/binarizers_torch.json"), "utf8"),
) as Golden;

type Shape4 = [number, number, number, number];
interface Block {
  shape_nhwc: Shape4;
  x: number[];
  w_hwio: number[];
  gamma: number[];
  beta: number[];
  upstream: number[];
  y: number[];
  dx: number[];
  dw_hwio: number[];
  dgamma: number[];
  dbeta: number[];
}
interface Golden {
  activation: {
    shape_nhwc: Shape4;
    x: number[];
    upstream: number[];
    cases: Record<string, { y: number[]; dx: number[] }>;
  };
  weight: {
    shape_hwio: Shape4;
    w: number[];
    upstream: number[];
    cases: Record<string, { y: number[]; dw: number[] }>;
  };
  block_bn_sign_conv_relu: Record<string, Block>;
}

const activations: Record<string, Partial<ActivationSettings> & Pick<ActivationSettings, "method">> = {
  ste_clip1: { method: "ste", clip: 1 },
  "ste_clip1.3": { method: "ste", clip: 1.3 },
  approx_sign: { method: "approx_sign" },
  swish_sign: { method: "swish_sign", beta: 5 },
  "ede_t0.1": { method: "ede", t: 0.1 },
  "ede_t1.0": { method: "ede", t: 1 },
  "ede_t5.0": { method: "ede", t: 5 },
};

const weights: Record<string, WeightSettings["method"]> = {
  sign_clip1: "sign",
  scale_tensor: "scale_tensor",
  scale_filter_detached: "scale_filter",
  xnor: "xnor",
  bireal: "bireal",
  irnet_t1: "irnet",
};

const blocks = ["none", "raw", "bn"].flatMap((shortcut) =>
  ([0, 1] as const).flatMap((border) =>
    (["alone", "merged", "apart"] as const).map((form) => ({ shortcut, border, form })),
  ),
);

describe.each(engines)("on %s", (engine) => {
  beforeAll(() => useEngine(engine));

  it.each(Object.keys(golden.activation.cases))("activation %s has PyTorch's value and gradient", (name) => {
    const { x: values, upstream, shape_nhwc: shape, cases } = golden.activation;
    const settings = { clip: 1, beta: 5, t: 1, ...activations[name] } as ActivationSettings;
    expectNoLeak(() => {
      const x = tf.tensor4d(values, shape);
      const g = tf.tensor4d(upstream, shape);
      const y = binarizeActivation(x, settings);
      const dx = tf.grad((v) => binarizeActivation(v, settings))(x, g);
      expectClose(y, cases[name]?.y ?? []);
      expectClose(dx, cases[name]?.dx ?? []);
      tf.dispose([x, g, y, dx]);
    });
  });

  it.each(Object.keys(golden.weight.cases))("weight %s has PyTorch's value and gradient", (name) => {
    const { w: values, upstream, shape_hwio: shape, cases } = golden.weight;
    const settings = { method: weights[name] as WeightSettings["method"], clip: 1, t: 1 };
    expectNoLeak(() => {
      const w = tf.tensor4d(values, shape);
      const g = tf.tensor4d(upstream, shape);
      const y = binarizeWeight(w, settings);
      const dw = tf.grad((v) => binarizeWeight(v as tf.Tensor4D, settings))(w, g);
      expectClose(y, cases[name]?.y ?? []);
      expectClose(dw, cases[name]?.dw ?? []);
      tf.dispose([w, g, y, dw]);
    });
  });

  it.runIf(hasConvGradients(engine)).each(blocks)(
    "the block that networks run, as XNOR-Net's with border $border and shortcut $shortcut, applied $form, has PyTorch's value and gradients",
    ({ shortcut, border, form }) => {
      const c = golden.block_bn_sign_conv_relu[`pad${border}_shortcut_${shortcut}`] as Block;
      expectNoLeak(() => {
        const y = runBlock(c, shortcut, border, "relu", form);
        expectClose(y.value, c.y);
        // Without a shortcut the sums of ±a often cancel; the ReLU of such a tie passes or blocks the gradient by
        // the rounding noise of the engine that made the file. All else must agree.
        const open = shortcut === "none" ? tieChoices(c, border) : null;
        const upstream = open ? c.upstream.map((g, i) => g * (open[i] as number)) : c.upstream;
        const g = runBlock(c, shortcut, border, open ? "none" : "relu", form, upstream);
        for (const [i, expected] of [c.dx, c.dw_hwio, c.dgamma, c.dbeta].entries()) {
          expectClose(g.grads[i] as tf.Tensor, expected);
        }
        tf.dispose([y.value, ...y.grads, g.value, ...g.grads]);
      });
    },
  );
});

function runBlock(
  c: Block,
  shortcut: string,
  border: 0 | 1,
  nonlinearity: "relu" | "none",
  form: "alone" | "merged" | "apart",
  upstream = c.upstream,
) {
  const shortcutFrom = shortcut === "bn" ? "normalized" : "input";
  const binarization = binarizationConfig({ weight: "xnor", border, shortcutFrom, nonlinearity });
  const config = { binarization, channels: 4, shortcut: shortcut !== "none", form };
  return tf.tidy(() => {
    const block = (x: tf.Tensor, latent: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor) =>
      blockOnInputs(x as tf.Tensor4D, { latent, scale, offset }, config);
    const inputs = [
      tf.tensor4d(c.x, c.shape_nhwc),
      tf.tensor4d(c.w_hwio, [3, 3, 4, 4]),
      tf.tensor1d(c.gamma),
      tf.tensor1d(c.beta),
    ];
    return tf.valueAndGrads(block)(inputs, tf.tensor4d(upstream, c.shape_nhwc));
  });
}

/**
 * Which ReLUs were open when the golden file was made: 1 where the convolution is positive, 0 where negative, and at
 * ties the choice (0 or 1) that explains the file's dx best, by least squares over single ties.
 */
function tieChoices(c: Block, border: 0 | 1): number[] {
  const dx = (upstream: number[]) => {
    const { value, grads } = runBlock(c, "none", border, "none", "alone", upstream);
    const result = grads[0]?.dataSync() as Float32Array;
    const conv = value.dataSync();
    tf.dispose([value, ...grads]);
    return { result, conv };
  };
  const { conv } = dx(c.upstream);
  const open: number[] = Array.from(conv, (v) => (v > 1e-4 ? 1 : 0));
  const ties = Array.from(conv.keys()).filter((i) => Math.abs(conv[i] as number) <= 1e-4);
  expect(ties.length).toBeLessThan(c.upstream.length / 6);
  const base = dx(c.upstream.map((g, i) => g * (open[i] as number))).result;
  const rest = c.dx.map((v, i) => v - (base[i] as number));
  const effects = ties.map((tie) => dx(c.upstream.map((g, i) => (i === tie ? g : 0))).result);
  const shares = leastSquares(effects, rest);
  for (const [k, tie] of ties.entries()) {
    expect(
      Math.abs((shares[k] as number) - Math.round(shares[k] as number)),
      "a tie is open or shut",
    ).toBeLessThan(0.05);
    open[tie] = Math.round(shares[k] as number);
  }
  return open;
}

/** Coefficients that make the combination of `columns` closest to `target`: normal equations, Gaussian elimination. */
function leastSquares(columns: readonly Float32Array[], target: readonly number[]): number[] {
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => {
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
    return sum;
  };
  const n = columns.length;
  const rows = columns.map((a) => [...columns.map((b) => dot(a, b)), dot(a, target)]);
  for (let k = 0; k < n; k++) {
    const pivot = rows[k] as number[];
    for (let r = 0; r < n; r++) {
      const row = rows[r] as number[];
      const factor = (row[k] as number) / (pivot[k] as number);
      if (r !== k) for (let j = k; j <= n; j++) row[j] = (row[j] as number) - factor * (pivot[j] as number);
    }
  }
  return rows.map((row, k) => (row[n] as number) / (row[k] as number));
}
