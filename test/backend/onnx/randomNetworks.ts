import { lossGradients, tf } from "../../../lib/backend";
import { fold, randomKey } from "../../../lib/random/randomKey";
import { Draws } from "../../fuzz/mutate";
import { behind } from "./randomGates";
import { conv, head, norm } from "./randomLayers";
import { drawList } from "./randomLists";
import { drawStep } from "./randomParts";
import { signConvs } from "./randomSigns";
import { Sketch, type StepOptions, shapeText, type T4 } from "./randomSketch";

/** What a training step gives: its loss and statistics, and the gradients of all parameters that take part. */
export interface Step {
  readonly results: readonly tf.Tensor[];
  readonly gradients: readonly tf.Tensor[];
}

/** One training step of a network that a seed draws. */
export function trainStep(seed: number, options: StepOptions = {}): Step {
  const sketch = new Sketch(fold(randomKey(seed), "network"), options);
  const { value, gradients } = lossGradients(() => draw(sketch), sketch.variables);
  sketch.dispose();
  return { results: [value, ...sketch.results], gradients: gradients.flatMap((one) => one ?? []) };
}

/** What a seed's network is made of, in words. */
export function describeNetwork(seed: number, options: StepOptions = {}): string {
  return tf.tidy(() => {
    const sketch = new Sketch(fold(randomKey(seed), "network"), options);
    draw(sketch);
    sketch.dispose();
    tf.dispose(sketch.results);
    return sketch.words.join("\n");
  });
}

/** Draws a network, and returns its loss. */
function draw(sketch: Sketch): tf.Scalar {
  const { all, key, batch } = sketch;
  // Parts are many steps.
  const { gates } = sketch.options;
  const extent = () => 3 + all.below(gates ? 5 : 10);
  const [rows, columns] = [extent(), extent()];
  const x = sketch.normals<T4>([batch, rows, columns, 3]);
  sketch.add({ x, varies: true, apart: true, normed: false, closes: false });
  sketch.note(`images ${shapeText(sketch.last())}`);
  const first = new Draws(fold(key, "first"));
  sketch.add(norm(sketch, conv(sketch, sketch.last(), first), first));
  if (first.below(3) === 0) for (const one of signConvs(sketch, sketch.last(), first)) sketch.add(one);
  const steps = gates ? 2 + all.below(4) : 3 + all.below(7);
  for (let k = 0; k < steps; k++) drawStep(sketch, k);
  sketch.step = fold(key, "heads");
  const heads = new Draws(sketch.step);
  let loss = head(sketch, sketch.last(), heads);
  if (heads.below(4) === 0) {
    sketch.note("a second loss");
    const image = heads.of(sketch.images);
    const place = sketch.images.indexOf(image);
    const isGated = gates && heads.below(2) === 0;
    const second = isGated
      ? behind(sketch, heads, () => [head(sketch, sketch.images[place] as typeof image, heads)])[0]
      : head(sketch, image, heads);
    loss = tf.add(loss, tf.mul(second as tf.Scalar, 0.5));
  }
  const listLoss = (list: tf.Tensor) => tf.mul(tf.sum(tf.square(list)), 0.01);
  if (heads.below(4) === 0) {
    sketch.note("a loss of lists");
    loss = tf.add(loss, listLoss(drawList(sketch, heads, [3, 4])));
  }
  for (const list of sketch.listed) loss = tf.add(loss, listLoss(list));
  return loss;
}
