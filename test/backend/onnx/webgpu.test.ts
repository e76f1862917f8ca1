import { expect, it } from "vitest";
import { batchNormTrain, signWindow, softmaxCrossEntropy, tf } from "../../../lib/backend";
import { firstLine } from "../../../lib/backend/engine";
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

it("a training step on WebGPU gives the cpu back end's loss and gradients", async ({ skip }) => {
  const failure = await startOnnx({ provider: "webgpu", thread: true }).then(
    () => undefined,
    (cause: unknown) => firstLine(cause),
  );
  if (failure !== undefined) {
    expect(failure).toMatch(/^onnx: a graph of 2 operators failed: /);
    skip(`there is no WebGPU device (a software one: Debian's libvulkan1 and chromium-common, and
      VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json): ${failure}`);
  }
  await expectParity(net, 1e-4);
});
