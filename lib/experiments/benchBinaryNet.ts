import { backendInfo, tf } from "../backend";
import { fold, integers, normal, type RandomKey, randomKey } from "../random/randomKey";

/** Speed of training the small binary net on this machine. */
export interface NetSpeed {
  readonly backend: string;
  readonly batchSize: number;
  readonly steps: number;
  readonly imagesPerSecond: number;
  readonly slowest: number;
  readonly fastest: number;
  /** Of each step, in nats: equal on all engines up to their rounding, and to the signs that rounding turns. */
  readonly losses: readonly number[];
  readonly peakMemoryBytes: number;
}

const channels = 48;
const blocks = 6;
const imageSize = 32;
const classes = 10;

/**
 * Times training steps of a small binary net in plain tfjs, nothing fused: stem 3→48, six blocks [batch norm, sign,
 * binary 3×3 48→48, ReLU, + identity], global average pool, dense 10, softmax cross entropy, SGD with momentum 0.9;
 * 32×32 images, random, the same for every step. The first two steps do not count.
 *
 * @example
 * ```ts
 * const { imagesPerSecond } = await bars.engine.benchBinaryNet(2, 1);
 * console.log(imagesPerSecond > 0); // true
 * ```
 */
export async function benchBinaryNet(
  batchSize: number,
  steps: number,
  onStep: (imagesPerSecond: number) => void = () => {},
): Promise<NetSpeed> {
  const key = randomKey(0);
  const variables = makeVariables(key);
  const optimizer = tf.train.momentum(0.05, 0.9);
  const shape: [number, number, number, number] = [batchSize, imageSize, imageSize, 3];
  const images = tf.tensor4d(normal(fold(key, "images"), batchSize * imageSize * imageSize * 3), shape);
  const labels = tf.tensor1d(Int32Array.from(integers(fold(key, "labels"), batchSize, classes)), "int32");
  const speeds: number[] = [];
  const losses: number[] = [];
  try {
    for (let step = 0; step < steps + 2; step++) {
      const started = performance.now();
      const loss = optimizer.minimize(() => lossOf(variables, images, labels), true) as tf.Scalar;
      losses.push((await loss.data())[0] as number);
      loss.dispose();
      const speed = batchSize / ((performance.now() - started) / 1000);
      if (step < 2) continue;
      speeds.push(speed);
      onStep(speed);
    }
  } finally {
    tf.dispose([images, labels, ...Object.values(variables)]);
    optimizer.dispose();
  }
  const sorted = [...speeds].sort((a, b) => a - b);
  return {
    backend: backendInfo().name,
    batchSize,
    steps,
    imagesPerSecond: sorted[Math.floor(sorted.length / 2)] as number,
    slowest: sorted[0] as number,
    fastest: sorted.at(-1) as number,
    losses,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  };
}

type Variables = Readonly<Record<string, tf.Variable>>;

function makeVariables(key: RandomKey): Variables {
  const variables: Record<string, tf.Variable> = {};
  const add = (name: string, shape: number[], std: number) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const values = std === 0 ? new Float32Array(size) : normal(fold(key, name), size).map((z) => z * std);
    variables[name] = tf.tidy(() => tf.variable(tf.tensor(values, shape)));
  };
  add("stem", [3, 3, 3, channels], Math.sqrt(2 / 27));
  for (let b = 0; b < blocks; b++) {
    add(`kernel${b}`, [3, 3, channels, channels], Math.sqrt(2 / (9 * channels)));
    variables[`scale${b}`] = tf.tidy(() => tf.variable(tf.ones([channels])));
    add(`offset${b}`, [channels], 0);
  }
  add("dense", [channels, classes], Math.sqrt(1 / channels));
  add("bias", [classes], 0);
  return variables;
}

function lossOf(variables: Variables, images: tf.Tensor4D, labels: tf.Tensor1D): tf.Scalar {
  const get = <T extends tf.Tensor>(name: string) => variables[name] as unknown as T;
  let x: tf.Tensor4D = tf.conv2d(images, get<tf.Tensor4D>("stem"), 1, "same");
  for (let b = 0; b < blocks; b++) {
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    const scaled = tf.div(tf.mul(tf.sub(x, mean), get(`scale${b}`)), tf.sqrt(tf.add(variance, 1e-5)));
    const normed = tf.add(scaled, get(`offset${b}`)) as tf.Tensor4D;
    const y = tf.conv2d(sign(normed) as tf.Tensor4D, sign(get(`kernel${b}`)) as tf.Tensor4D, 1, "same");
    x = tf.add(tf.relu(tf.div(y, Math.sqrt(9 * channels))), x);
  }
  const logits = tf.add(tf.matMul(tf.mean(x, [1, 2]) as tf.Tensor2D, get<tf.Tensor2D>("dense")), get("bias"));
  return tf.losses.softmaxCrossEntropy(tf.oneHot(labels, classes), logits) as tf.Scalar;
}

/** `+1 where x ≥ 0, −1 elsewhere`; gradients pass where `|x| ≤ 1`. */
const sign = tf.customGrad((x, save) => {
  const input = x as tf.Tensor;
  (save as tf.GradSaveFunc)([input]);
  return {
    value: tf.tidy(() => tf.sub(1, tf.mul(tf.cast(tf.less(input, 0), "float32"), 2))),
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
      tf.mul(dy, tf.cast(tf.lessEqual(tf.abs(saved[0] as tf.Tensor), 1), "float32")),
  };
});
