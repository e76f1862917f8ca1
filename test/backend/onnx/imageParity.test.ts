import { describe, expect, it } from "vitest";
import { concatChannels, interleaveChannels, splitChannels, tf } from "../../../lib/backend";
import { normal, randomKey } from "../../../lib/random/randomKey";
import { expectGradient } from "../../layers/tensorCheck";
import { expectParity } from "./onnxBench";
import { cases, image, paritySuite } from "./paritySuite";

type T4 = tf.Tensor4D;

paritySuite(() => {
  describe("images: convolutions, pooling and what goes on between them", () => {
    const convs = [1, 3, 4].flatMap((kernel) =>
      ([1, 2, 3] as const).flatMap((stride) =>
        (["same", "valid"] as const).flatMap((pad) =>
          ([1, 2] as const)
            .filter((dilation) => dilation === 1 || stride === 1)
            .map((dilation) => ({ kernel, stride, pad, dilation })),
        ),
      ),
    );
    it.each(convs)(
      "conv2d and its gradients: kernel $kernel, stride $stride, $pad, dilation $dilation",
      async ({ kernel, stride, pad, dilation }) => {
        await expectParity((i) => {
          const [x, w] = [image(i, 2, 9, 8, 3), image(i, kernel, kernel, 3, 5)];
          const conv = (a: tf.Tensor, b: tf.Tensor) =>
            tf.conv2d(a as T4, b as T4, stride, pad, "NHWC", dilation);
          const y = conv(x, w);
          if (dilation > 1) return y;
          return [y, ...tf.grads((a, b) => tf.mul(conv(a, b), i.normals(...y.shape)))([x, w])];
        }, 1e-5);
      },
    );
    it.each(convs)(
      "depthwise conv2d and its gradients: kernel $kernel, stride $stride, $pad, dilation $dilation",
      async ({ kernel, stride, pad, dilation }) => {
        for (const multiplier of [1, 2]) {
          await expectParity((i) => {
            const [x, w] = [image(i, 2, 9, 8, 3), image(i, kernel, kernel, 3, multiplier)];
            const conv = (a: tf.Tensor, b: tf.Tensor) =>
              tf.depthwiseConv2d(a as T4, b as T4, stride, pad, "NHWC", dilation);
            const y = conv(x, w);
            if (dilation > 1) return y;
            return [y, ...tf.grads((a, b) => tf.mul(conv(a, b), i.normals(...y.shape)))([x, w])];
          }, 1e-5);
        }
      },
    );
    const pools = [2, 3].flatMap((window) =>
      [1, 2, 3].flatMap((stride) => (["same", "valid"] as const).map((pad) => ({ window, stride, pad }))),
    );
    it.each(pools)(
      "pooling and its gradients: window $window, stride $stride, $pad",
      async ({ window, stride, pad }) => {
        for (const pool of [tf.avgPool, tf.maxPool]) {
          await expectParity((i) => {
            const x = image(i, 2, 7, 6, 3);
            const y = pool(x, window, stride, pad);
            // The cpu back end's gradient of avgPool divides by the whole window at the border too; see the next test.
            if (pool === tf.avgPool && pad === "same") return y;
            return [y, tf.grad((v) => tf.mul(pool(v as T4, window, stride, pad), i.normals(...y.shape)))(x)];
          }, 1e-5);
        }
      },
    );
    it.each(pools)(
      "the gradient of avgPool is that of its differences: window $window, stride $stride, $pad",
      async ({ window, stride, pad }) => {
        await tf.setBackend("onnx");
        const x = tf.tensor4d(normal(randomKey(0), 5 * 6 * 2), [1, 5, 6, 2]);
        expectGradient((v) => tf.square(tf.avgPool(v as T4, window, stride, pad)), x);
        x.dispose();
      },
    );
    cases(
      {
        explicitPad: (i) =>
          tf.conv2d(image(i, 1, 6, 7, 2), image(i, 3, 3, 2, 3), 1, [
            [0, 0],
            [2, 1],
            [0, 3],
            [0, 0],
          ]),
        numberPad: (i) => [
          tf.conv2d(image(i, 1, 6, 7, 2), image(i, 3, 3, 2, 3), 2, 1),
          tf.maxPool(image(i, 1, 6, 6, 2), 3, 2, 1),
          tf.avgPool(image(i, 1, 6, 6, 2), 3, 2, 1),
        ],
        tilingPoolGradient: (i) =>
          tf.grad((v) => tf.square(tf.avgPool(v as T4, 2, 2, "valid")))(image(i, 2, 6, 4, 3)),
        afterConv: (i) => {
          const y = tf.conv2d(image(i, 2, 6, 5, 3), image(i, 3, 3, 3, 4), 1, "same");
          return [
            tf.add(y, i.normals(4)),
            tf.mul(i.normals(5, 4), y),
            tf.sub(y, i.normals(2, 6, 5, 4)),
            tf.mul(i.normals(2, 1, 1, 4), y),
            tf.maximum(y, i.normals()),
            tf.add(i.normals(6, 1, 1), y),
            tf.sum(y, [0, 1, 2]),
            tf.sum(y, [1, 3]),
            tf.mean(y, [1, 2]),
            tf.max(y, 3, true),
            tf.sum(y, 0),
            tf.argMax(y, 1),
            tf.softmax(y),
            tf.transpose(y, [3, 0, 2, 1]),
            tf.slice(y, [0, 1, 2, 1], [2, 3, 2, 2]),
            tf.concat([y, i.normals(2, 6, 5, 2)], 3),
            tf.concat([i.normals(2, 2, 5, 4), y], 1),
            ...tf.split(y, 2, 3),
            ...tf.split(y, [1, 4], 2),
            tf.pad(
              y,
              [
                [0, 0],
                [1, 2],
                [0, 1],
                [1, 0],
              ],
              1,
            ),
            tf.reverse(y, [1, 3]),
            tf.tile(y, [1, 2, 1, 1]),
            tf.gather(y, [0, 1], 3),
            tf.reshape(y, [12, 20]),
            tf.reshape(y, [-1]),
            tf.stack([y, y]),
            interleaveChannels(y, i.normals(2, 6, 5, 4)),
            concatChannels([y, y]),
            ...splitChannels(y, [1, 3]),
            tf.cumsum(y, 2),
            tf.cast(y, "int32"),
            tf.where(tf.greater(y, 0), y, tf.zerosLike(y)),
            tf.unstack(y, 3)[1] as tf.Tensor,
            tf.matMul(tf.reshape(y, [60, 4]), i.normals(4, 2)),
            tf.clipByValue(y, -1, 1),
            tf.oneHot(tf.argMax(y, 3), 4),
            tf.stridedSlice(y, [0, 0, 4, 0], [2, 6, 0, 4], [1, 2, -1, 1]),
            tf.prelu(y, i.normals(4)),
          ];
        },
        onePixel: (i) => {
          const y = tf.conv2d(image(i, 3, 3, 3, 2), image(i, 3, 3, 2, 4), 1, "valid");
          return [tf.reshape(y, [3, 4]), tf.add(y, i.normals(4)), tf.add(y, i.normals(3, 5, 5, 4))];
        },
      },
      1e-5,
    );
  });

  describe("convolutions in groups, which tfjs asks of kernels but does not offer itself", () => {
    it.each([
      [1, "same", 2],
      [2, "valid", 3],
    ] as const)("are those of their parts: stride %i, %s, %i groups", async (stride, pad, groups) => {
      await tf.setBackend("onnx");
      const differences = tf.tidy(() => {
        const numbers = (seed: number, ...shape: [number, number, number, number]) =>
          tf.tensor4d(
            normal(
              randomKey(seed),
              shape.reduce((a, b) => a * b, 1),
            ),
            shape,
          );
        const [x, filter] = [numbers(0, 2, 7, 6, 2 * groups), numbers(1, 3, 2, 2, 3 * groups)];
        const geometry = {
          strides: stride,
          pad,
          dataFormat: "NHWC",
          dimRoundingMode: undefined,
          dilations: 1,
        };
        const run = (name: string, inputs: Record<string, tf.Tensor>, more = {}) =>
          tf.engine().runKernel(name, inputs, { ...geometry, ...more } as never) as T4;
        const y = run("Conv2D", { x, filter });
        const dy = numbers(2, ...y.shape);
        const dx = run("Conv2DBackpropInput", { dy, filter }, { inputShape: x.shape });
        const dw = run("Conv2DBackpropFilter", { x, dy }, { filterShape: filter.shape });
        const [xs, ws, gs] = [x, filter, dy].map((t) => tf.split(t, groups, 3)) as [T4[], T4[], T4[]];
        const parts = xs.map((part, k) => {
          const conv = (a: tf.Tensor, b: tf.Tensor) => tf.conv2d(a as T4, b as T4, stride, pad);
          const w = ws[k] as T4;
          return [conv(part, w), ...tf.grads((a, b) => tf.mul(conv(a, b), gs[k] as T4))([part, w])];
        });
        return [y, dx, dw].map(
          (whole, i) =>
            tf
              .max(
                tf.abs(
                  tf.sub(
                    whole,
                    tf.concat(
                      parts.map((part) => part[i] as T4),
                      3,
                    ),
                  ),
                ),
              )
              .dataSync()[0],
        );
      });
      for (const difference of differences) expect(difference).toBeLessThan(2e-5);
    });
  });
});
