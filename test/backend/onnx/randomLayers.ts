import { add, batchNormTrain, signWindow, softmaxCrossEntropy, tf } from "../../../lib/backend";
import { integers } from "../../../lib/random/randomKey";
import type { Draws } from "../../fuzz/mutate";
import { drawList } from "./randomLists";
import type { Image, Shape, Sketch, T4 } from "./randomSketch";

const classes = 10;

/** A list that is not zeros, whatever gates are closed: images would be constant. */
export function drawKernel(sketch: Sketch, draws: Draws, shape: Shape): tf.Tensor {
  const list = drawList(sketch, draws, shape);
  return sketch.options.gates ? tf.add(list, sketch.parameter(shape, 0.7)) : list;
}

export function conv(sketch: Sketch, image: Image, draws: Draws): Image {
  const { x } = image;
  const [, rows, columns, inputs] = x.shape;
  const size = draws.of([1, 3, 3, 5]);
  const filters = 4 + draws.below(17);
  const stride = draws.of<number | [number, number]>([1, 1, 2, [2, 1]]);
  const pad = draws.below(3) === 0 && size <= rows && size <= columns ? "valid" : "same";
  sketch.note(`   ${size}x${size} conv, ${filters} filters, stride ${stride}, ${pad}`);
  const list = drawKernel(sketch, draws, [size, size, inputs, filters]);
  const kernel = tf.mul(list, 1 / Math.sqrt(size * size * inputs)) as T4;
  return { ...image, x: tf.conv2d(x, kernel, stride, pad), normed: false };
}

/** Of 3x3 windows, with even extents and channels that come in eights. */
export function evenConv(sketch: Sketch, image: Image, draws: Draws): Image {
  const [, rows, columns, channels] = image.x.shape;
  const [inputs, filters] = [channels % 8 === 0 ? channels : draws.of([8, 16]), draws.of([8, 8, 16, 24])];
  const point = sketch.parameter([1, 1, channels, inputs], 1 / Math.sqrt(channels)) as T4;
  const x = inputs === channels ? image.x : tf.conv2d(image.x, point, 1, "same");
  const kernel = drawKernel(sketch, draws, [3, 3, inputs, filters]);
  const sized = tf.mul(kernel, 1 / Math.sqrt(9 * inputs)) as T4;
  sketch.note(`   even conv of ${inputs} channels, ${filters} filters`);
  const isEven = rows % 2 === 0 && columns % 2 === 0;
  if (isEven && draws.below(2) === 0) return { ...image, x: tf.conv2d(x, sized, 1, "same"), normed: false };
  const sides = [rows, columns].map((extent): [number, number] => {
    const all = (extent % 2) + draws.of(extent > 2 ? [0, 2, 2, 4] : [2, 4]);
    const before = draws.below(2) === 0 ? all >> 1 : draws.below(all + 1);
    return [before, all - before];
  }) as [[number, number], [number, number]];
  const padded = tf.pad4d(x, [[0, 0], ...sides, [0, 0]], draws.of([0, 0, 1]));
  return { ...image, x: tf.conv2d(padded, sized, 1, "valid"), normed: false };
}

/** Of signs, within a border of ones, with the mean of the kernel's absolute values as scale. */
export function binaryConv(sketch: Sketch, { x }: Image, draws: Draws): Image {
  const size = draws.of([1, 3, 3, 5]);
  const border = (size - 1) / 2;
  const filters = 4 + draws.below(17);
  const stride = draws.of([1, 1, 2]);
  sketch.note(`   ${size}x${size} binary conv, ${filters} filters, stride ${stride}`);
  const kernel = sketch.parameter([size, size, x.shape[3], filters]) as T4;
  const scale = tf.mean(tf.reshape(tf.abs(kernel), [-1, filters]), 0);
  const signs = tf.mul(signWindow(kernel, 1), tf.reshape(scale, [1, 1, 1, filters])) as T4;
  const sides: [number, number] = [border, border];
  const padded = tf.pad4d(signWindow(x, draws.of([1, 1, 1.5])), [[0, 0], sides, sides, [0, 0]], 1);
  return {
    x: tf.conv2d(padded, signs, stride, "valid"),
    apart: false,
    varies: true,
    normed: false,
    closes: false,
  };
}

/** Its batch norm, of a convolution of it where channels or the batch may be constant. */
export function norm(sketch: Sketch, image: Image, draws: Draws): Image {
  const [, rows, columns, channels] = image.x.shape;
  if (sketch.batch * rows * columns < 8) return image;
  const filters = Math.max(4, channels);
  const mixed = (x: T4) => tf.conv2d(x, sketch.parameter([1, 1, x.shape[3], filters], 0.4) as T4, 1, "same");
  const x = image.varies ? image.x : image.closes ? beside(sketch, image, mixed) : mixed(image.x);
  const given = x.shape[3];
  const scale = tf.add(tf.abs(drawList(sketch, draws, [given])), 0.2) as tf.Tensor1D;
  const offset = sketch.parameter([given], 0.3) as tf.Tensor1D;
  const { y, mean, variance } = batchNormTrain(x, scale, offset, 1e-5);
  sketch.note(`   norm of [${x.shape.join()}]`);
  sketch.result(mean, variance);
  return { x: y, apart: true, varies: true, normed: true, closes: false };
}

/** With another that is never constant. */
function beside(sketch: Sketch, image: Image, mixed: (x: T4) => T4): T4 {
  const other = sketch.alike(image).find((one) => one.varies && one.x.shape[3] >= 4);
  const own = mixed(image.x);
  return add(own, other ? mixed(other.x) : sketch.normals<T4>(own.shape));
}

/** Another of the same extents, made of one where there is none. */
export function partner(sketch: Sketch, image: Image, draws: Draws): Image {
  const same = sketch.images.filter((one) => one !== image && one.x.shape.join() === image.x.shape.join());
  if (same.length > 0 && draws.below(4) > 0) return draws.of(same);
  const { x, closes } = draws.of(sketch.alike(image).filter((one) => one.x.shape[3] >= 4 || one === image));
  const kernel = sketch.parameter([1, 1, x.shape[3], image.x.shape[3]], 0.5) as T4;
  const made = {
    x: tf.conv2d(x, kernel, 1, "same"),
    apart: image.apart,
    varies: image.varies && !closes,
    normed: false,
    closes,
  };
  return draws.below(2) === 0 ? made : norm(sketch, made, draws);
}

export function head(sketch: Sketch, image: Image, draws: Draws): tf.Scalar {
  const { x } = draws.below(3) > 0 ? norm(sketch, image, draws) : image;
  const weights = drawList(sketch, draws, [x.shape[3], classes]) as tf.Tensor2D;
  const bias = drawList(sketch, draws, [classes]);
  const pooled = tf.mean(x, [1, 2]) as tf.Tensor2D;
  const logits = tf.add(tf.matMul(pooled, tf.mul(weights, 0.3) as tf.Tensor2D), bias) as tf.Tensor2D;
  const numbers = integers(sketch.next("labels"), sketch.batch, classes);
  const labels = tf.tensor1d(Int32Array.from(numbers), "int32");
  sketch.result(tf.sum(tf.cast(tf.equal(tf.argMax(logits, -1), labels), "float32")));
  return softmaxCrossEntropy(logits, labels, draws.of([0, 0.1])) as tf.Scalar;
}
