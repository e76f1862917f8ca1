import { beforeAll, describe, expect, it, vi } from "vitest";
import {
  add,
  addRelu,
  batchNormTrain,
  concatChannels,
  interleaveChannels,
  relu,
  signWindow,
  softmaxCrossEntropy,
  splitChannels,
  tf,
} from "../../../lib/backend";
import { onnxEngine } from "../../../lib/backend/onnxEngine";
import type { OnnxBackend } from "../../../packages/tfjs-onnxruntime/src/onnxBackend";
import { findNative } from "../../../packages/tfjs-onnxruntime/src/stages/findNative";
import { type Case, expectParity, type Inputs, startOnnx } from "./onnxBench";

type T4 = tf.Tensor4D;
type T2 = tf.Tensor2D;
type T1 = tf.Tensor1D;
type Size = number | [number, number];

/** Loss, statistics and gradients of a network of images `[batch, rows, columns, 3]`. */
interface Builder {
  conv(x: T4, filters: number, size: number, options?: { stride?: Size; pad?: "same" | "valid" }): T4;
  /** Of signs, within a border of ones, with the mean of the kernel's absolute values as scale. */
  binaryConv(x: T4, filters: number, size: number, stride?: number): T4;
  norm(x: T4): T4;
}

/** A case that trains a network for one step: its loss, its logits' hits, the statistics of its batch norms, and all gradients. */
function trained(
  [batch, rows, columns]: readonly [number, number, number],
  network: (b: Builder, x: T4) => T4,
): Case {
  return (i: Inputs) => {
    const image = i.normals(batch, rows, columns, 3) as T4;
    const labels = i.integers(10, batch) as T1;
    const parameters: tf.Tensor[] = [];
    const made: tf.Tensor[] = [];
    const statistics: tf.Tensor[] = [];
    // Found in a first call, in the order of their use.
    let taken = 0;
    const parameter = (make: () => tf.Tensor): tf.Tensor => {
      if (taken === made.length) made.push(tf.keep(make()));
      return (parameters[taken++] ?? made[taken - 1]) as tf.Tensor;
    };
    const builder: Builder = {
      conv(x, filters, size, { stride = 1, pad = "same" } = {}) {
        const kernel = parameter(() => tf.mul(i.normals(size, size, x.shape[3], filters), 0.3)) as T4;
        return tf.conv2d(x, kernel, stride, pad);
      },
      binaryConv(x, filters, size, stride = 1) {
        const kernel = parameter(() => i.normals(size, size, x.shape[3], filters)) as T4;
        const scale = tf.mean(tf.reshape(tf.abs(kernel), [-1, filters]), 0);
        const signs = tf.mul(signWindow(kernel, 1), tf.reshape(scale, [1, 1, 1, filters]));
        const border = (size - 1) / 2;
        const padded = tf.pad4d(
          signWindow(x, 1),
          [
            [0, 0],
            [border, border],
            [border, border],
            [0, 0],
          ],
          1,
        );
        return tf.conv2d(padded, signs as T4, stride, "valid");
      },
      norm(x) {
        const channels = x.shape[3];
        const scale = parameter(() => i.positives(channels)) as T1;
        const offset = parameter(() => tf.mul(i.normals(channels), 0.3)) as T1;
        const { y, mean, variance } = batchNormTrain(x, scale, offset, 1e-5);
        statistics.push(mean, variance);
        return y;
      },
    };
    const logitsOf = () => {
      taken = 0;
      const last = network(builder, image);
      const weights = parameter(() => tf.mul(i.normals(last.shape[3], 10), 0.3)) as T2;
      const bias = parameter(() => i.normals(10));
      return tf.add(tf.matMul(tf.mean(last, [1, 2]), weights), bias) as T2;
    };
    tf.tidy(() => {
      logitsOf();
    });
    statistics.length = 0;
    const { value, grads } = tf.valueAndGrads((...given: tf.Tensor[]) => {
      parameters.splice(0, parameters.length, ...given);
      const logits = logitsOf();
      statistics.push(tf.sum(tf.cast(tf.equal(tf.argMax(logits, -1), labels), "float32")));
      for (const one of statistics) tf.keep(one);
      return softmaxCrossEntropy(logits, labels, 0.1);
    })(made);
    return [value, ...statistics, ...grads];
  };
}

const eight = [0.5, -1, 2, 0.25, -0.5, 1, 1.5, -2];

const cases: Record<string, Case> = {
  "real layers": trained([4, 8, 8], (b, x) => {
    const first = relu(b.norm(b.conv(x, 8, 3)));
    return b.norm(b.conv(first, 12, 3, { stride: 2 }));
  }),
  "a binary network with shortcuts": trained([5, 8, 8], (b, x) => {
    const first = b.norm(b.conv(x, 8, 3));
    const second = add(b.norm(b.binaryConv(first, 8, 3)), first);
    const third = b.norm(b.binaryConv(second, 16, 3, 2));
    const shortcut = b.norm(b.conv(tf.avgPool(second, 2, 2, "same"), 16, 1));
    const sum = add(third, shortcut);
    return addRelu(b.norm(b.binaryConv(sum, 16, 1)), sum);
  }),
  "channels that are no multiples of four, odd extents and strides": trained([3, 7, 9], (b, x) => {
    const first = relu(b.norm(b.conv(x, 6, 3, { stride: [2, 1], pad: "valid" })));
    const second = b.norm(b.conv(first, 10, 3));
    const third = b.norm(relu(b.conv(second, 7, 3, { stride: 2 })));
    return b.norm(b.binaryConv(third, 5, 3));
  }),
  "channels side by side, apart and in turns": trained([4, 4, 8], (b, x) => {
    const first = b.norm(b.conv(x, 8, 3));
    const second = relu(b.norm(b.conv(first, 12, 1)));
    const joined = concatChannels([first, second, first]);
    const [left, middle, right] = splitChannels(joined, [4, 10, 14]) as [T4, T4, T4];
    const turns = interleaveChannels(b.norm(b.conv(left, 6, 1)), b.conv(middle, 6, 3));
    const doubled = interleaveChannels(right, right);
    return concatChannels([tf.avgPool(turns, 2, 2, "same"), b.norm(tf.avgPool(doubled, 2, 2, "same"))]);
  }),
  "a batch norm, a sum and a pool of the batch itself": trained([3, 6, 4], (b, x) => {
    const beside = concatChannels([x, b.norm(x)]);
    const pooled = concatChannels([tf.avgPool(x, 2, 2, "same"), tf.avgPool(beside, 2, 2, "same")]);
    return add(b.norm(b.conv(pooled, 8, 3)), b.conv(tf.avgPool(add(x, x), 2, 2, "same"), 8, 1));
  }),
  "an image of one pixel at the end": trained([3, 4, 4], (b, x) => {
    const first = b.norm(b.conv(x, 8, 3, { stride: 2 }));
    return relu(b.conv(first, 8, 2, { stride: 2, pad: "valid" }));
  }),
  "parts of zeros, sums of one image, two batch norms of one": trained([2, 4, 4], (b, x) => {
    const first = b.norm(b.conv(x, 4, 3));
    const padded = concatChannels([tf.zeros<tf.Rank.R4>([2, 4, 4, 12]), first]);
    const twice = b.norm(add(padded, padded));
    return add(b.norm(twice), b.norm(tf.mul(twice, twice) as T4));
  }),
  "batch norms of zeros, of one number and of an image that nothing made": trained([2, 4, 4], (b, x) => {
    const [zeros, ones] = [0, 1].map((value) => b.norm(tf.fill([2, 4, 4, 3], value) as T4)) as [T4, T4];
    const bits = signWindow(tf.add(zeros, tf.tensor1d([0.5, -0.5, 0.5])) as T4, 1);
    const [first, given] = [b.norm(b.conv(x, 4, 3)), b.norm(b.conv(b.norm(x), 4, 1))];
    return add(add(b.conv(concatChannels([zeros, ones, bits]), 4, 3), given), first);
  }),
  "a batch that a norm alone reads": trained([3, 5, 4], (b, x) => relu(b.norm(b.conv(b.norm(x), 6, 3)))),
  "a batch of one image": trained([1, 6, 5], (b, x) => {
    const first = relu(b.norm(b.conv(x, 8, 3)));
    return b.norm(b.conv(first, 6, 3, { stride: 2 }));
  }),
  "slices without extents, and of a list by numbers": trained([3, 6, 5], (b, x) => {
    const cut = tf.slice(b.norm(b.conv(x, 8, 3)), [0, 1, 2, 0]);
    const factors = tf.slice(tf.tensor1d([7, 7, 7, 1, 2, 3, 4]), 3, 4);
    return tf.mul(b.norm(b.conv(cut, 4, 3)), factors) as T4;
  }),
  "sums up to each entry along an axis, and rows of one entry": trained([3, 4, 4], (b, x) => {
    const first = b.norm(b.conv(x, 8, 3));
    const sums = [
      tf.cumsum(tf.tensor(eight, [2, 4]), 0),
      tf.cumsum(tf.tensor(eight, [2, 4]), 1, true),
      tf.cumsum(tf.tensor(eight, [2, 2, 2]), 1, false, true),
      tf.cumsum(tf.tensor(eight, [8]), 0, true, true),
    ].map((one) => tf.reshape(one, [8]));
    const pairs = tf.oneHot(tf.tensor1d([1, 0, 1, 1], "int32"), 2, 3, 0.5);
    const factors = sums.reduce(
      (product, one) => tf.mul(product, one),
      tf.reshape(tf.cast(pairs, "float32"), [8]),
    );
    return tf.mul(first, factors) as T4;
  }),
  "one number throughout images of different extents": trained([2, 32, 32], (b, x) => {
    const large = relu(b.norm(b.conv(x, 72, 1)));
    const small = tf.avgPool(large, [2, 1], [2, 1], "same");
    const [first, second] = [small, large].map((one) =>
      tf.avgPool(
        interleaveChannels(one, tf.fill(one.shape, 0.5)),
        [one.shape[1], 4],
        [one.shape[1], 4],
        "same",
      ),
    ) as [T4, T4];
    return add(first, second);
  }),
};

describe.runIf(findNative() !== undefined).each([1, 2, 3])(
  "training steps as stages, %i threads",
  (threads) => {
    let backend: OnnxBackend;
    beforeAll(async () => {
      backend = await startOnnx({ staged: true, threads });
    });

    it.each(Object.entries(cases))("have the numbers of the cpu back end: %s", async (_, run) => {
      const before = backend.statistics().staged;
      await expectParity(run, 5e-5);
      expect(backend.statistics().unstaged).toBeNull();
      expect(backend.statistics().staged).toBeGreaterThan(before);
    });
  },
);

it.runIf(findNative() !== undefined).each([1, 2])(
  "programs have one memory, which grows while others are there, %i threads",
  async (threads) => {
    const backend = await startOnnx({ staged: true, threads });
    const small = cases["a binary network with shortcuts"] as Case;
    const large = trained([16, 16, 16], (b, x) => relu(b.norm(b.conv(relu(b.norm(b.conv(x, 16, 3))), 8, 3))));
    const sizes: number[] = [];
    for (const run of [small, large, small, large]) {
      await expectParity(run, 5e-5);
      sizes.push(backend.statistics().stagedBytes);
    }
    expect(backend.statistics()).toMatchObject({ staged: 2, unstaged: null });
    expect(sizes[1]).toBeGreaterThan(sizes[0] as number);
    expect(sizes.slice(2)).toEqual([sizes[1], sizes[1]]);
  },
);

it.runIf(findNative() !== undefined)("leave the rest to ONNX Runtime where memory is short", async () => {
  const backend = await startOnnx({ staged: true, keptBytes: 2 ** 10 });
  await expectParity(cases["real layers"] as Case, 5e-5);
  expect(backend.statistics()).toMatchObject({
    staged: 0,
    unstaged: "it takes too much memory",
    stagedBytes: 0,
  });
});

it("are named by the engine where they are there, and left out where they are not wanted", async () => {
  const versions: string[] = [];
  for (const wanted of ["1", "0"]) {
    vi.stubEnv("BARS_ONNX_STAGES", wanted);
    versions.push((await onnxEngine.load("cpu")).version);
  }
  vi.unstubAllEnvs();
  const there = findNative() === undefined ? "" : ", stages";
  expect(versions).toEqual([`1.30.0, cpu${there}`, "1.30.0, cpu"]);
});
