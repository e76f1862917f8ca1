import { describe, expect, it } from "vitest";
import { tf } from "../../../lib/backend";
import { findChannelBlock } from "../../../packages/tfjs-onnxruntime/src/channelBlocks";
import { GraphBuilder } from "../../../packages/tfjs-onnxruntime/src/graphBuilder";
import { convolveImage } from "../../../packages/tfjs-onnxruntime/src/kernels/blockedConvolution";
import { findRuntime } from "../../../packages/tfjs-onnxruntime/src/loadRuntime";
import { localDevice } from "../../../packages/tfjs-onnxruntime/src/localDevice";
import { expectParity, type Inputs, testSettings } from "./onnxBench";
import { image, paritySuite } from "./paritySuite";

type T4 = tf.Tensor4D;
type Layer = (x: tf.Tensor, ...rest: tf.Tensor[]) => tf.Tensor;

/** Large enough for images to be folded. */
const [batch, size, channels] = [4, 16, 6];
const kernelOf = (i: Inputs, from = channels, to = channels) => image(i, 3, 3, from, to);
const conv = (x: tf.Tensor, w: tf.Tensor) => tf.conv2d(x as T4, w as T4, 1, "same");
const perChannel = (i: Inputs) => i.positives(channels);

/** Batch norm as one writes it in tfjs. */
function normalized(x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor): tf.Tensor {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  return tf.add(tf.div(tf.mul(tf.sub(x, mean), scale), tf.sqrt(tf.add(variance, 1e-3))), offset);
}

/** Value and gradients, against random upstream gradients. */
function both(i: Inputs, layer: Layer, ...inputs: tf.Tensor[]): tf.Tensor[] {
  const y = layer(...(inputs as [tf.Tensor]));
  const upstream = i.normals(...y.shape);
  return [y, ...tf.grads((...v) => tf.mul(layer(...(v as [tf.Tensor])), upstream))(inputs)];
}

paritySuite(() => {
  describe("images that are functions of others", () => {
    const x = (i: Inputs) => image(i, batch, size, size, channels);

    it("sums of affine images and of their products", async () => {
      await expectParity((i) => {
        const a = conv(x(i), kernelOf(i));
        const b = conv(x(i), kernelOf(i));
        const [gain, level] = [perChannel(i), perChannel(i)];
        const line = tf.sub(tf.mul(a, gain), level);
        const other = tf.add(tf.div(b, 3), tf.mul(level, 2));
        const axes = [0, 1, 2];
        return [
          tf.sum(line, axes),
          tf.mean(tf.mul(line, other), axes),
          tf.sum(tf.mul(line, b), axes),
          tf.sum(tf.mul(a, tf.sub(1, line)), axes),
          tf.mean(tf.square(tf.sub(a, tf.mean(a, axes))), axes),
          tf.sum(tf.mul(line, line), axes),
          tf.sum(line, [1, 2]),
          tf.sum(line, [0, 3]),
        ];
      }, 1e-5);
    });

    it("a variance that is small beside the mean keeps its digits", async () => {
      await expectParity((i) => {
        const y = tf.add(conv(x(i), kernelOf(i)), 1000);
        return tf.moments(y, [0, 1, 2]).variance;
      }, 1e-3);
    });

    it("batch norm written out, between convolutions, and its gradients", async () => {
      await expectParity(
        (i) =>
          both(
            i,
            (v, w, scale, offset) => {
              const inner = conv(v, w as T4);
              const y = normalized(inner, scale as tf.Tensor, offset as tf.Tensor);
              return tf.add(tf.relu(conv(y, w as T4)), inner);
            },
            x(i),
            kernelOf(i),
            perChannel(i),
            i.normals(channels),
          ),
        2e-4,
      );
    });

    it("factors after a convolution go into kernels on the way back", async () => {
      await expectParity(
        (i) =>
          both(
            i,
            (v, w, gain) => tf.mul(tf.mul(conv(v, w as T4), gain as tf.Tensor), 0.25),
            x(i),
            kernelOf(i),
            perChannel(i),
          ),
        1e-4,
      );
      for (const multiplier of [1, 2]) {
        await expectParity(
          (i) =>
            both(
              i,
              (v, w, gain) => tf.mul(tf.depthwiseConv2d(v as T4, w as T4, 1, "same"), gain as tf.Tensor),
              x(i),
              image(i, 3, 3, channels, multiplier),
              i.positives(channels * multiplier),
            ),
          1e-4,
        );
      }
    });

    it("sums of images and what is added to them channel by channel", async () => {
      await expectParity((i) => {
        const [a, b] = [conv(x(i), kernelOf(i)), conv(x(i), kernelOf(i))];
        const [gain, level] = [perChannel(i), perChannel(i)];
        const line = tf.add(tf.mul(b, gain), level);
        return [tf.add(tf.add(a, line), gain), tf.sub(tf.add(line, a), level), tf.add(a, line)];
      }, 1e-5);
    });
  });

  describe("convolutions of many channels", () => {
    const shapes = [
      { from: 16, to: 16, kernel: 3, stride: 1, pad: "same" },
      { from: 32, to: 16, kernel: 3, stride: 2, pad: "same" },
      { from: 16, to: 48, kernel: 5, stride: 1, pad: "valid" },
      { from: 16, to: 32, kernel: 1, stride: 1, pad: "same" },
      { from: 16, to: 24, kernel: 3, stride: 1, pad: "valid" },
      { from: 20, to: 20, kernel: 3, stride: 1, pad: "same" },
    ] as const;
    it.each(shapes)(
      "$from to $to, kernel $kernel, stride $stride, $pad, and the gradients",
      async ({ from, to, kernel, stride, pad }) => {
        await expectParity(
          (i) =>
            both(
              i,
              (v, w) => tf.conv2d(v as T4, w as T4, stride, pad),
              image(i, 2, 9, 8, from),
              image(i, kernel, kernel, from, to),
            ),
          1e-5,
        );
      },
    );
  });
});

describe("channels in blocks", () => {
  const operators = (block: number, from: number, to: number, kernel: number) => {
    const g = new GraphBuilder(true, block);
    const x = { ...g.input("x", [2, 8, 8, from], "float32"), channelsFirst: true };
    const w = g.input("w", [kernel, kernel, from, to], "float32");
    convolveImage(g, x, w, false, [2, 8, 8, to], { pads: { ints: [1, 1, 1, 1] } });
    return g.nodes.map(({ op }) => op).filter((op) => op.startsWith("Reorder"));
  };

  it("are used where both numbers of channels are multiples of the block", () => {
    expect(operators(16, 16, 48, 3)).toEqual(["ReorderInput", "ReorderOutput"]);
    expect(operators(8, 16, 24, 3)).toEqual(["ReorderInput", "ReorderOutput"]);
    expect(operators(16, 16, 24, 3)).toEqual([]);
    expect(operators(16, 3, 16, 3)).toEqual([]);
    expect(operators(16, 16, 16, 1)).toEqual([]);
    expect(operators(0, 16, 16, 3)).toEqual([]);
  });

  it("are found by what the processor makes of an image", async () => {
    const paths = findRuntime();
    const device = localDevice(paths, testSettings);
    const block = await findChannelBlock(device);
    expect([0, 4, 8, 16, 32]).toContain(block);
    if (process.arch === "x64") expect(block).toBeGreaterThan(1);
    expect(device.statistics().bytes).toBe(0);
    const silent = { ...device, send: () => {}, read: () => Promise.reject(new Error("no such operator")) };
    expect(await findChannelBlock(silent)).toBe(0);
  });
});
