import { add, concatChannels, leadingChannels, spreadChannels, tf, weightedSum } from "../../../lib/backend";
import { fold } from "../../../lib/random/randomKey";
import { Draws } from "../../fuzz/mutate";
import { behind, chosen, drawGate, drawGates } from "./randomGates";
import { drawKernel, norm, partner } from "./randomLayers";
import { drawList } from "./randomLists";
import { applied, operations } from "./randomOperations";
import { type Image, type Sketch, shapeText, type T4 } from "./randomSketch";

/** Operations of which a part is not computed in every step. */
const parts = ["gated", "gated", "gated sum", "gated sum", "gated sum", "one of", "one of"] as const;
/** Those that leave extents as they are. */
const alikes = ["norm", "relu", "sign", "add", "image with list", "image with scalar", "function"] as const;
/** Parts within each other. */
const deepest = 3;

/** An operation of a random image, or a part with some. */
export function drawStep(sketch: Sketch, k: number): void {
  const { step, place } = sketch;
  sketch.place = place === "" ? `${k}` : `${place}.${k}`;
  sketch.step = fold(place === "" ? fold(sketch.key, "step") : fold(step, "inside"), k);
  if (!sketch.options.skipped?.has(sketch.place)) drawn(sketch, new Draws(sketch.step));
  sketch.step = step;
  sketch.place = place;
}

function drawn(sketch: Sketch, draws: Draws): void {
  const hasPart = sketch.options.gates && sketch.depth < deepest && draws.below(2) === 0;
  const operation =
    draws.below(sketch.options.gates ? 300 : 60) === 0
      ? "rare"
      : hasPart
        ? draws.of(parts)
        : draws.of(operations);
  const image = sketch.image(draws);
  const before = sketch.images.length;
  sketch.note(`${sketch.place}: ${operation} of ${shapeText(image)}`);
  for (const one of made(sketch, operation, image, draws)) sketch.add(one);
  sketch.note(`   gives ${sketch.images.slice(before).map(shapeText).join(" ")}`);
  if (draws.below(3) === 0) sketch.add(norm(sketch, sketch.last(), draws));
}

function made(
  sketch: Sketch,
  operation: (typeof operations)[number] | (typeof parts)[number] | "rare",
  image: Image,
  draws: Draws,
): Image[] {
  switch (operation) {
    case "gated":
      return gatedSteps(sketch, draws);
    case "gated sum":
      return [gatedSum(sketch, image, draws)];
    case "one of":
      return oneOfWidths(sketch, image, draws);
    default:
      return applied(sketch, operation, image, draws);
  }
}

const closing = (x: tf.Tensor): Image => ({
  x: x as T4,
  apart: false,
  varies: false,
  normed: false,
  closes: true,
});

/** What is at one's place among the images that are seen now. */
const seen = (sketch: Sketch, place: number): Image => sketch.images[place] as Image;

/** Some steps behind a gate: their last image, another one, and a list. */
function gatedSteps(sketch: Sketch, draws: Draws): Image[] {
  const [more, hasList] = [draws.below(3) === 0, draws.below(4) === 0];
  const results = behind(sketch, draws, () => {
    const steps = 1 + draws.below(3);
    for (let k = 0; k < steps; k++) drawStep(sketch, k);
    const images = sketch.images.slice(more ? -2 : -1).map(({ x }) => x);
    return hasList ? [...images, drawList(sketch, draws, [1 + draws.below(12)])] : images;
  });
  if (hasList) sketch.listed.push(sketch.kept(results.pop() as tf.Tensor));
  return results.map(closing);
}

/** A sum of one to five terms, of which some are behind gates. */
function gatedSum(sketch: Sketch, image: Image, draws: Draws): Image {
  const place = sketch.images.indexOf(image);
  const count = 1 + draws.below(5);
  const kind = draws.of(["list", "list", "shared", "own"] as const);
  const shared = kind === "shared" ? drawGate(sketch, draws) : undefined;
  const gates = kind === "list" ? drawGates(sketch, draws, count) : [];
  let closes = true;
  const terms = Array.from({ length: count }, (_, i): T4 => {
    if (draws.below(6) === 0) {
      closes = false;
      return alike(sketch, image, draws).x;
    }
    const make = () => [alike(sketch, seen(sketch, place), draws).x];
    return behind(sketch, draws, make, gates[i] ?? shared)[0] as T4;
  });
  sketch.note(`   of ${count}`);
  if (count > 1 && draws.below(8) === 0) return closing(concatChannels(terms));
  const ways = ["chain", "library's chain", "at once", "weighted"] as const;
  const way = draws.of(ways);
  const isClosing = closes || image.closes || way === "weighted";
  return { ...closing(sum(sketch, terms, way, draws)), closes: isClosing };
}

function sum(
  sketch: Sketch,
  terms: readonly T4[],
  way: "chain" | "library's chain" | "at once" | "weighted",
  draws: Draws,
): tf.Tensor {
  if (way === "at once") return tf.addN([...terms]);
  if (way !== "weighted")
    return terms.reduce((all, one) => (way === "chain" ? tf.add(all, one) : add(all, one)));
  const weights = terms.map(() => drawList(sketch, draws, []) as tf.Scalar);
  return weightedSum(terms, weights, null);
}

/** An image of the same extents: itself, made of it, or behind a gate once more. */
function alike(sketch: Sketch, image: Image, draws: Draws): Image {
  if (!sketch.images.includes(image)) sketch.add(image);
  const { x } = image;
  const channels = x.shape[3];
  const kind = draws.of(["itself", "half", "conv", "conv", "partner", "steps", "gated"] as const);
  if (kind === "half") return { ...image, x: tf.mul(x, 0.5) };
  if (kind === "partner" && channels >= 4) return partner(sketch, image, draws);
  if (kind === "steps") return steps(sketch, image, draws);
  if (kind === "gated" && sketch.depth < deepest) {
    const place = sketch.images.indexOf(image);
    const make = () => [alike(sketch, seen(sketch, place), draws).x];
    return closing(behind(sketch, draws, make)[0] as tf.Tensor);
  }
  if (kind === "conv" && channels >= 4) {
    const kernel = drawKernel(sketch, draws, [3, 3, channels, channels]);
    const y = tf.conv2d(x, tf.mul(kernel, 1 / Math.sqrt(9 * channels)) as T4, 1, "same");
    const made = { ...image, x: y, normed: false };
    return draws.below(2) === 0 ? made : norm(sketch, made, draws);
  }
  return image;
}

/** One or two operations that leave its extents as they are. */
function steps(sketch: Sketch, image: Image, draws: Draws): Image {
  let last = image;
  for (let k = 0; k <= draws.below(2); k++) {
    if (!sketch.images.includes(last)) sketch.add(last);
    const [made] = applied(sketch, draws.of(alikes), last, draws);
    if (made?.x.shape.join() === image.x.shape.join()) last = made;
  }
  return last;
}

/** One of two or three bodies on the leading channels of an image, or of two nodes side by side; and a list of its own. */
function oneOfWidths(sketch: Sketch, image: Image, draws: Draws): Image[] {
  const { x } = image;
  const channels = x.shape[3];
  if (channels < 8) return [];
  const place = sketch.images.indexOf(image);
  const nodes = channels % 2 === 0 ? 1 + draws.below(2) : 1;
  const whole = channels / nodes;
  const made = draws.below(4) === 0 ? whole : Math.ceil(4 / nodes) + draws.below(12);
  const shared = draws.below(2) === 0 ? sketch.variable([3, 3, channels, nodes * made]) : undefined;
  const [stride, hasList] = [1 + draws.below(2), draws.below(3) === 0];
  let closes = false;
  const width = (most: number): number => draws.of([most, Math.min(most, Math.ceil(most / 2) + 1)]);
  const body = (): tf.Tensor[] => {
    const own = seen(sketch, place);
    const kept = width(whole);
    const narrow: Image = { ...own, x: leadingChannels(own.x, nodes, kept), closes: true, varies: false };
    const before = draws.below(2) === 0 ? steps(sketch, narrow, draws) : narrow;
    const filters = nodes * width(made);
    const shape = [3, 3, before.x.shape[3], filters];
    const wide = shared
      ? tf.slice(sketch.entered(shared), [0, 0, 0, 0], shape)
      : drawKernel(sketch, draws, shape);
    const kernel = tf.mul(wide, 1 / Math.sqrt(9 * channels)) as T4;
    const y = { ...before, x: tf.conv2d(before.x, kernel, stride, "same"), normed: false };
    let after = draws.below(2) === 0 ? y : steps(sketch, norm(sketch, y, draws), draws);
    if (after.x.shape[3] !== filters) after = y;
    if (sketch.depth < deepest && draws.below(3) === 0) after = alike(sketch, after, draws);
    closes ||= after.closes;
    const spread = (one: tf.Tensor) => spreadChannels(one, nodes, made);
    return hasList ? [spread(after.x), spread(tf.mean(after.x, [1, 2]))] : [spread(after.x)];
  };
  const bodies = Array.from({ length: 2 + draws.below(2) }, () => body);
  const [y, list] = chosen(sketch, draws, bodies);
  if (list) sketch.listed.push(sketch.kept(list));
  return [{ ...closing(y as tf.Tensor), closes }];
}
