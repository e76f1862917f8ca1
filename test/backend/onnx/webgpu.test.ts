import { existsSync } from "node:fs";
import { beforeAll, beforeEach, expect, it } from "vitest";
import { batchNormTrain, sgdMomentumUpdate, signWindow, softmaxCrossEntropy, tf } from "../../../lib/backend";
import { firstLine } from "../../../lib/backend/engine";
import { normal, randomKey } from "../../../lib/random/randomKey";
import type { OnnxBackend } from "../../../packages/tfjs-onnxruntime/src/onnxBackend";
import type { OnnxStatistics } from "../../../packages/tfjs-onnxruntime/src/onnxStatistics";
import { type Case, expectParity, startOnnx } from "./onnxBench";

type T4 = tf.Tensor4D;

/** Loss and all gradients of a net with every kind of layer whose operators differ between devices. */
const net: Case = (i) => {
  const image = i.normals(2, 8, 8, 3) as T4;
  const labels = i.integers(4, 2) as tf.Tensor1D;
  const shapes = [
    [3, 3, 3, 6],
    [3, 3, 6, 6],
    [3, 3, 6, 2],
    [12, 4],
  ];
  const weights = shapes.map((shape) => tf.mul(i.normals(...shape), 0.3));
  const { value, grads } = tf.valueAndGrads((...w: tf.Tensor[]) => {
    const [stem, strided, depthwise, dense] = w as [T4, T4, T4, tf.Tensor2D];
    let x = batchNormTrain(tf.conv2d(image, stem, 1, "same"), null, null, 1e-3).y;
    x = tf.maxPool(tf.add(x, tf.mul(signWindow(x, 1), 0.1)) as T4, 3, 1, "same");
    x = tf.tanh(tf.conv2d(x, tf.tanh(strided) as T4, 2, "same"));
    x = tf.avgPool(tf.depthwiseConv2d(x, depthwise, 1, "same"), 2, 2, "valid");
    return softmaxCrossEntropy(tf.matMul(tf.mean(x, [1, 2]) as tf.Tensor2D, dense), labels, 0.1);
  })(weights);
  return [value, ...grads];
};

// A software device where there is no other: that of Debian's chromium-common.
const software = "/usr/lib/chromium/vk_swiftshader_icd.json";
if (!process.env["VK_ICD_FILENAMES"] && existsSync(software)) process.env["VK_ICD_FILENAMES"] = software;

let backend: OnnxBackend | undefined;
let failure: string | undefined;
beforeAll(async () => {
  try {
    backend = await startOnnx({ provider: "webgpu", thread: true });
  } catch (cause) {
    failure = firstLine(cause);
  }
}, 60_000);
beforeEach(({ skip }) => {
  if (failure === undefined) return;
  expect(failure).toMatch(/^onnx: a graph of 2 operators failed: /);
  skip(`there is no WebGPU device (a software one: Debian's libvulkan1 and chromium-common): ${failure}`);
});

it("a training step on WebGPU gives the cpu back end's loss and gradients", async () => {
  await expectParity(net, 1e-4);
}, 60_000);

it("state stays on the graphics card from step to step: only the loss comes back", async () => {
  await tf.setBackend("onnx");
  const statistics = async () => {
    await backend?.settled();
    return backend?.statistics() as OnnxStatistics;
  };
  const image = tf.tensor4d(normal(randomKey(0), 2 * 6 * 6 * 3), [2, 6, 6, 3]);
  let state: tf.Tensor[] = [
    tf.tensor(normal(randomKey(1), 3 * 3 * 3 * 16), [3, 3, 3, 16]),
    tf.zeros([3, 3, 3, 16]),
  ];
  const losses: number[] = [];
  const held: number[] = [];
  const read: number[] = [];
  for (let step = 0; step < 4; step++) {
    const [loss, ...next] = tf.tidy(() => {
      const [w, velocity] = state as [tf.Tensor, tf.Tensor];
      const { value, grad } = tf.valueAndGrad((x: tf.Tensor) =>
        tf.mean(tf.square(tf.conv2d(image, x as T4, 1, "same"))),
      )(w);
      const settings = { learningRate: 0.1 / (step + 1), momentum: 0.9, weightDecay: 0 };
      return [value, ...sgdMomentumUpdate(w, grad, velocity, settings)] as tf.Tensor[];
    }) as [tf.Tensor, ...tf.Tensor[]];
    tf.dispose(state);
    state = next;
    losses.push((await loss.data())[0] as number);
    loss.dispose();
    const { cardBytes, readBytes } = await statistics();
    held.push(cardBytes);
    read.push(readBytes);
  }
  expect(losses[3]).toBeLessThan(losses[0] as number);
  const weightsAndVelocity = 2 * 4 * 27 * 16;
  // The loss is freed together with the next step.
  for (const bytes of held) expect(bytes - weightsAndVelocity).toBeLessThanOrEqual(4);
  for (const bytes of held) expect(bytes).toBeGreaterThanOrEqual(weightsAndVelocity);
  expect(read.slice(1).map((bytes, i) => bytes - (read[i] as number))).toEqual([4, 4, 4]);
  const weights = await (state[0] as tf.Tensor).data();
  expect(weights.every(Number.isFinite)).toBe(true);
  tf.dispose([image, ...state]);
  expect((await statistics()).cardBytes).toBe(0);
}, 60_000);
