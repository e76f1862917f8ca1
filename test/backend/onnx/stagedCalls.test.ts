import { beforeAll, describe, expect, it } from "vitest";
import { detach, gated, lossGradients, tf } from "../../../lib/backend";
import { randomKey } from "../../../lib/random/randomKey";
import type { OnnxBackend } from "../../../packages/tfjs-onnxruntime/src/onnxBackend";
import { findNative } from "../../../packages/tfjs-onnxruntime/src/stages/findNative";
import { drawnBy, startOnnx } from "./onnxBench";

type T4 = tf.Tensor4D;
const drawn = drawnBy(randomKey(31));
const batch = 2;

/** The loss of an image `[2, 6, 5, channels]` that a convolution of `stem` made. */
type Body = (image: T4) => tf.Tensor;

const squares = (x: tf.Tensor) => tf.sum(tf.square(x));
const windows =
  (
    kind: "avgPool" | "maxPool",
    ...rest: [number | [number, number], number, "same" | "valid" | number]
  ): Body =>
  (x) =>
    squares(tf[kind](x, ...rest));

/** What tfjs's own calls ask of stages: computed, or left to ONNX Runtime. */
const bodies: Readonly<
  Record<string, { readonly body: Body; readonly channels?: number; readonly why?: string }>
> = {
  "one channel": { body: squares, channels: 1 },
  "three channels": { body: squares, channels: 3 },
  "channels repeated": { body: (x) => squares(tf.mul(tf.tile(x, [1, 1, 1, 3]), drawn("factor", 18))) },
  "pixels repeated": { body: (x) => squares(tf.tile(x, [1, 2, 1, 1])), why: "repeated" },
  "a mean over all images": { body: (x) => squares(tf.sub(x, tf.mean(x, [0, 1, 2]))) },
  "a mean over all numbers": { body: (x) => squares(tf.sub(x, tf.mean(x))) },
  "sums of each image": { body: (x) => squares(tf.sum(x, [1, 2])) },
  "log-softmax": { body: (x) => tf.neg(tf.mean(tf.logSoftmax(tf.mean(x, [1, 2])))) },
  "exponentials of images": { body: (x) => tf.mean(tf.exp(x)) },
  "hyperbolic tangents": { body: (x) => squares(tf.add(tf.tanh(x), tf.tanh(tf.mul(x, 0.1)))) },
  "values within limits": { body: (x) => squares(tf.clipByValue(x, -0.4, 0.6)) },
  sigmoids: { body: (x) => squares(tf.mul(tf.sigmoid(x), x)) },
  "hyperbolic cosines": { body: (x) => tf.mean(tf.div(1, tf.cosh(tf.mul(x, 0.5)))) },
  "logarithms of images": { body: (x) => tf.mean(tf.log(tf.add(tf.square(x), 1))), why: "log of images" },
  "whole numbers of lists": {
    body: (x) => {
      const level = tf.mul(tf.mean(tf.abs(x), [0, 1, 2]), 2);
      return squares(
        tf.mul(x, tf.addN([tf.round, tf.ceil, tf.floor].map((each, i) => tf.mul(each(level), i + 1)))),
      );
    },
  },
  "halves as whole numbers": {
    body: (x) => squares(tf.mul(x, tf.round(tf.tensor1d([0.5, 1.5, 2.5, -0.5, -1.5, 3.49999])))),
  },
  "whole numbers within limits": {
    body: (x) => squares(tf.mul(x, tf.cast(tf.clipByValue(tf.fill([6], 5, "int32"), -0.5, 1.5), "float32"))),
  },
  choices: {
    body: (x) => squares(tf.where(tf.greater(detach(x), 0.1), tf.mul(x, 2), tf.square(x))),
  },
  "a border that is known later than what is in it": {
    body: (x) => {
      const open = detach(tf.relu(tf.sub(10, tf.mean(tf.square(x))))) as tf.Scalar;
      const border = [
        [0, 0],
        [1, 2],
        [2, 1],
        [0, 0],
      ] as [number, number][];
      const [y] = gated({ open, share: 0.5 }, [x], (part) => [tf.pad(tf.zerosLike(part), border, 1)]);
      return tf.add(squares(x), squares(tf.mean(y as tf.Tensor, [1, 2])));
    },
  },
  "powers of lists": {
    body: (x) => {
      const [level, power] = [tf.mean(x, [0, 1, 2]), drawn("powers", 2, 1)];
      const powers = tf.mul(tf.pow(2, level), tf.pow(tf.add(tf.abs(level), 1), power));
      return squares(tf.mul(x, tf.sum(powers, 0)));
    },
  },
  "batch norms by given statistics": {
    body: (x) => {
      const [mean, offset] = [drawn("mean", 6), drawn("offset", 6)] as [tf.Tensor1D, tf.Tensor1D];
      const variance = tf.square(drawn("variance", 6)) as tf.Tensor1D;
      const normed = tf.batchNorm(x, mean, variance, offset, drawn("scale", 6) as tf.Tensor1D, 1e-5);
      const ones = tf.batchNorm(tf.onesLike(x), mean, variance, offset, drawn("gain", 6) as tf.Tensor1D);
      return squares(tf.mul(tf.add(normed, ones), x));
    },
  },
  "means of windows that overlap": { body: windows("avgPool", 3, 1, "valid") },
  "largest of windows that overlap": { body: windows("maxPool", [3, 2], 1, "same") },
  "largest of windows with gaps": { body: windows("maxPool", 2, 3, "valid") },
};

function outcomes(body: Body, channels = 6): number[][] {
  return tf.tidy(() => {
    const stem = tf.variable(drawn("stem", 3, 3, 3, channels)) as tf.Variable<tf.Rank.R4>;
    const image = drawn("image", batch, 6, 5, 3) as T4;
    const { value, gradients } = lossGradients(
      () => tf.mul(body(tf.conv2d(image, stem, 1, "same") as T4), 0.01) as tf.Scalar,
      [stem],
    );
    const all = [value, ...gradients].map((one) => Array.from((one as tf.Tensor).dataSync()));
    stem.dispose();
    return all;
  });
}

function expectClose(got: readonly number[][], expected: readonly number[][]): void {
  for (const [i, values] of expected.entries()) {
    const largest = Math.max(...values.map(Math.abs));
    for (const [k, one] of values.entries())
      expect(Math.abs((got[i]?.[k] as number) - one), `${i}, ${k}`).toBeLessThan(2e-5 * largest);
  }
}

describe.runIf(findNative() !== undefined)("calls of tfjs in stages", () => {
  let backend: OnnxBackend;
  beforeAll(async () => {
    backend = await startOnnx({ staged: true, threads: 2 });
  });

  it.each(Object.entries(bodies))("%s", async (_, { body, channels, why }) => {
    await tf.setBackend("cpu");
    const expected = outcomes(body, channels);
    await tf.setBackend("onnx");
    const { staged } = backend.statistics();
    expectClose(outcomes(body, channels), expected);
    const after = backend.statistics();
    if (why === undefined) expect(after.staged, `${after.unstaged}`).toBeGreaterThan(staged);
    else expect(after.unstaged).toContain(why);
  });

  it("refuse whole numbers that they have no digits for", () => {
    const run = (value: number) => {
      const sum = tf.tidy(() => {
        const image = drawn("whole", batch, 6, 5, 3) as T4;
        const stem = drawn("kernel", 3, 3, 3, 4) as T4;
        const large = tf.tensor1d([1, value, 3, 4], "int32");
        return tf.sum(tf.mul(tf.conv2d(image, stem, 1, "same"), tf.cast(tf.add(large, large), "float32")));
      });
      try {
        return sum.dataSync();
      } finally {
        sum.dispose();
      }
    };
    const { staged } = backend.statistics();
    expect(Number.isFinite(run(2 ** 24)[0])).toBe(true);
    expect(backend.statistics().staged).toBe(staged + 1);
    expect(() => run(2 ** 24 + 1)).toThrow(
      /float32, which has no digits for whole numbers beyond 2\^24, got 16777217/,
    );
    expect(Number.isFinite(run(7)[0])).toBe(true);
  });

  it("of pools whose windows lie outside the image are the cpu back end's", async () => {
    const pooled = () =>
      tf.tidy(() =>
        ([tf.maxPool, tf.avgPool] as const).map((pool) =>
          Array.from(pool(drawn("pooled", 2, 4, 4, 4) as T4, 2, 3, 1, "ceil").dataSync()),
        ),
      );
    await tf.setBackend("cpu");
    const expected = pooled();
    await tf.setBackend("onnx");
    expect(pooled()).toEqual(expected);
  });

  it("fills are of the number of their own call, not of the first one of their kind", () => {
    const x = drawn("filled", 4, 8, 8, 128) as T4;
    const read = (value: number) => {
      const kernel = tf.variable(tf.fill([3, 3, 128, 64], value)) as tf.Variable<tf.Rank.R4>;
      const [sum, image] = tf.tidy(() => {
        const y = tf.conv2d(x, kernel, 1, "same");
        // An upload of equal numbers is a fill, too.
        const grey = tf.tensor(new Float32Array(4 * 8 * 8 * 320).fill(value), [4, 8, 8, 320]) as T4;
        const wide = tf.conv2d(x, tf.ones([1, 1, 128, 320]) as T4, 1, "same");
        return [tf.mean(tf.abs(y)), tf.mean(tf.sub(tf.add(wide, grey), wide))];
      });
      const found = [sum, image].map((one) => (one as tf.Tensor).dataSync()[0] as number);
      found.push(kernel.dataSync()[7] as number);
      tf.dispose([kernel, sum as tf.Tensor, image as tf.Tensor]);
      return found;
    };
    const { staged } = backend.statistics();
    const [one, two, three] = [0.5, 0.25, 3].map(read) as [number[], number[], number[]];
    expect([one[2], two[2], three[2]]).toEqual([0.5, 0.25, 3]);
    expect([one[1], two[1], three[1]].map((value) => Number((value as number).toFixed(3)))).toEqual([
      0.5, 0.25, 3,
    ]);
    expect((two[0] as number) / (one[0] as number)).toBeCloseTo(0.5, 5);
    expect((three[0] as number) / (one[0] as number)).toBeCloseTo(6, 4);
    // One program for all three.
    expect(backend.statistics().staged).toBe(staged + 1);
    x.dispose();
  });

  /** `of` at numbers that are spread over the interval, as a convolution's output. */
  async function digits(
    of: (x: tf.Tensor) => tf.Tensor,
    exact: (x: number) => number,
    [from, to]: number[],
    channels: number,
  ) {
    const images = 64;
    const values = Float32Array.from(
      { length: images * channels },
      (_, i) => (from as number) + (((to as number) - (from as number)) * i) / (images * channels - 1),
    );
    const { staged } = backend.statistics();
    const result = tf.tidy(() => {
      const x = tf.tensor(values, [images, 1, 1, channels]) as T4;
      const unit = tf.reshape(tf.eye(channels), [1, 1, channels, channels]) as T4;
      return tf.sum(of(tf.conv2d(x, unit, 1, "same")), [1, 2]);
    });
    const found = result.dataSync();
    result.dispose();
    const after = backend.statistics();
    expect(after.staged, `${after.unstaged}`).toBe(staged + 1);
    const off = Array.from(found, (one, i) => {
      const right = exact(values[i] as number);
      return Math.abs(one - right) / Math.max(Math.abs(right), 2 ** -126);
    });
    return Math.max(...off);
  }

  it("exponentials have all digits but the last, and tangents, too", async () => {
    expect(await digits(tf.exp, Math.exp, [-87, 88.7], 32)).toBeLessThan(3e-7);
    expect(await digits(tf.exp, Math.exp, [-1, 1], 33)).toBeLessThan(2e-7);
    expect(await digits(tf.tanh, Math.tanh, [-12, 12], 34)).toBeLessThan(3e-7);
    expect(await digits(tf.tanh, Math.tanh, [-0.7, 0.6], 35)).toBeLessThan(3e-7);
    const high = tf.tidy(() => {
      const y = tf.conv2d(tf.fill([1, 1, 1, 1], 89) as T4, tf.ones([1, 1, 1, 1]) as T4, 1, "same");
      return [tf.cosh, tf.sinh].map((of) => tf.sum(of(y), [1, 2]));
    });
    for (const one of high) expect((one.dataSync()[0] as number) / Math.cosh(89)).toBeCloseTo(1, 5);
    const far = tf.tidy(() => {
      const x = tf.tensor([-200, 88.8, 200, Number.NaN, -1e30, 1e30], [6, 1, 1, 1]) as T4;
      const y = tf.conv2d(x, tf.ones([1, 1, 1, 1]) as T4, 1, "same");
      return [tf.exp, tf.tanh].map((of) => tf.sum(of(y), [1, 2]));
    });
    expect(far.map((one) => Array.from(one.dataSync()))).toEqual([
      [0, Infinity, Infinity, Number.NaN, 0, Infinity],
      [-1, 1, 1, Number.NaN, -1, 1],
    ]);
  });

  /** What has no gradient, or one that is not meant. */
  const withoutGradient: Readonly<
    Record<string, { readonly body: Body; readonly why: string; readonly same?: Body }>
  > = {
    "a batch that is repeated": {
      body: (x) => squares(tf.mean(tf.tile(x, [2, 1, 1, 1]), [1, 2])),
      why: "repeated",
    },
    "batch norms by one mean for all": {
      body: (x) => squares(tf.batchNorm(x, tf.tensor1d([0.3]), tf.tensor1d([2]))),
      why: "not one for each channel",
    },
    "choices of entries of the first axis": {
      body: (x) => {
        const condition = tf.tensor1d([1, 0], "bool");
        const chosen = tf.engine().runKernel("Select", { condition, t: x, e: tf.onesLike(x) } as never);
        return squares(chosen as tf.Tensor);
      },
      why: "entries of the first axis",
      // tfjs's own kernel takes other entries.
      same: (x) => squares(tf.where(tf.tensor([true, false], [2, 1, 1, 1], "bool"), x, tf.onesLike(x))),
    },
  };

  it.each(Object.entries(withoutGradient))("%s", async (_, { body, why, same = body }) => {
    const forward = (of: Body) => {
      const result = tf.tidy(() => {
        const x = tf.conv2d(drawn("image", batch, 6, 5, 3) as T4, drawn("stem", 3, 3, 3, 6) as T4, 1, "same");
        return of(x as T4);
      });
      const values = [Array.from(result.dataSync())];
      result.dispose();
      return values;
    };
    await tf.setBackend("cpu");
    const expected = forward(same);
    await tf.setBackend("onnx");
    expectClose(forward(body), expected);
    expect(backend.statistics().unstaged).toContain(why);
  });
});
