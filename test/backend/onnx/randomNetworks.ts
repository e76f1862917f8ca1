import {
  add,
  addRelu,
  batchNormTrain,
  concatChannels,
  interleaveChannels,
  lossGradients,
  relu,
  scaledConv,
  signWindow,
  softmaxCrossEntropy,
  splitChannels,
  tf,
  weightedSum,
} from "../../../lib/backend";
import { fold, integers, normal, type RandomKey, randomKey } from "../../../lib/random/randomKey";
import { Draws } from "../../fuzz/mutate";

type T4 = tf.Tensor4D;
type Shape = readonly number[];

/** An image of the network, and what may be done with it without rounding deciding about the result. */
interface Image {
  readonly x: T4;
  /** Whether nothing is at 0, where signs change, but for rounding. */
  readonly apart: boolean;
  /** Whether each channel has different numbers. */
  readonly varies: boolean;
  /** Whether it was normalised. */
  readonly normed: boolean;
}

const classes = 10;
/** Zeros of more entries are not uploaded. */
const largeEntries = 65_536;

/** What a training step gives: its loss and statistics, and the gradients of all parameters that take part. */
export interface Step {
  readonly results: readonly tf.Tensor[];
  readonly gradients: readonly tf.Tensor[];
}

interface StepOptions {
  /** Of all numbers of images and parameters. */
  readonly factor?: number;
  /** Steps of the network to leave out, to make a case smaller; the others draw the same then. */
  readonly skipped?: ReadonlySet<number>;
}

/** One training step of a network that a seed draws. */
export function trainStep(seed: number, options: StepOptions = {}): Step {
  const network = new Network(fold(randomKey(seed), "network"), options);
  const { value, gradients } = lossGradients(() => network.loss(), network.variables);
  return { results: [value, ...network.results], gradients: gradients.flatMap((one) => one ?? []) };
}

/** What a seed's network is made of, in words. */
export function describeNetwork(seed: number, options: StepOptions = {}): string {
  return tf.tidy(() => {
    const network = new Network(fold(randomKey(seed), "network"), options);
    network.loss();
    return network.words.join("\n");
  });
}

class Network {
  readonly variables: tf.Variable[] = [];
  /** What is read beside the loss and the gradients. */
  readonly results: tf.Tensor[] = [];
  readonly words: string[] = [];
  readonly #images: Image[] = [];
  readonly #batch: number;
  readonly #draws: Draws;
  /** Of the step that is drawn. */
  #step: RandomKey;
  #made = 0;

  constructor(
    readonly key: RandomKey,
    readonly options: StepOptions,
  ) {
    this.#draws = new Draws(fold(key, "all"));
    this.#step = key;
    this.#batch = 1 + this.#draws.below(6);
  }

  loss(): tf.Scalar {
    const all = this.#draws;
    const [rows, columns] = [3 + all.below(10), 3 + all.below(10)];
    this.#add({
      x: this.#normals([this.#batch, rows, columns, 3]),
      varies: true,
      apart: true,
      normed: false,
    });
    this.#note(`images ${this.#shape(this.#last())}`);
    const first = new Draws(fold(this.key, "first"));
    this.#add(this.#norm(this.#conv(this.#last(), first), first));
    const steps = 3 + all.below(7);
    for (let k = 0; k < steps; k++) {
      this.#step = fold(fold(this.key, "step"), k);
      if (!this.options.skipped?.has(k)) this.#random(new Draws(this.#step), k);
    }
    this.#step = fold(this.key, "heads");
    const heads = new Draws(this.#step);
    let loss = this.#head(this.#last(), heads);
    if (heads.below(4) === 0) {
      this.#note("a second loss");
      loss = tf.add(loss, tf.mul(this.#head(heads.of(this.#images), heads), 0.5));
    }
    if (heads.below(4) === 0) {
      this.#note("a loss of lists");
      loss = tf.add(loss, tf.mul(tf.sum(tf.square(this.#list(heads, [3, 4]))), 0.01));
    }
    for (const one of this.results) tf.keep(one);
    return loss;
  }

  #note(text: string): void {
    this.words.push(text);
  }

  #shape({ x }: Image): string {
    return `[${x.shape.join()}]`;
  }

  #add(image: Image): void {
    this.#images.push(image);
  }

  #last(): Image {
    return this.#images.at(-1) as Image;
  }

  /** An image, mostly one of the last. */
  #image(draws: Draws): Image {
    const known = draws.below(40) === 0 ? this.#images : this.#images.filter(({ x }) => x.shape[3] >= 4);
    return draws.of(draws.below(3) > 0 ? known.slice(-2) : known);
  }

  #normals<T extends tf.Tensor>(shape: Shape, factor = 1): T {
    const numbers = normal(fold(this.#step, `numbers ${this.#made++}`), sizeOf(shape));
    const share = factor * (this.options.factor ?? 1);
    return tf.tensor(
      numbers.map((one) => one * share),
      [...shape],
    ) as T;
  }

  #parameter(shape: Shape, factor = 1): tf.Tensor {
    const variable = tf.variable(this.#normals(shape, factor));
    this.variables.push(variable);
    return variable;
  }

  #random(draws: Draws, k: number): void {
    const operation = draws.below(60) === 0 ? "rare" : draws.of(operations);
    const image = this.#image(draws);
    const before = this.#images.length;
    this.#note(`${k}: ${operation} of ${this.#shape(image)}`);
    for (const one of this.#apply(operation, image, draws)) this.#add(one);
    this.#note(
      `   gives ${this.#images
        .slice(before)
        .map((one) => this.#shape(one))
        .join(" ")}`,
    );
    if (draws.below(3) === 0) this.#add(this.#norm(this.#last(), draws));
  }

  #apply(operation: (typeof operations)[number] | "rare", image: Image, draws: Draws): Image[] {
    const { x } = image;
    const [, rows, columns, channels] = x.shape;
    const like = (y: tf.Tensor, changes: Partial<Image> = {}): Image => ({
      ...image,
      normed: false,
      ...changes,
      x: y as T4,
    });
    switch (operation) {
      case "conv":
        return [this.#norm(this.#conv(image, draws), draws)];
      case "bare conv":
        return [this.#conv(image, draws)];
      case "binary conv":
        return [this.#norm(this.#binaryConv(image.normed ? image : this.#norm(image, draws), draws), draws)];
      case "scaled conv": {
        const scale = tf.add(tf.abs(this.#list(draws, [1, 1, 1, 8])), 0.1);
        const kernel = tf.mul(this.#normals([3, 3, channels, 8], 0.3), scale) as T4;
        return [like(scaledConv(x, kernel, scale, draws.below(2) === 0 ? 1 : 2, "same"))];
      }
      case "norm":
        return [this.#norm(image, draws)];
      case "norm of norm":
        return [this.#norm(this.#norm(image, draws), draws)];
      case "relu": {
        const given = image.apart ? image : this.#norm(image, draws);
        return [like(draws.below(2) === 0 ? relu(given.x) : tf.relu(given.x), { varies: false })];
      }
      case "sign": {
        const given = image.normed ? image : this.#norm(image, draws);
        const clip = 0.5 + draws.below(4) / 2;
        return [like(signWindow(given.x, clip), { apart: false, varies: false })];
      }
      case "add": {
        const other = this.#partner(image, draws);
        return [like(add(x, other.x), both(image, other))];
      }
      case "add relu": {
        const other = this.#norm(this.#partner(image, draws), draws);
        return [like(addRelu(x, other.x), { varies: false, apart: image.apart && other.apart })];
      }
      case "image with image": {
        const other = this.#partner(image, draws);
        const meet = draws.of([tf.mul, tf.sub, tf.maximum, tf.add, tf.minimum] as const);
        const apart = image.apart && other.apart && meet !== tf.sub;
        this.#note(`   ${meet.name}, with ${this.#images.indexOf(image)} ${this.#images.indexOf(other)}`);
        if ((meet === tf.maximum || meet === tf.minimum) && !(apart && image.normed && other.normed))
          return [like(tf.mul(x, other.x), { apart, varies: false })];
        return [like(meet(x, other.x), { apart, varies: false })];
      }
      case "image with list": {
        const list = this.#list(draws, draws.of([[channels], [1, 1, 1, channels], [1, channels]]));
        const meet = draws.of([tf.mul, tf.sub, tf.add] as const);
        return [like(draws.below(2) === 0 ? meet(x, list) : meet(list, x), { apart: image.apart })];
      }
      case "image with scalar": {
        const meet = draws.of([tf.mul, tf.sub, tf.add, tf.div] as const);
        return [like(meet(x, draws.below(2) === 0 ? 1.5 : this.#normals([])), { apart: image.apart })];
      }
      case "image with each": {
        const each = this.#normals([this.#batch, 1, 1, channels]);
        return [like(draws.of([tf.mul, tf.add] as const)(x, each))];
      }
      case "function": {
        const kind = draws.of(["abs", "neg", "square", "sqrt"] as const);
        this.#note(`   ${kind}`);
        if (kind === "neg") return [like(tf.neg(x))];
        // Of signs they are constant.
        const given = image.varies && image.apart ? image : this.#norm(image, draws);
        const of = (y: tf.Tensor) => like(y, { apart: true, varies: given.varies });
        if (kind === "abs") return [of(tf.abs(given.x))];
        return [of(kind === "square" ? tf.square(given.x) : tf.sqrt(tf.add(tf.square(given.x), 0.1)))];
      }
      case "concat": {
        const others = this.#alike(image);
        const parts = [image, draws.of(others), ...(draws.below(2) === 0 ? [draws.of(others)] : [])];
        return [like(concatChannels(parts.map((one) => one.x)), every(parts))];
      }
      case "concat with zeros": {
        const zeros: Image = {
          ...like(tf.zeros([this.#batch, rows, columns, 1 + draws.below(8)])),
          varies: false,
        };
        const parts = draws.below(2) === 0 ? [image, zeros] : [zeros, image];
        return [like(concatChannels(parts.map((one) => one.x)), { varies: false, apart: image.apart })];
      }
      case "concat with many zeros": {
        const pixels = this.#batch * rows * columns;
        const count = Math.ceil((largeEntries + 1) / pixels);
        if (count > 200) return [];
        const whole = concatChannels([tf.zeros<tf.Rank.R4>([this.#batch, rows, columns, count]), x]);
        const taken = 4 + draws.below(channels - 3);
        const sizes = [count - 4, 4 + taken, channels - taken].filter((size) => size > 0);
        return [like(splitChannels(whole, sizes)[1] as T4, { varies: false })];
      }
      case "interleave":
        return [like(interleaveChannels(x, draws.below(2) === 0 ? x : this.#partner(image, draws).x))];
      case "interleave with zeros": {
        const zeros = tf.zeros<tf.Rank.R4>([this.#batch, rows, columns, channels]);
        const parts: [T4, T4] = draws.below(2) === 0 ? [x, zeros] : [zeros, x];
        return [like(interleaveChannels(...parts), { varies: false, apart: image.apart })];
      }
      case "split": {
        if (channels < 8 || !image.varies) return [];
        const cut = 4 + draws.below(channels - 7);
        const sizes = channels - cut >= 8 ? [cut, 4, channels - cut - 4] : [cut, channels - cut];
        this.#note(`   ${sizes.join()}`);
        return splitChannels(x, sizes).map((one) => like(one));
      }
      case "pool": {
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
          : [this.#batch, ...(size as [number, number, number])];
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
        const values = [image, this.#partner(image, draws), ...(draws.below(2) === 0 ? [image] : [])];
        const weights = tf.softmax(this.#list(draws, [values.length]));
        const scalars = values.map((_, i) =>
          draws.below(2) === 0
            ? (tf.reshape(tf.slice(weights, [i], [1]), []) as tf.Scalar)
            : (this.#list(draws, []) as tf.Scalar),
        );
        const mask = draws.below(2) === 0 ? (this.#list(draws, [channels]) as tf.Tensor1D) : null;
        return [
          like(
            weightedSum(
              values.map((one) => one.x),
              scalars,
              mask,
            ),
            every(values),
          ),
        ];
      }
      case "sum as result": {
        const sum = draws.below(2) === 0 ? tf.sum(x, [0, 1, 2]) : tf.mean(x, [1, 2]);
        this.results.push(sum);
        return [];
      }
      case "unread":
        tf.mul(this.#parameter([4]), 2);
        tf.mul(x, 2);
        return [];
      case "rare": {
        const kind = draws.below(5);
        this.#note(`   ${kind}`);
        if (kind === 0) this.results.push(tf.mean(x, [0, 1, 2]));
        if (kind === 1) this.results.push(tf.mean(x));
        if (kind === 2) return [like(tf.mul(x, this.#list(draws, [this.#batch, 1, 1, channels])))];
        if (kind === 3) return [like(tf.mul(x, tf.mean(x, [1, 2], true)))];
        if (kind === 4) return [like(tf.mul(x, this.#list(draws, [])))];
        return [];
      }
    }
  }

  #conv(image: Image, draws: Draws): Image {
    const { x } = image;
    const [, rows, columns, inputs] = x.shape;
    const size = draws.of([1, 3, 3, 5]);
    const filters = 4 + draws.below(17);
    const stride = draws.of<number | [number, number]>([1, 1, 2, [2, 1]]);
    const pad = draws.below(3) === 0 && size <= rows && size <= columns ? "valid" : "same";
    this.#note(`   ${size}x${size} conv, ${filters} filters, stride ${stride}, ${pad}`);
    const list = this.#list(draws, [size, size, inputs, filters]);
    const kernel = tf.mul(list, 1 / Math.sqrt(size * size * inputs)) as T4;
    return { ...image, x: tf.conv2d(x, kernel, stride, pad), normed: false };
  }

  /** Of signs, within a border of ones, with the mean of the kernel's absolute values as scale. */
  #binaryConv({ x }: Image, draws: Draws): Image {
    const size = draws.of([1, 3, 3, 5]);
    const border = (size - 1) / 2;
    const filters = 4 + draws.below(17);
    const stride = draws.of([1, 1, 2]);
    this.#note(`   ${size}x${size} binary conv, ${filters} filters, stride ${stride}`);
    const kernel = this.#parameter([size, size, x.shape[3], filters]) as T4;
    const scale = tf.mean(tf.reshape(tf.abs(kernel), [-1, filters]), 0);
    const signs = tf.mul(signWindow(kernel, 1), tf.reshape(scale, [1, 1, 1, filters])) as T4;
    const sides: [number, number] = [border, border];
    const padded = tf.pad4d(signWindow(x, draws.of([1, 1, 1.5])), [[0, 0], sides, sides, [0, 0]], 1);
    return { x: tf.conv2d(padded, signs, stride, "valid"), apart: false, varies: true, normed: false };
  }

  /** Its batch norm, of a convolution of it where channels or the batch may be constant. */
  #norm(image: Image, draws: Draws): Image {
    const [, rows, columns, channels] = image.x.shape;
    if (this.#batch * rows * columns < 8) return image;
    const x = image.varies
      ? image.x
      : tf.conv2d(image.x, this.#parameter([1, 1, channels, Math.max(4, channels)], 0.4) as T4, 1, "same");
    const given = x.shape[3];
    const scale = tf.add(tf.abs(this.#list(draws, [given])), 0.2) as tf.Tensor1D;
    const offset = this.#parameter([given], 0.3) as tf.Tensor1D;
    const { y, mean, variance } = batchNormTrain(x, scale, offset, 1e-5);
    this.#note(`   norm of [${x.shape.join()}]`);
    this.results.push(mean, variance);
    return { x: y, apart: true, varies: true, normed: true };
  }

  /** Those that lie beside it. */
  #alike({ x }: Image): Image[] {
    return this.#images.filter((one) => one.x.shape.slice(0, 3).join() === x.shape.slice(0, 3).join());
  }

  /** Another of the same extents, made of one where there is none. */
  #partner(image: Image, draws: Draws): Image {
    const same = this.#images.filter((one) => one !== image && one.x.shape.join() === image.x.shape.join());
    if (same.length > 0 && draws.below(4) > 0) return draws.of(same);
    const { x } = draws.of(this.#alike(image).filter((one) => one.x.shape[3] >= 4 || one === image));
    const kernel = this.#parameter([1, 1, x.shape[3], image.x.shape[3]], 0.5) as T4;
    const made = {
      x: tf.conv2d(x, kernel, 1, "same"),
      apart: image.apart,
      varies: image.varies,
      normed: false,
    };
    return draws.below(2) === 0 ? made : this.#norm(made, draws);
  }

  #head(image: Image, draws: Draws): tf.Scalar {
    const { x } = draws.below(3) > 0 ? this.#norm(image, draws) : image;
    const weights = this.#list(draws, [x.shape[3], classes]) as tf.Tensor2D;
    const bias = this.#list(draws, [classes]);
    const pooled = tf.mean(x, [1, 2]) as tf.Tensor2D;
    const logits = tf.add(tf.matMul(pooled, tf.mul(weights, 0.3) as tf.Tensor2D), bias) as tf.Tensor2D;
    const numbers = integers(fold(this.#step, `labels ${this.#made++}`), this.#batch, classes);
    const labels = tf.tensor1d(Int32Array.from(numbers), "int32");
    this.results.push(tf.sum(tf.cast(tf.equal(tf.argMax(logits, -1), labels), "float32")));
    return softmaxCrossEntropy(logits, labels, draws.of([0, 0.1])) as tf.Scalar;
  }

  /** A list of the extents, made of parameters. */
  #list(draws: Draws, shape: Shape, depth = 3): tf.Tensor {
    const size = sizeOf(shape);
    if (depth === 0 || draws.below(2) === 0) return this.#parameter(shape);
    const of = (extents: Shape) => this.#list(draws, extents, depth - 1);
    const kind = draws.of(listKinds);
    const axis = shape.length === 0 ? 0 : draws.below(shape.length);
    const extent = shape[axis] ?? 1;
    const along = (extents: number) => shape.map((one, i) => (i === axis ? extents : one));
    const word = (text: string) => this.#note(`   list [${shape.join()}]: ${text}`);
    if (size > 3000 && kind !== "meet" && kind !== "function") return this.#parameter(shape);
    switch (kind) {
      case "meet": {
        const narrow = shape.map((one) => (draws.below(2) === 0 ? 1 : one));
        const other = draws.below(3) === 0 ? narrow.slice(draws.below(narrow.length + 1)) : narrow;
        const drawn = draws.of([tf.mul, tf.add, tf.sub, tf.maximum, tf.div] as const);
        // Gradients of the larger of two are those of equal extents.
        const meet = drawn === tf.maximum && other.join() !== shape.join() ? tf.mul : drawn;
        word(`meets [${other.join()}]`);
        const b = meet === tf.div ? tf.add(tf.square(of(other)), 1) : of(other);
        return draws.below(2) === 0 && meet !== tf.div ? meet(b, of(shape)) : meet(of(shape), b);
      }
      case "function": {
        const apply = draws.of([
          tf.abs,
          tf.neg,
          tf.square,
          tf.relu,
          (x: tf.Tensor) => tf.sqrt(tf.add(tf.square(x), 0.1)),
        ] as ((x: tf.Tensor) => tf.Tensor)[]);
        return apply(of(shape));
      }
      case "reshape": {
        const other = draws.of([
          [size],
          [...shape].reverse(),
          ...(shape.length < 4
            ? [
                [1, ...shape],
                [...shape, 1],
              ]
            : []),
        ]);
        word(`reshape of [${other.join()}]`);
        return tf.reshape(of(other), [...shape]);
      }
      case "slice": {
        if (shape.length === 0) {
          const count = 2 + draws.below(4);
          return tf.reshape(tf.slice(of([count]), [draws.below(count)], [1]), []);
        }
        const from = shape.map(() => draws.below(3));
        const whole = shape.map((one, i) => one + (from[i] as number) + draws.below(2));
        word(`slice of [${whole.join()}]`);
        return tf.slice(of(whole), from, [...shape]);
      }
      case "pad": {
        if (extent < 2) return this.#parameter(shape);
        const before = draws.below(extent - 1);
        const after = Math.min(draws.below(2), extent - 1 - before);
        word(`pad along ${axis}`);
        const pairs = shape.map((_, i): [number, number] => (i === axis ? [before, after] : [0, 0]));
        return tf.pad(of(along(extent - before - after)), pairs, draws.of([0, 0.5]));
      }
      case "concat": {
        if (extent < 2) return this.#parameter(shape);
        const cut = 1 + draws.below(extent - 1);
        word(`concat along ${axis}`);
        return tf.concat([of(along(cut)), of(along(extent - cut))], axis);
      }
      case "split": {
        if (shape.length === 0) return this.#parameter(shape);
        const [before, after] = [1 + draws.below(2), 1 + draws.below(2)];
        word(`split along ${axis}`);
        return tf.split(of(along(before + extent + after)), [before, extent, after], axis)[1] as tf.Tensor;
      }
      case "stack": {
        if (extent > 4 || shape.length === 0) return this.#parameter(shape);
        const part = shape.filter((_, i) => i !== axis);
        word(`stack along ${axis}`);
        return tf.stack(
          Array.from({ length: extent }, () => of(part)),
          axis,
        );
      }
      case "unstack": {
        if (shape.length > 3) return this.#parameter(shape);
        const count = 2 + draws.below(2);
        word(`unstack along ${axis}`);
        const whole = [...shape.slice(0, axis), count, ...shape.slice(axis)];
        return tf.unstack(of(whole), axis)[draws.below(count)] as tf.Tensor;
      }
      case "tile": {
        if (shape.length === 0) return this.#parameter(shape);
        const factor = extent % 2 === 0 ? 2 : extent;
        word(`tile along ${axis}`);
        return tf.tile(
          of(along(extent / factor)),
          along(1).map((_, i) => (i === axis ? factor : 1)),
        );
      }
      case "sum": {
        if (shape.length > 3) return this.#parameter(shape);
        const mean = draws.below(2) === 0;
        const count = 2 + draws.below(3);
        const more = shape.length < 3 && draws.below(2) === 0;
        const whole = [...shape.slice(0, axis), count, ...shape.slice(axis), ...(more ? [2] : [])];
        const axes = more ? [axis, whole.length - 1] : [axis];
        word(`${mean ? "mean" : "sum"} of [${whole.join()}] over ${axes.join()}`);
        return mean ? tf.mean(of(whole), axes) : tf.sum(of(whole), axes);
      }
      case "softmax": {
        if (shape.length === 0 || (shape.at(-1) as number) < 2) return this.#parameter(shape);
        return tf.mul(tf.softmax(of(shape)), 3);
      }
      case "image": {
        const wanted = shape.length === 1 ? shape[0] : undefined;
        const found = this.#images.filter(({ x }) => x.shape[3] === wanted);
        // The gradient of the sum over all images is no image.
        if (found.length === 0 || draws.below(20) > 0) return this.#parameter(shape);
        const { x } = draws.of(found);
        word(`mean of the pixels of [${x.shape.join()}]`);
        return tf.mul(tf.sum(x, [0, 1, 2]), 1 / (x.size / x.shape[3]));
      }
    }
  }
}

const operations = [
  ...["conv", "conv", "bare conv", "binary conv", "binary conv", "scaled conv", "norm", "norm of norm"],
  ...["relu", "sign", "add", "add relu", "image with image", "image with list", "image with scalar"],
  ...["image with each", "function", "concat", "concat with zeros", "concat with many zeros", "interleave"],
  ...["interleave with zeros", "split", "split", "pool", "slice", "pad", "weighted sum", "sum as result"],
  "unread",
] as const;

const listKinds = [
  ...["meet", "meet", "meet", "function", "reshape", "slice", "pad", "concat", "split", "stack", "unstack"],
  ...["tile", "sum", "softmax", "image"],
] as const;

const sizeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);

const both = (a: Image, b: Image): Partial<Image> => ({
  apart: a.apart && b.apart,
  varies: a.varies && b.varies,
});
const every = (images: readonly Image[]): Partial<Image> => ({
  apart: images.every(({ apart }) => apart),
  varies: images.every(({ varies }) => varies),
});
