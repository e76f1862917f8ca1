import { tf } from "../../../lib/backend";
import { fold, normal, type RandomKey } from "../../../lib/random/randomKey";
import { Draws } from "../../fuzz/mutate";

export type T4 = tf.Tensor4D;
export type Shape = readonly number[];

/** An image of the network, and what may be done with it without rounding deciding about the result. */
export interface Image {
  readonly x: T4;
  /** Whether nothing is at 0, where signs change, but for rounding. */
  readonly apart: boolean;
  /** Whether each channel has different numbers. */
  readonly varies: boolean;
  /** Whether it was normalised. */
  readonly normed: boolean;
  /** Whether it may be the same number throughout, as what is behind a closed gate is. */
  readonly closes: boolean;
}

export interface StepOptions {
  /** Of all numbers of images and parameters. */
  readonly factor?: number;
  /** Adds to each number up to this share of it, to see what rounding decides. */
  readonly noise?: number;
  /** Steps of the network to leave out, to make a case smaller; the others draw the same then. `1.0` is the first step inside `1`. */
  readonly skipped?: ReadonlySet<string>;
  /** Whether it has parts behind gates, and parts of which one of several is computed. */
  readonly gates?: boolean;
  /** Opens all gates that are given as numbers. */
  readonly allOpen?: boolean;
}

/** A scalar that is not 0 where a part is needed. */
export type Open = tf.Scalar;

/** Hands something from outside to what is within a part. */
export type Enter = (x: tf.Tensor) => tf.Tensor;

export const sizeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);

/** A network as far as it is drawn. */
export class Sketch {
  readonly variables: tf.Variable[] = [];
  /** What is read beside the loss and the gradients. */
  readonly results: tf.Tensor[] = [];
  /** Lists that count in the loss. */
  readonly listed: tf.Tensor[] = [];
  readonly words: string[] = [];
  /** Gates, and lists of gates of which exactly one is open. */
  readonly gates: Open[] = [];
  readonly choices: tf.Tensor1D[] = [];
  /** Those that are seen where the sketch is. */
  images: Image[] = [];
  readonly batch: number;
  readonly all: Draws;
  /** Of the step that is drawn. */
  step: RandomKey;
  /** Its name. */
  place = "";
  readonly #entrances: Enter[] = [];
  readonly #kept: tf.Tensor[] = [];
  #made = 0;

  constructor(
    readonly key: RandomKey,
    readonly options: StepOptions,
  ) {
    this.all = new Draws(fold(key, "all"));
    this.step = key;
    this.batch = 1 + this.all.below(6);
  }

  /** Parts that it is within. */
  get depth(): number {
    return this.#entrances.length;
  }

  note(text: string): void {
    this.words.push(`${"  ".repeat(this.depth)}${text}`);
  }

  add(image: Image): void {
    this.images.push(image);
  }

  last(): Image {
    return this.images.at(-1) as Image;
  }

  /** An image, mostly one of the last. */
  image(draws: Draws): Image {
    const known = draws.below(40) === 0 ? this.images : this.images.filter(({ x }) => x.shape[3] >= 4);
    return draws.of(draws.below(3) > 0 ? known.slice(-2) : known);
  }

  /** Those that lie beside it. */
  alike({ x }: Image): Image[] {
    return this.images.filter((one) => one.x.shape.slice(0, 3).join() === x.shape.slice(0, 3).join());
  }

  /** A key for numbers of the step. */
  next(what: string): RandomKey {
    return fold(this.step, `${what} ${this.#made++}`);
  }

  normals<T extends tf.Tensor>(shape: Shape, factor = 1): T {
    const key = this.next("numbers");
    const { factor: own = 1, noise = 0 } = this.options;
    const off = noise > 0 ? normal(fold(key, "noise"), sizeOf(shape)) : [];
    const numbers = normal(key, sizeOf(shape)).map(
      (one, i) => one * factor * own * (1 + noise * (off[i] ?? 0)),
    );
    return tf.tensor(numbers, [...shape]) as T;
  }

  parameter(shape: Shape, factor = 1): tf.Tensor {
    return this.entered(this.variable(shape, factor));
  }

  /** A parameter as it is outside of all parts; where there are gates, sometimes one that something else reads as well. */
  variable(shape: Shape, factor = 1): tf.Variable {
    const numbers = this.normals(shape, factor);
    if (this.options.gates) {
      const draws = new Draws(this.next("shared"));
      const same = this.variables.filter((one) => one.shape.join() === shape.join());
      if (same.length > 0 && draws.below(8) === 0) return draws.of(same);
    }
    const variable = tf.variable(numbers);
    this.variables.push(variable);
    return variable;
  }

  /** What is outside of all parts, as it is seen where the sketch is. */
  entered(x: tf.Tensor): tf.Tensor {
    return this.#entrances.reduce((seen, enter) => enter(seen), x);
  }

  /** Draws what is within a part. */
  within<T>(enter: Enter, body: () => T): T {
    const { images } = this;
    this.#entrances.push(enter);
    this.images = images.map((one) => ({ ...one, x: enter(one.x) as T4 }));
    try {
      return body();
    } finally {
      this.#entrances.pop();
      this.images = images;
    }
  }

  result(...tensors: tf.Tensor[]): void {
    for (const one of tensors) this.results.push(tf.keep(one));
  }

  /** Keeps a tensor until the network is done. */
  kept<T extends tf.Tensor>(x: T): T {
    this.#kept.push(tf.keep(x));
    return x;
  }

  dispose(): void {
    tf.dispose([...this.variables, ...this.#kept]);
  }
}

export const shapeText = ({ x }: Image): string => `[${x.shape.join()}]`;

type Traits = Pick<Image, "apart" | "varies" | "closes">;

export const both = (a: Image, b: Image): Traits => ({
  apart: a.apart && b.apart,
  varies: a.varies && b.varies,
  closes: a.closes && b.closes,
});
export const every = (images: readonly Image[]): Traits => ({
  apart: images.every(({ apart }) => apart),
  varies: images.every(({ varies }) => varies),
  closes: images.some(({ closes }) => closes),
});
