import { leadingChannels, spreadChannels, tf } from "../../../lib/backend";
import type { Draws } from "../../fuzz/mutate";
import { behind, chosen } from "./randomGates";
import { type Shape, type Sketch, sizeOf } from "./randomSketch";

const listKinds = [
  ...["meet", "meet", "meet", "function", "reshape", "slice", "pad", "concat", "split", "stack", "unstack"],
  ...["tile", "sum", "softmax", "image"],
] as const;
const gatedKinds = [...listKinds, "gated", "gated", "gated sum", "one of", "leading", "spread"] as const;

/** A list of the extents, made of parameters. */
export function drawList(sketch: Sketch, draws: Draws, shape: Shape, depth = 3): tf.Tensor {
  const size = sizeOf(shape);
  if (depth === 0 || draws.below(2) === 0) return sketch.parameter(shape);
  const of = (extents: Shape) => drawList(sketch, draws, extents, depth - 1);
  const kind = draws.of(sketch.options.gates ? gatedKinds : listKinds);
  const axis = shape.length === 0 ? 0 : draws.below(shape.length);
  const extent = shape[axis] ?? 1;
  const last = shape.at(-1) ?? 1;
  const along = (extents: number) => shape.map((one, i) => (i === axis ? extents : one));
  const word = (text: string) => sketch.note(`   list [${shape.join()}]: ${text}`);
  if (size > 3000 && kind !== "meet" && kind !== "function") return sketch.parameter(shape);
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
      if (extent < 2) return sketch.parameter(shape);
      const before = draws.below(extent - 1);
      const after = Math.min(draws.below(2), extent - 1 - before);
      word(`pad along ${axis}`);
      const pairs = shape.map((_, i): [number, number] => (i === axis ? [before, after] : [0, 0]));
      return tf.pad(of(along(extent - before - after)), pairs, draws.of([0, 0.5]));
    }
    case "concat": {
      if (extent < 2) return sketch.parameter(shape);
      const cut = 1 + draws.below(extent - 1);
      word(`concat along ${axis}`);
      return tf.concat([of(along(cut)), of(along(extent - cut))], axis);
    }
    case "split": {
      if (shape.length === 0) return sketch.parameter(shape);
      const [before, after] = [1 + draws.below(2), 1 + draws.below(2)];
      word(`split along ${axis}`);
      return tf.split(of(along(before + extent + after)), [before, extent, after], axis)[1] as tf.Tensor;
    }
    case "stack": {
      if (extent > 4 || shape.length === 0) return sketch.parameter(shape);
      const part = shape.filter((_, i) => i !== axis);
      word(`stack along ${axis}`);
      return tf.stack(
        Array.from({ length: extent }, () => of(part)),
        axis,
      );
    }
    case "unstack": {
      if (shape.length > 3) return sketch.parameter(shape);
      const count = 2 + draws.below(2);
      word(`unstack along ${axis}`);
      const whole = [...shape.slice(0, axis), count, ...shape.slice(axis)];
      return tf.unstack(of(whole), axis)[draws.below(count)] as tf.Tensor;
    }
    case "tile": {
      if (shape.length === 0) return sketch.parameter(shape);
      const factor = extent % 2 === 0 ? 2 : extent;
      word(`tile along ${axis}`);
      return tf.tile(
        of(along(extent / factor)),
        along(1).map((_, i) => (i === axis ? factor : 1)),
      );
    }
    case "sum": {
      if (shape.length > 3) return sketch.parameter(shape);
      const mean = draws.below(2) === 0;
      const count = 2 + draws.below(3);
      const more = shape.length < 3 && draws.below(2) === 0;
      const whole = [...shape.slice(0, axis), count, ...shape.slice(axis), ...(more ? [2] : [])];
      const axes = more ? [axis, whole.length - 1] : [axis];
      word(`${mean ? "mean" : "sum"} of [${whole.join()}] over ${axes.join()}`);
      return mean ? tf.mean(of(whole), axes) : tf.sum(of(whole), axes);
    }
    case "softmax": {
      if (shape.length === 0 || (shape.at(-1) as number) < 2) return sketch.parameter(shape);
      return tf.mul(tf.softmax(of(shape)), 3);
    }
    case "image": {
      const wanted = shape.length === 1 ? shape[0] : undefined;
      const found = sketch.images.filter(({ x }) => x.shape[3] === wanted);
      // The gradient of the sum over all images is no image.
      if (found.length === 0 || draws.below(20) > 0) return sketch.parameter(shape);
      const { x } = draws.of(found);
      word(`mean of the pixels of [${x.shape.join()}]`);
      return tf.mul(tf.sum(x, [0, 1, 2]), 1 / (x.size / x.shape[3]));
    }
    case "gated": {
      word("gated");
      return behind(sketch, draws, () => [of(shape)])[0] as tf.Tensor;
    }
    case "gated sum": {
      const terms = Array.from({ length: 1 + draws.below(4) }, () =>
        draws.below(4) === 0 ? of(shape) : (behind(sketch, draws, () => [of(shape)])[0] as tf.Tensor),
      );
      word(`sum of ${terms.length}, gated`);
      return draws.below(2) === 0 ? tf.addN(terms) : terms.reduce((sum, one) => tf.add(sum, one));
    }
    case "one of": {
      word("one of several");
      const bodies = Array.from({ length: 2 + draws.below(2) }, () => () => {
        const width = shape.length > 0 && draws.below(2) === 0 ? 1 + draws.below(last) : last;
        if (width === last) return [of(shape)];
        const narrow = drawList(sketch, draws, [...shape.slice(0, -1), width], depth - 1);
        return [spreadChannels(narrow, 1, last)];
      });
      return chosen(sketch, draws, bodies)[0] as tf.Tensor;
    }
    case "leading": {
      if (shape.length === 0) return sketch.parameter(shape);
      const nodes = last % 2 === 0 ? 1 + draws.below(2) : 1;
      const kept = last / nodes;
      word(`leading of ${nodes}`);
      return leadingChannels(of([...shape.slice(0, -1), nodes * (kept + draws.below(4))]), nodes, kept);
    }
    case "spread": {
      if (shape.length === 0) return sketch.parameter(shape);
      const nodes = last % 2 === 0 ? 1 + draws.below(2) : 1;
      const channels = last / nodes;
      word(`spread of ${nodes}`);
      return spreadChannels(
        of([...shape.slice(0, -1), nodes * (1 + draws.below(channels))]),
        nodes,
        channels,
      );
    }
  }
}
