import {
  add,
  addRelu,
  concatChannels,
  interleaveChannels,
  relu,
  scaledConv,
  signWindow,
  splitChannels,
  tf,
  weightedSum,
} from "../../../lib/backend";
import type { Draws } from "../../fuzz/mutate";
import { binaryConv, conv, evenConv, norm, partner } from "./randomLayers";
import { drawList } from "./randomLists";
import { signConvs } from "./randomSigns";
import { both, every, type Image, type Sketch, type T4 } from "./randomSketch";

/** Zeros of more entries are not uploaded. */
const largeEntries = 65_536;

export const operations = [
  ...["conv", "conv", "bare conv", "binary conv", "scaled conv", "norm", "norm of norm"],
  ...["sign convs", "sign convs", "sign convs", "sign convs", "sign convs", "sign convs"],
  ...["even conv", "even conv", "even conv", "even conv"],
  ...["relu", "sign", "add", "add relu", "image with image", "image with list", "image with scalar"],
  ...["image with each", "function", "concat", "concat with zeros", "concat with many zeros", "interleave"],
  ...["interleave with zeros", "split", "split", "pool", "slice", "pad", "weighted sum", "sum as result"],
  "unread",
] as const;

/** The images that an operation makes of one. */
export function applied(
  sketch: Sketch,
  operation: (typeof operations)[number] | "rare",
  image: Image,
  draws: Draws,
): Image[] {
  const { x } = image;
  const [, rows, columns, channels] = x.shape;
  const like = (y: tf.Tensor, changes: Partial<Image> = {}): Image => ({
    ...image,
    normed: false,
    ...changes,
    x: y as T4,
  });
  // Lists may be zeros where there are gates.
  const listed: Partial<Image> = sketch.options.gates ? { closes: true, varies: false } : {};
  switch (operation) {
    case "conv":
      return [norm(sketch, conv(sketch, image, draws), draws)];
    case "bare conv":
      return [conv(sketch, image, draws)];
    case "binary conv":
      return [
        norm(sketch, binaryConv(sketch, image.normed ? image : norm(sketch, image, draws), draws), draws),
      ];
    case "sign convs":
      return signConvs(sketch, image, draws);
    case "even conv":
      return [norm(sketch, evenConv(sketch, image, draws), draws)];
    case "scaled conv": {
      const scale = tf.add(tf.abs(drawList(sketch, draws, [1, 1, 1, 8])), 0.1);
      const kernel = tf.mul(sketch.normals([3, 3, channels, 8], 0.3), scale) as T4;
      return [like(scaledConv(x, kernel, scale, draws.below(2) === 0 ? 1 : 2, "same"))];
    }
    case "norm":
      return [norm(sketch, image, draws)];
    case "norm of norm":
      return [norm(sketch, norm(sketch, image, draws), draws)];
    case "relu": {
      const given = image.apart ? image : norm(sketch, image, draws);
      return [like(draws.below(2) === 0 ? relu(given.x) : tf.relu(given.x), { varies: false })];
    }
    case "sign": {
      const given = image.normed ? image : norm(sketch, image, draws);
      if (!given.apart) return [];
      const clip = 0.5 + draws.below(4) / 2;
      return [like(signWindow(given.x, clip), { apart: false, varies: false })];
    }
    case "add": {
      const other = partner(sketch, image, draws);
      return [like(add(x, other.x), both(image, other))];
    }
    case "add relu": {
      const other = norm(sketch, partner(sketch, image, draws), draws);
      return [like(addRelu(x, other.x), { ...both(image, other), varies: false })];
    }
    case "image with image": {
      const other = partner(sketch, image, draws);
      const meet = draws.of([tf.mul, tf.sub, tf.maximum, tf.add, tf.minimum] as const);
      const apart = image.apart && other.apart && meet !== tf.sub;
      const { closes } = every([image, other]);
      sketch.note(`   ${meet.name}, with ${sketch.images.indexOf(image)} ${sketch.images.indexOf(other)}`);
      if ((meet === tf.maximum || meet === tf.minimum) && !(apart && image.normed && other.normed))
        return [like(tf.mul(x, other.x), { apart, varies: false, closes })];
      return [like(meet(x, other.x), { apart, varies: false, closes })];
    }
    case "image with list": {
      const list = drawList(sketch, draws, draws.of([[channels], [1, 1, 1, channels], [1, channels]]));
      const meet = draws.of([tf.mul, tf.sub, tf.add] as const);
      const y = draws.below(2) === 0 ? meet(x, list) : meet(list, x);
      return [like(y, { ...(meet === tf.mul ? listed : {}), apart: image.apart })];
    }
    case "image with scalar": {
      const meet = draws.of([tf.mul, tf.sub, tf.add, tf.div] as const);
      return [like(meet(x, draws.below(2) === 0 ? 1.5 : sketch.normals([])), { apart: image.apart })];
    }
    case "image with each": {
      const each = sketch.normals([sketch.batch, 1, 1, channels]);
      return [like(draws.of([tf.mul, tf.add] as const)(x, each))];
    }
    case "function": {
      const kind = draws.of(["abs", "neg", "square", "sqrt", "tanh", "sigmoid", "exp"] as const);
      sketch.note(`   ${kind}`);
      if (kind === "neg") return [like(tf.neg(x))];
      // Of signs they are constant.
      const given = image.varies && image.apart ? image : norm(sketch, image, draws);
      const of = (y: tf.Tensor) => like(y, { apart: true, varies: given.varies });
      if (kind === "abs" || kind === "tanh" || kind === "sigmoid") return [of(tf[kind](given.x))];
      if (kind === "exp") return [of(tf.exp(tf.neg(tf.square(given.x))))];
      return [of(kind === "square" ? tf.square(given.x) : tf.sqrt(tf.add(tf.square(given.x), 0.1)))];
    }
    case "concat": {
      const others = sketch.alike(image);
      const parts = [image, draws.of(others), ...(draws.below(2) === 0 ? [draws.of(others)] : [])];
      return [like(concatChannels(parts.map((one) => one.x)), every(parts))];
    }
    case "concat with zeros": {
      const zeros: Image = {
        ...like(tf.zeros([sketch.batch, rows, columns, 1 + draws.below(8)])),
        varies: false,
      };
      const parts = draws.below(2) === 0 ? [image, zeros] : [zeros, image];
      return [like(concatChannels(parts.map((one) => one.x)), { varies: false, apart: image.apart })];
    }
    case "concat with many zeros": {
      const pixels = sketch.batch * rows * columns;
      const count = Math.ceil((largeEntries + 1) / pixels);
      if (count > 200) return [];
      const whole = concatChannels([tf.zeros<tf.Rank.R4>([sketch.batch, rows, columns, count]), x]);
      const taken = 4 + draws.below(channels - 3);
      const sizes = [count - 4, 4 + taken, channels - taken].filter((size) => size > 0);
      return [like(splitChannels(whole, sizes)[1] as T4, { varies: false })];
    }
    case "interleave": {
      const other = draws.below(2) === 0 ? image : partner(sketch, image, draws);
      const { closes } = every([image, other]);
      return [like(interleaveChannels(x, other.x), { closes, varies: image.varies && !closes })];
    }
    case "interleave with zeros": {
      const zeros = tf.zeros<tf.Rank.R4>([sketch.batch, rows, columns, channels]);
      const parts: [T4, T4] = draws.below(2) === 0 ? [x, zeros] : [zeros, x];
      return [like(interleaveChannels(...parts), { varies: false, apart: image.apart })];
    }
    case "split": {
      if (channels < 8 || !image.varies) return [];
      const cut = 4 + draws.below(channels - 7);
      const sizes = channels - cut >= 8 ? [cut, 4, channels - cut - 4] : [cut, channels - cut];
      sketch.note(`   ${sizes.join()}`);
      return splitChannels(x, sizes).map((one) => like(one));
    }
    case "pool": {
      if (draws.below(2) === 0 && rows > 2 && columns > 2) {
        const window = draws.of<number | [number, number]>([2, 3, [3, 2]]);
        const [stride, pad] = [1 + draws.below(2), draws.of(["same", "valid"] as const)];
        const isMean = draws.below(2) === 0;
        sketch.note(`   ${isMean ? "means" : "largest"} of windows ${window}, stride ${stride}, ${pad}`);
        // Of several largest numbers one is chosen, which rounding may decide.
        const isClear = isMean || image.normed;
        if (isClear) return [like((isMean ? tf.avgPool : tf.maxPool)(x, window, stride, pad))];
      }
      const size = rows % 4 === 0 && columns % 4 === 0 && draws.below(2) === 0 ? 4 : 2;
      if (rows < size || columns < size) return [];
      if ((rows % size > 0 || columns % size > 0) && draws.below(12) > 0) return [];
      return [like(tf.avgPool(x, size, size, draws.below(2) === 0 ? "same" : "valid"))];
    }
    case "slice": {
      const from = [0, draws.below(Math.min(2, rows)), draws.below(Math.min(2, columns)), 0];
      const size = [rows, columns].map((extent, i) => {
        const left = extent - (from[i + 1] as number);
        return left - draws.below(Math.min(2, left));
      });
      size.push(channels);
      // Along channels its gradient is no border of an image.
      if (channels > 4 && image.varies && draws.below(8) === 0) {
        from[3] = draws.below(channels - 3);
        size[2] = channels - from[3];
      }
      const all = draws.below(2) === 0;
      const sizes: [number, number, number, number] = all
        ? [-1, -1, -1, -1]
        : [sketch.batch, ...(size as [number, number, number])];
      return [like(tf.slice(x, from as [number, number, number, number], sizes))];
    }
    case "pad": {
      const pairs = draws.of([
        [
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ],
        [
          [0, 0],
          [0, 1],
          [2, 0],
          [0, 0],
        ],
      ]) as [[number, number], [number, number], [number, number], [number, number]];
      return [like(tf.pad4d(x, pairs, draws.of([0, 1, -0.5])), { apart: image.apart })];
    }
    case "weighted sum": {
      const values = [image, partner(sketch, image, draws), ...(draws.below(2) === 0 ? [image] : [])];
      const weights = tf.softmax(drawList(sketch, draws, [values.length]));
      const scalars = values.map((_, i) =>
        draws.below(2) === 0
          ? (tf.reshape(tf.slice(weights, [i], [1]), []) as tf.Scalar)
          : (drawList(sketch, draws, []) as tf.Scalar),
      );
      const mask = draws.below(2) === 0 ? (drawList(sketch, draws, [channels]) as tf.Tensor1D) : null;
      return [
        like(
          weightedSum(
            values.map((one) => one.x),
            scalars,
            mask,
          ),
          { ...every(values), ...listed },
        ),
      ];
    }
    case "sum as result": {
      const sum = draws.below(2) === 0 ? tf.sum(x, [0, 1, 2]) : tf.mean(x, [1, 2]);
      sketch.result(sum);
      return [];
    }
    case "unread":
      tf.mul(sketch.parameter([4]), 2);
      tf.mul(x, 2);
      return [];
    case "rare": {
      const kind = draws.below(5);
      sketch.note(`   ${kind}`);
      if (kind === 0) sketch.result(tf.mean(x, [0, 1, 2]));
      if (kind === 1) sketch.result(tf.mean(x));
      if (kind === 2) return [like(tf.mul(x, drawList(sketch, draws, [sketch.batch, 1, 1, channels])))];
      if (kind === 3) return [like(tf.mul(x, tf.mean(x, [1, 2], true)))];
      if (kind === 4) return [like(tf.mul(x, drawList(sketch, draws, [])))];
      return [];
    }
  }
}
