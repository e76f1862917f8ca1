import { beforeAll, describe, expect, it } from "vitest";
import { tf, lossGradients, batchNormTrain } from "../../../lib/backend";
import { randomKey } from "../../../lib/random/randomKey";
import type { OnnxBackend } from "../../../packages/tfjs-onnxruntime/src/onnxBackend";
import { drawnBy, startOnnx } from "./onnxBench";

type T4 = tf.Tensor4D;
const drawn = drawnBy(randomKey(5));
const conv = (x: any, w: any, s: any = 1, p: any = "same", r?: any) => tf.conv2d(x, w, s, p, "NHWC", 1, r) as T4;
const L = (y: tf.Tensor) => tf.mean(tf.square(y));
function rng(seed: number) { let s = seed * 2654435761 + 12345; return (n: number) => { s ^= s << 13; s ^= s >>> 17; s ^= s << 5; return (s >>> 0) % n; }; }

function program(seed: number, x: T4, v: Record<string, T4>, make: boolean) {
  const r = rng(seed + 1); for (let i = 0; i < 5; i++) r(7);
  let count = 0;
  const kernel = (s: [number, number, number, number]) => { const name = `k${seed}.${count++}`; if (make && !v[name]) v[name] = tf.variable(tf.mul(drawn(name, ...s), 1 / Math.sqrt(s[0] * s[1] * s[2]))) as any; return v[name] as T4; };
  const text: string[] = [];
  const images: T4[] = [conv(x, kernel([3, 3, x.shape[3], [1, 2, 3, 8, 8, 16][r(6)]!]))];
  const steps = 5 + r(7);
  const crop = (y: T4, top: number, left: number, h: number, w: number) => tf.slice(y, [0, top, left, 0], [y.shape[0], h, w, y.shape[3]]) as T4;
  for (let k = 0; k < steps; k++) {
    const y = images[r(3) === 0 ? r(images.length) : images.length - 1]!;
    const [n, h, w, c] = y.shape;
    const op = ["pad", "pad", "slice", "slice", "slice", "conv", "conv", "conv", "add", "add", "relu", "bn", "max", "avg", "concat", "mask", "tilec", "stat"][r(18)];
    let z: T4 | undefined;
    if (op === "pad" && h < 16 && w < 16) z = tf.pad4d(y, [[0, 0], [r(4), r(4)], [r(4), r(4)], [0, 0]], [0, 0, 0.5, 1][r(4)]);
    if (op === "slice" && h > 3 && w > 3) { const t = r(3), l = r(3); z = crop(y, t, l, Math.max(1, h - t - r(3)), Math.max(1, w - l - r(3))); }
    if (op === "conv") { const fh = 1 + r(3), fw = 1 + r(3), s = r(2) === 0 ? 1 : 1 + r(3); const same = r(2) === 0; const win = r(3) === 0 && h > 3 && w > 3;
      const [a, b] = win ? [3, 3] : [fh, fw]; if (same || (h >= a && w >= b)) z = conv(y, kernel([a, b, c, [1, 2, 3, 5, 8, 8, 16][r(7)]!]), win ? 1 : [s, 1 + r(2)], same ? "same" : "valid"); }
    if (op === "add") { const o = images[r(images.length)]!; if (o.shape[3] === c) { const hh = Math.min(h, o.shape[1]), ww = Math.min(w, o.shape[2]); z = tf.add(crop(y, h - hh, 0, hh, ww), crop(o, 0, o.shape[2] - ww, hh, ww)) as T4; } }
    if (op === "relu") z = tf.relu(y);
    if (op === "bn") z = batchNormTrain(y, null, null, 1e-2).y as T4;
    if (op === "max" && h > 2 && w > 2) z = tf.maxPool(y, [1 + r(3), 1 + r(3)], [1 + r(3), 1 + r(3)], r(2) ? "valid" : "same");
    if (op === "avg" && h > 2 && w > 2) z = tf.avgPool(y, [1 + r(3), 1 + r(3)], [1 + r(3), 1 + r(3)], "valid");
    if (op === "concat" && c < 20) z = undefined;
    if (op === "mask") z = tf.mul(y, tf.reshape(drawn(`m${c}`, c), [c])) as T4;
    if (op === "tilec" && c < 9) z = tf.tile(y, [1, 1, 1, 2]) as T4;
    if (op === "stat") z = tf.mul(y, tf.sum(y, [1, 2], true)).mul === undefined ? tf.mul(y, tf.mean(y, [0, 1, 2], true)) as T4 : undefined;
    if (z) { text.push(`${op} ${y.shape.slice(1)}->${z.shape.slice(1)}`); images.push(z); }
  }
  const terms = images.slice(-2).map((y) => L(y));
  if (r(2)) { const y = images[r(images.length)]!; if (y.shape[1] > 4 && y.shape[2] > 4) terms.push(L(crop(y, 1, 2, 3, 2))); }
  if (r(3) === 0) terms.push(tf.sum(tf.square(tf.mean(images[images.length - 1]!, [1, 2]))));
  return { loss: terms.reduce((a, b) => tf.add(a, b)) as tf.Scalar, text };
}

describe("review", () => {
  let backend: OnnxBackend;
  beforeAll(async () => { backend = await startOnnx({ staged: true, threads: 2 }); });
  it.skip("finite differences", async () => {
    const bodies: Record<string, (x: T4, w: T4) => tf.Tensor> = {
      explicit: (x, w) => L(tf.avgPool(conv(x, w), 3, 2, [[0, 0], [2, 1], [0, 2], [0, 0]] as any)),
      floor: (x, w) => L(tf.avgPool(conv(x, w), [3, 2], [2, 3], 1, "floor")),
      same: (x, w) => L(tf.avgPool(conv(x, w), 3, 1, "same")),
      convceil: (x, w) => L(conv(conv(x, w), drawn("u", 3, 3, 8, 8), 2, 0, "ceil")),
    };
    for (const [name, body] of Object.entries(bodies)) {
      for (const b of ["cpu", "onnx"]) {
        await tf.setBackend(b);
        const at = (e: number) => tf.tidy(() => {
          const x = drawn("image", 2, 6, 6, 3) as T4; const w = tf.variable(tf.add(tf.mul(drawn("w", 3, 3, 3, 8), 0.4), tf.mul(drawn("d", 3, 3, 3, 8), e))) as any as T4;
          const { value, gradients } = lossGradients(() => body(x, w) as tf.Scalar, [w as any]);
          const out = [value.dataSync()[0]!, tf.sum(tf.mul(gradients[0] as tf.Tensor, drawn("d", 3, 3, 3, 8))).dataSync()[0]!];
          tf.dispose(w); return out;
        });
        at(0); const before = backend.statistics() as any; const m = at(0), p = at(0.01), q = at(-0.01);
        console.log("RESULT fd", name, b, "numeric", (p[0]! - q[0]!) / 0.02, "analytic", m[1], "value", m[0], (backend.statistics() as any).staged - before.staged, (backend.statistics() as any).unstaged);
      }
    }
  });
  it("random", { timeout: 400000 }, async () => {
    const end = Date.now() + Number(process.env.ZZ_MS ?? 100000); let n = 0, st = 0; const why: Record<string, number> = {};
    for (let seed = Number(process.env.ZZ_FROM ?? 0); Date.now() < end; seed++, n++) {
      const shape = [2 + (seed % 2), 6 + (seed * 3) % 5, 6 + (seed * 5) % 7, 3];
      const step = () => tf.tidy(() => {
        const v: Record<string, T4> = {};
        program(seed, drawn("image", ...shape) as T4, v, true);
        const list = Object.values(v) as any[]; let text: string[] = [];
        const { value, gradients } = lossGradients(() => { const p = program(seed, drawn("image", ...shape) as T4, v, false); text = p.text; return p.loss; }, list);
        const all = [value, ...gradients].filter((g) => g).map((one) => Array.from((one as tf.Tensor).dataSync()));
        tf.dispose(list); return { all, text };
      });
      try {
        await tf.setBackend("cpu"); const expected = step();
        await tf.setBackend("onnx"); const before = (backend.statistics() as any).staged; step(); const found = step();
        const { staged, unstaged } = backend.statistics() as any;
        if (staged > before) st++; else why[unstaged] = (why[unstaged] ?? 0) + 1;
        const worst = Math.max(...expected.all.map((values, i) => { const largest = Math.max(1e-6, ...values.map(Math.abs)); return Math.max(...values.map((one, k) => { const d = Math.abs(one - found.all[i]![k]!) / largest; return Number.isNaN(d) ? Infinity : d; })); }));
        if (worst > 5e-5) console.log(`RESULT seed ${seed} staged ${staged - before} off ${worst} :: ${expected.text.join("; ")} :: ${expected.all.map((vv, i) => Math.max(...vv.map((o, k) => Math.abs(o - found.all[i]![k]!))).toExponential(1) + "/" + Math.max(...vv.map(Math.abs)).toExponential(1)).join(" ")}`);
      } catch (e) { console.log(`RESULT seed ${seed} error ${String(e).slice(0, 300)}`); if (String(e).includes("broke")) break; }
    }
    console.log("RESULT random", n, "staged", st, JSON.stringify(why));
  });
});
