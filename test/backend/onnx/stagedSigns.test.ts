import { beforeAll, describe, expect, it } from "vitest";
import {
  batchNormTrain,
  interleaveChannels,
  lossGradients,
  signWindow,
  softmaxCrossEntropy,
  tf,
  weightedSum,
} from "../../../lib/backend";
import { randomKey } from "../../../lib/random/randomKey";
import type { OnnxBackend } from "../../../packages/tfjs-onnxruntime/src/onnxBackend";
import { findNative } from "../../../packages/tfjs-onnxruntime/src/stages/findNative";
import { drawnBy, startOnnx } from "./onnxBench";

type T4 = tf.Tensor4D;
type T1 = tf.Tensor1D;
const drawn = drawnBy(randomKey(23));
const batch = 2;
const filters = 12;

/** What convolutions of an image of signs make, of a kernel and a number for each channel that goes in. */
type Body = (signs: T4, kernel: T4, mask: T1) => tf.Tensor[];

/** Loss and gradients of a step: of the stem, of the kernel of signs and of the mask. */
function outcomes(rows: number, columns: number, channels: number, alike: number, body: Body): number[][] {
  return tf.tidy(() => {
    const count = Math.ceil(channels / alike);
    const variables = [
      tf.variable(drawn("stem", 3, 3, 3, channels)),
      tf.variable(drawn("kernel", 3, 3, channels, filters)),
      tf.variable(tf.add(tf.abs(drawn("mask", count, 1)), 0.3)),
    ];
    const [stem, kernel, sizes] = variables as unknown as [T4, T4, tf.Tensor2D];
    const { value, gradients } = lossGradients(() => {
      const image = drawn("image", batch, rows, columns, 3) as T4;
      const signs = signWindow(batchNormTrain(tf.conv2d(image, stem, 1, "same"), null, null, 1e-5).y, 1);
      const whole = tf.reshape(tf.tile(sizes, [1, alike]), [count * alike]);
      const made = body(signs, signWindow(kernel, 1), tf.slice(whole, [0], [channels]) as T1);
      const logits = made.map((one, i) => {
        const pooled = tf.mean(tf.square(tf.mul(one as T4, 0.1)), [1, 2]) as tf.Tensor2D;
        return tf.matMul(pooled, tf.mul(drawn(`head ${i}`, pooled.shape[1], 10), 0.2) as tf.Tensor2D);
      });
      const labels = tf.tensor1d([1, 4], "int32");
      return softmaxCrossEntropy(tf.addN(logits) as tf.Tensor2D, labels, 0);
    }, variables);
    const all = [value, ...gradients].map((one) => Array.from((one as tf.Tensor).dataSync()));
    tf.dispose(variables);
    return all;
  });
}

const scaled = (kernel: T4, mask: T1): T4 => tf.mul(kernel, tf.reshape(mask, [1, 1, mask.size, 1])) as T4;
const around = (x: T4, before: number, after: number, value: number): T4 =>
  tf.pad4d(x, [[0, 0], [before, after], [before, after], [0, 0]], value); // biome-ignore format: a border

const bodies: Readonly<Record<string, Body>> = {
  "a mask of the kernel, zeros around": (x, w, mask) => [tf.conv2d(x, scaled(w, mask), 1, "same")],
  "a mask of the kernel, ones around, stride 2": (x, w, mask) => [
    tf.conv2d(around(x, 1, 1, 1), scaled(w, mask), 2, "valid"),
  ],
  "a mask of the signs, zeros around, stride 2": (x, w, mask) => [
    tf.conv2d(tf.mul(x, mask) as T4, w, 2, "same"),
  ],
  "a mask of the signs, zeros before it": (x, w, mask) => [
    tf.conv2d(tf.mul(around(x, 2, 1, 0), mask) as T4, w, 1, "valid"),
  ],
  "a mask of signs and ones around them": (x, w, mask) => [
    tf.conv2d(weightedSum([around(x, 1, 1, 1)], [tf.scalar(1)], mask), w, 1, "valid"),
  ],
  "ones around masked signs": (x, w, mask) => [
    tf.conv2d(around(tf.mul(x, mask) as T4, 1, 1, 1), w, 1, "valid"),
  ],
  "masks of both, no border": (x, w, mask) => [tf.conv2d(tf.mul(x, mask) as T4, scaled(w, mask), 1, "valid")],
  "borders of one image": (x, w, mask) => [
    tf.conv2d(around(x, 1, 1, 1), w, 1, "valid"),
    tf.conv2d(around(x, 1, 1, 0), scaled(w, mask), 1, "valid"),
    tf.conv2d(x, scaled(w, mask), 1, "same"),
    tf.conv2d(x, w, 1, "valid"),
  ],
  "two halves of stride 2": (x, w, mask) => {
    const [, rows, columns, channels] = x.shape;
    const odd = tf.slice(x, [0, 1, 1, 0], [batch, rows - 1, columns - 1, channels]);
    const [some, others] = [around(x, 1, 1, 1), around(odd, 0, 3, 1)];
    const kernel = scaled(w, mask);
    return [interleaveChannels(tf.conv2d(some, kernel, 2, "valid"), tf.conv2d(others, kernel, 2, "valid"))];
  },
  "one kernel as two": (x, w, mask) => [
    tf.conv2d(tf.mul(x, mask) as T4, w, 1, "valid"),
    tf.conv2d(x, tf.reshape(w, [1, 3, w.shape[2], 3 * filters]) as T4, 1, "valid"),
    tf.conv2d(x, tf.reshape(w, [3, 1, w.shape[2], 3 * filters]) as T4, 1, "valid"),
  ],
};

const cases = Object.keys(bodies).flatMap((name, i) =>
  [16, 8, 4, 1].map((alike, k) => {
    const [rows, columns] = [4 + ((i + k) % 4), 5 + ((i + 3 * k) % 5)];
    return [name, alike, [16, 24, 13, 20][(i + k) % 4] as number, rows, columns] as const;
  }),
);

describe.runIf(findNative() !== undefined)("convolutions of signs as stages", () => {
  let backend: OnnxBackend;
  beforeAll(async () => {
    backend = await startOnnx({ staged: true, threads: 2 });
  });

  it.each(cases)(
    "%s, %i sizes alike, %i channels, %i x %i pixels",
    async (name, alike, channels, ...pixels) => {
      const step = () => outcomes(...pixels, channels, alike, bodies[name] as Body);
      await tf.setBackend("cpu");
      const expected = step();
      await tf.setBackend("onnx");
      const { staged } = backend.statistics();
      step();
      const found = step();
      expect(backend.statistics()).toMatchObject({ unstaged: null, staged: staged + 1 });
      for (const [i, values] of expected.entries()) {
        const largest = Math.max(...values.map(Math.abs));
        const off = values.findIndex(
          (one, k) => !(Math.abs(one - (found[i]?.[k] as number)) < 2e-5 * largest),
        );
        expect(off, `list ${i}, entry ${off}: ${found[i]?.[off]}, expected ${values[off]}`).toBe(-1);
      }
    },
  );
});
