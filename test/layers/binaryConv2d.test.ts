import { beforeAll, describe, expect, it } from "vitest";
import { tf } from "../../lib/backend";
import { binaryConv2d, factorizedBinaryConv2d, ungroupKernel } from "../../lib/layers/binaryConv2d";
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
} from "./tensorCheck";

const key = randomKey(0);

interface Form {
  readonly stride: number;
  readonly dilation?: number;
  readonly border: number;
  readonly mask?: ArrayLike<number>;
  /** Where the first window is centred. */
  readonly start?: number;
}

/** One output at a time, in plain loops. */
function slowConv(
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  form: Form,
): { values: Float64Array; shape: number[] } {
  const [batch, height, width, inChannels] = x.shape;
  const [k, , , outChannels] = kernel.shape;
  const { stride, dilation = 1, border, mask, start = 0 } = form;
  const [xs, ks] = [x.dataSync(), kernel.dataSync()];
  const shape = [batch, Math.ceil(height / stride), Math.ceil(width / stride), outChannels];
  const values = new Float64Array(shape.reduce((a, b) => a * b, 1));
  const pixel = (n: number, row: number, col: number, c: number) => {
    const inside = row >= 0 && row < height && col >= 0 && col < width;
    const value = inside ? (xs[((n * height + row) * width + col) * inChannels + c] as number) : border;
    return value * (mask ? (mask[c] as number) : 1);
  };
  for (let i = 0; i < values.length; i++) {
    const o = i % outChannels;
    const col = Math.floor(i / outChannels) % (shape[2] as number);
    const row = Math.floor(i / outChannels / (shape[2] as number)) % (shape[1] as number);
    const n = Math.floor(i / outChannels / (shape[2] as number) / (shape[1] as number));
    for (let a = 0; a < k; a++) {
      for (let b = 0; b < k; b++) {
        const y = start + row * stride + (a - (k - 1) / 2) * dilation;
        const z = start + col * stride + (b - (k - 1) / 2) * dilation;
        for (let c = 0; c < inChannels; c++) {
          values[i] =
            (values[i] as number) +
            pixel(n, y, z, c) * (ks[((a * k + b) * inChannels + c) * outChannels + o] as number);
        }
      }
    }
  }
  return { values, shape };
}

const forms = [1, 3, 5].flatMap((kernel) =>
  ([1, 2] as const).flatMap((stride) =>
    ([0, 1] as const).flatMap((border) =>
      (kernel === 3 ? [1, 2] : [1]).flatMap((dilation) =>
        [false, true].map((masked) => ({ kernel, stride, border, dilation, masked })),
      ),
    ),
  ),
);

describe.each(engines)("on %s", (engine) => {
  beforeAll(() => useEngine(engine));

  describe("binaryConv2d", () => {
    it.each(forms)(
      "equals plain loops: kernel $kernel, stride $stride, border $border, dilation $dilation, masked $masked",
      ({ kernel, stride, border, dilation, masked }) => {
        for (const size of [6, 7]) {
          expectNoLeak(() => {
            const x = normals<tf.Tensor4D>(fold(key, "x"), [2, size, size, 3]);
            const w = normals<tf.Tensor4D>(fold(key, "w"), [kernel, kernel, 3, 4]);
            const mask = masked ? tf.tensor1d([1, 0.3, 0]) : null;
            const y = binaryConv2d(x, w, { name: "c", stride, border, dilation, inputMask: mask });
            const form = { stride, border, dilation, ...(mask ? { mask: mask.dataSync() } : {}) };
            const slow = slowConv(x, w, form);
            expect(y.shape).toEqual(slow.shape);
            expectClose(y, slow.values, 1e-5);
            tf.dispose([x, w, y]);
            mask?.dispose();
          });
        }
      },
    );

    it("lets a channel of mask 0 contribute nothing, at a border of +1 too", () => {
      const x = tf.ones([1, 4, 4, 2]) as tf.Tensor4D;
      const w = normals<tf.Tensor4D>(key, [3, 3, 2, 1]);
      const narrow = binaryConv2d(tf.ones([1, 4, 4, 1]), tf.slice(w, [0, 0, 0, 0], [3, 3, 1, 1]), {
        name: "c",
        stride: 1,
        border: 1,
      });
      const wide = binaryConv2d(x, w, { name: "c", stride: 1, border: 1, inputMask: tf.tensor1d([1, 0]) });
      expectClose(wide, narrow, 1e-6);
    });

    it.runIf(hasConvGradients(engine)).each(forms.filter((f) => f.masked))(
      "has the gradients of its formula: kernel $kernel, stride $stride, border $border, dilation $dilation",
      ({ kernel, stride, border, dilation }) => {
        const config = { name: "c", stride, border, dilation };
        expectNoLeak(() => {
          const x = normals<tf.Tensor4D>(fold(key, "x"), [1, 5, 5, 2]);
          const w = normals<tf.Tensor4D>(fold(key, "w"), [kernel, kernel, 2, 2]);
          const mask = tf.tensor1d([0.9, 0.4]);
          const probe = normals<tf.Tensor>(fold(key, "p"), [
            1,
            Math.ceil(5 / stride),
            Math.ceil(5 / stride),
            2,
          ]);
          const f = (a: tf.Tensor, b: tf.Tensor, m: tf.Tensor) =>
            tf.mul(
              binaryConv2d(a as tf.Tensor4D, b as tf.Tensor4D, { ...config, inputMask: m as tf.Tensor1D }),
              probe,
            );
          expectGradient((v) => f(v, w, mask), x);
          expectGradient((v) => f(x, v, mask), w);
          expectGradient((v) => f(x, w, v), mask);
          tf.dispose([x, w, mask, probe]);
        });
      },
    );

    it("names the place and the shapes when channels differ", () => {
      const call = () =>
        binaryConv2d(tf.zeros([8, 16, 16, 48]), tf.zeros([3, 3, 64, 64]), {
          name: "cell0.edge2-0",
          stride: 1,
          border: 1,
        });
      expect(call).toThrow(
        "cell0.edge2-0: binaryConv2d expected 64 input channels (axis 3 of NHWC), got 48 from x of shape [8, 16, 16, 48].",
      );
    });

    it("refuses even kernels, whose border would have no middle", () => {
      const call = () =>
        binaryConv2d(tf.zeros([1, 4, 4, 2]), tf.zeros([2, 2, 2, 2]), { name: "c", stride: 1, border: 0 });
      expect(call).toThrow("c: binaryConv2d expected a square kernel of odd size, got [2, 2, 2, 2].");
    });

    it("refuses a mask of another length", () => {
      const config = { name: "c", stride: 1, border: 0, inputMask: tf.tensor1d([1, 1, 1]) } as const;
      const call = () => binaryConv2d(tf.zeros([1, 4, 4, 2]), tf.zeros([3, 3, 2, 2]), config);
      expect(call).toThrow("c: inputMask expected 2 entries (one an input channel), got 3.");
    });
  });

  describe("factorizedBinaryConv2d", () => {
    const cases = [1, 3, 5].flatMap((kernel) =>
      ([0, 1] as const).flatMap((border) => [6, 7].map((size) => ({ kernel, border, size }))),
    );
    it.each(cases)(
      "deals out two convolutions centred one pixel apart: kernel $kernel, border $border, size $size",
      ({ kernel, border, size }) => {
        expectNoLeak(() => {
          const x = normals<tf.Tensor4D>(fold(key, "x"), [2, size, size, 3]);
          const kernels = ["a", "b"].map((label) =>
            normals<tf.Tensor4D>(fold(key, label), [kernel, kernel, 3, 2]),
          ) as [tf.Tensor4D, tf.Tensor4D];
          const mask = tf.tensor1d([1, 0.5, 0]);
          const y = factorizedBinaryConv2d(x, kernels, { name: "c", border, inputMask: mask });
          const [even, odd] = kernels.map((k, start) =>
            slowConv(x, k, { stride: 2, border, start, mask: mask.dataSync() }),
          );
          expect(y.shape).toEqual([2, Math.ceil(size / 2), Math.ceil(size / 2), 4]);
          const dealt = Array.from(
            { length: y.size },
            (_, i) => (i % 2 === 0 ? even : odd)?.values[i >> 1] as number,
          );
          expectClose(y, dealt, 1e-5);
          tf.dispose([x, ...kernels, mask, y]);
        });
      },
    );

    it("refuses two kernels of different shapes", () => {
      const call = () =>
        factorizedBinaryConv2d(tf.zeros([1, 4, 4, 2]), [tf.zeros([3, 3, 2, 2]), tf.zeros([3, 3, 2, 1])], {
          name: "c",
          border: 0,
        });
      expect(call).toThrow(
        "c: factorizedBinaryConv2d expected two kernels of one shape, got [3, 3, 2, 2] and [3, 3, 2, 1].",
      );
    });
  });

  describe("ungroupKernel", () => {
    it("joins input channel i and filter o only where both belong to one group, dealt out in turn", () => {
      expectNoLeak(() => {
        const grouped = uniforms<tf.Tensor4D>(key, [1, 1, 2, 4]);
        const dense = ungroupKernel(grouped, 2);
        const g = grouped.arraySync()[0]?.[0] as number[][];
        const d = dense.arraySync()[0]?.[0] as number[][];
        expect(dense.shape).toEqual([1, 1, 4, 4]);
        for (let i = 0; i < 4; i++) {
          for (let o = 0; o < 4; o++) {
            expect(d[i]?.[o]).toBe(i % 2 === o % 2 ? g[i >> 1]?.[o] : 0);
          }
        }
        tf.dispose([grouped, dense]);
      });
    });
  });
});
