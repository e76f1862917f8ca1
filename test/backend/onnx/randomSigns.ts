import { scaledConv, signWindow, tf, weightedSum } from "../../../lib/backend";
import type { Draws } from "../../fuzz/mutate";
import { norm } from "./randomLayers";
import type { Image, Sketch, T4 } from "./randomSketch";

/** Rows and columns of windows. */
const windows = [
  [3, 3],
  [3, 3],
  [3, 3],
  [5, 5],
  [1, 3],
  [3, 1],
  [2, 2],
  [1, 1],
] as const;

/** What is around the signs: numbers of the image's own, zeros of the convolution's, or nothing. */
const borders = ["ones", "ones", "zeros", "same", "same", "valid"] as const;

type Sides = [[number, number], [number, number], [number, number], [number, number]];

/** Signs that are ready for windows of a size. */
interface Bordered {
  readonly bits: T4;
  readonly pad: "same" | "valid";
  readonly window: readonly [number, number];
}

/** One to three convolutions of one image of signs, each with a kernel of signs; their batch norms. */
export function signConvs(sketch: Sketch, image: Image, draws: Draws): Image[] {
  const [, rows, columns] = image.x.shape;
  // Norms are of more.
  if (sketch.batch * rows * columns < 8) return [];
  const inputs = draws.of([8, 8, 12, 13, 16, 16, 20, 24, 32]);
  const mixed = widened(sketch, image, inputs, draws);
  const signs = signWindow(cutAtFront(mixed.x, draws), draws.of([1, 1, 1.5]));
  const maskOfSigns = draws.below(4) === 0 ? drawMask(sketch, inputs, draws) : undefined;
  const sharesBorder = draws.below(2) === 0;
  const shared = bordered(sketch, signs, maskOfSigns, draws);
  const stride = draws.of([1, 1, 1, 2] as const);
  const count = draws.of([1, 1, 2, 3]);
  const made = Array.from({ length: count }, (_, i): Image => {
    const seen = i === 0 || sharesBorder ? shared : bordered(sketch, signs, maskOfSigns, draws);
    const x = signConv(sketch, seen, stride, draws);
    return norm(sketch, { x, apart: false, varies: true, normed: false, closes: false }, draws);
  });
  const [first] = made as [Image];
  const same = made.filter(({ x }) => x.shape.join() === first.x.shape.join());
  if (same.length < 2 || draws.below(2) === 0) return made;
  const sum = same.reduce((all, one) => tf.add(all, one.x), tf.zerosLike(first.x));
  return [{ ...first, x: sum, normed: false }];
}

/** A normed image of so many channels. */
function widened(sketch: Sketch, image: Image, channels: number, draws: Draws): Image {
  const given = image.normed ? image : norm(sketch, image, draws);
  const own = given.x.shape[3];
  if (own === channels) return given;
  const kernel = sketch.parameter([1, 1, own, channels], 1 / Math.sqrt(own)) as T4;
  const x = tf.conv2d(given.x, kernel, 1, "same");
  return norm(sketch, { ...given, x, varies: true, normed: false, closes: false }, draws);
}

/** Sometimes without its first row and column. */
function cutAtFront(x: T4, draws: Draws): T4 {
  const [batch, rows, columns, channels] = x.shape;
  if (rows < 5 || columns < 5 || draws.below(6) > 0) return x;
  return tf.slice(x, [0, 1, 1, 0], [batch, rows - 1, columns - 1, channels]);
}

/** A number for each channel, of which neighbours are alike. */
function drawMask(sketch: Sketch, channels: number, draws: Draws): tf.Tensor1D {
  const alike = draws.of([1, 4, 8, 16, channels]);
  const count = Math.ceil(channels / alike);
  // A norm takes the size of all away: it would have no gradient.
  const drawn = count > 1 ? sketch.parameter([count, 1]) : sketch.normals([count, 1]);
  // Some are 0, but not all.
  const sizes =
    draws.below(3) === 0
      ? tf.add(tf.relu(drawn), tf.tensor2d([1, ...Array<number>(count - 1).fill(0)], [count, 1]))
      : tf.add(tf.abs(drawn), 0.1);
  sketch.note(`   mask of ${channels} channels, ${alike} alike`);
  return tf.slice(tf.reshape(tf.tile(sizes, [1, alike]), [count * alike]), [0], [channels]) as tf.Tensor1D;
}

function bordered(sketch: Sketch, signs: T4, mask: tf.Tensor1D | undefined, draws: Draws): Bordered {
  const masked = (x: T4): T4 => {
    if (!mask) return x;
    return draws.below(2) === 0 ? weightedSum([x], [tf.scalar(1)], mask) : tf.mul(x, mask);
  };
  const [, rows, columns] = signs.shape;
  const window = draws.of(windows.filter(([height, width]) => height <= rows && width <= columns));
  const border = draws.of(borders);
  const isMaskedFirst = draws.below(2) === 0;
  sketch.note(`   signs of [${signs.shape.join()}] in windows of ${window.join("x")}, border: ${border}`);
  if (border === "same" || border === "valid") return { bits: masked(signs), pad: border, window };
  const [high, wide] = window.map((size) => size - 1) as [number, number];
  const uneven = draws.below(4) === 0;
  const [top, left] = uneven ? [high, 0] : [high >> 1, wide >> 1];
  const sides: Sides = [
    [0, 0],
    [top, high - top],
    [left, wide - left],
    [0, 0],
  ];
  const pad = (x: T4) => tf.pad4d(x, sides, border === "ones" ? 1 : 0);
  return { bits: isMaskedFirst ? pad(masked(signs)) : masked(pad(signs)), pad: "valid", window };
}

function signConv(sketch: Sketch, { bits, pad, window }: Bordered, stride: 1 | 2, draws: Draws): T4 {
  const [inputs, filters] = [bits.shape[3], draws.of([8, 8, 12, 16, 16, 17, 20, 24, 32])];
  const kernel = sketch.parameter([...window, inputs, filters]) as T4;
  const scale =
    draws.below(4) === 0
      ? undefined
      : tf.reshape(tf.mean(tf.reshape(tf.abs(kernel), [-1, filters]), 0), [1, 1, 1, filters]);
  const mask = draws.below(2) === 0 ? drawMask(sketch, inputs, draws) : undefined;
  const clipped = signWindow(kernel, 1);
  const sized = scale ? (tf.mul(clipped, scale) as T4) : clipped;
  const isScaled = scale && !mask && draws.below(3) === 0;
  sketch.note(
    `   ${filters} filters, stride ${stride}${scale ? ", scaled" : ""}${isScaled ? " by a gradient of its own" : ""}`,
  );
  if (isScaled) return scaledConv(bits, sized, scale, stride, pad);
  const whole = mask ? (tf.mul(sized, tf.reshape(mask, [1, 1, inputs, 1])) as T4) : sized;
  return tf.conv2d(bits, whole, stride, pad);
}
