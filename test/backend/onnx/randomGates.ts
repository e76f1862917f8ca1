import { detach, gated, oneOf, tf } from "../../../lib/backend";
import { runFused } from "../../../lib/backend/fused/fusedKernel";
import type { Draws } from "../../fuzz/mutate";
import type { Enter, Open, Sketch } from "./randomSketch";

/** What a gate is given as where it is open. */
const openValues = [1, 1, 0.5, -2];

const numberOf = (sketch: Sketch, draws: Draws): number => {
  const value = draws.of(openValues);
  return draws.below(2) === 0 || sketch.options.allOpen ? value : 0;
};

/** An entry of a list, cut out in one of several ways. */
function cut(list: tf.Tensor1D, entry: number, draws: Draws): Open {
  const [count] = list.shape;
  switch (draws.below(4)) {
    case 0:
      // Of one entry it has no gradient.
      return count > 1 ? (tf.unstack(list)[entry] as Open) : tf.reshape(list, []);
    case 1: {
      const from = draws.below(entry + 1);
      const part = tf.slice(list, [from], [count - from]);
      return tf.reshape(tf.slice(part, [entry - from], [1]), []);
    }
    case 2: {
      const turned = tf.reshape(tf.reshape(list, [count, 1]), [count]) as tf.Tensor1D;
      return tf.reshape(tf.slice(turned, [entry], [1]), []);
    }
    default:
      return tf.reshape(tf.slice(list, [entry], [1]), []);
  }
}

/** A number of about half of which are 0 and the others positive, of a parameter or of all pixels of an image. */
function computed(sketch: Sketch, draws: Draws): Open {
  const found = sketch.images.filter(({ x, closes }) => x.shape[3] >= 4 && !closes);
  if (found.length === 0 || draws.below(2) === 0) {
    const count = 1 + draws.below(3);
    return tf.relu(cut(sketch.parameter([count]) as tf.Tensor1D, draws.below(count), draws));
  }
  const { x } = draws.of(found);
  // Its gradient would be no image.
  const sums = detach(tf.sum(x, [0, 1, 2])) as tf.Tensor1D;
  return tf.relu(cut(sums, draws.below(x.shape[3]), draws));
}

/** A gate: a number, cut from a list, computed, or one that is known. */
function drawOpen(sketch: Sketch, draws: Draws): Open {
  const kind = draws.of(["number", "list", "list", "computed", "known", "known", "choice"] as const);
  if (kind === "known" && sketch.gates.length > 0) return draws.of(sketch.gates);
  if (kind === "choice" && sketch.choices.length > 0) {
    const list = draws.of(sketch.choices);
    return cut(list, draws.below(list.shape[0]), draws);
  }
  if (kind === "computed") return computed(sketch, draws);
  if (kind === "number") return tf.scalar(numberOf(sketch, draws));
  return draws.of(drawGates(sketch, draws, 1 + draws.below(4)));
}

/** Gates cut from one list, of which any may be open. */
export function drawGates(sketch: Sketch, draws: Draws, count: number): Open[] {
  const list = tf.tensor1d(Array.from({ length: count }, () => numberOf(sketch, draws)));
  const made = Array.from({ length: count }, (_, entry) => sketch.kept(cut(list, entry, draws)));
  sketch.gates.push(...made);
  return made;
}

export function drawGate(sketch: Sketch, draws: Draws): Open {
  const open = drawOpen(sketch, draws);
  const gate = draws.below(8) > 0 ? detach(open) : open;
  // One that is known may be here a second time.
  if (gate !== open || !sketch.gates.includes(open)) sketch.kept(gate);
  if (!sketch.gates.includes(gate)) sketch.gates.push(gate);
  return gate;
}

/** A list of gates of which exactly one is open. */
function drawChoice(sketch: Sketch, draws: Draws, count: number): tf.Tensor1D {
  const known = sketch.choices.filter(({ shape }) => shape[0] === count);
  if (known.length > 0 && draws.below(3) === 0) return draws.of(known);
  const chosen = draws.below(count);
  const value = draws.of(openValues);
  const numbers = Array.from({ length: count }, (_, i) =>
    i === chosen || sketch.options.allOpen ? value : 0,
  );
  const make = (): tf.Tensor1D => {
    switch (draws.below(6)) {
      case 0:
        return tf.slice(tf.tensor1d([0.5, ...numbers, 0]), [1], [count]);
      case 1:
        return tf.reshape(tf.tensor(numbers, [1, count]), [count]);
      case 2: {
        const factors = tf.add(tf.square(sketch.parameter([count])), 0.5);
        return detach(tf.mul(tf.tensor1d(numbers), factors)) as tf.Tensor1D;
      }
      case 3: {
        if (count !== 2) return tf.tensor1d(numbers);
        const first = tf.step(computed(sketch, draws));
        return detach(tf.stack([first, tf.sub(1, first)])) as tf.Tensor1D;
      }
      default:
        return tf.tensor1d(numbers);
    }
  };
  const list = sketch.kept(make());
  sketch.choices.push(list);
  return list;
}

/** An entrance that is made once for each of what goes in. */
function remembered(sketch: Sketch, make: (x: tf.Tensor) => readonly tf.Tensor[]) {
  const known = new Map<tf.Tensor, readonly tf.Tensor[]>();
  return (x: tf.Tensor): readonly tf.Tensor[] => {
    const found = known.get(x) ?? make(x).map((one) => sketch.kept(one));
    known.set(x, found);
    return found;
  };
}

/** What is drawn within, behind a gate. It goes in as inputs of `gated` do, as soon as something there reads it. */
export function behind(
  sketch: Sketch,
  draws: Draws,
  make: () => readonly tf.Tensor[],
  gate = drawGate(sketch, draws),
): tf.Tensor[] {
  const share = draws.of([0.25, 0.5, 1]);
  const enter = remembered(sketch, (x) => runFused("BarsGateBack", { x, gate }, { share }));
  sketch.note(`   behind gate ${sketch.gates.indexOf(gate)}`);
  return gated({ open: gate, share }, [], () => sketch.within((x) => enter(x)[0] as tf.Tensor, make));
}

/** One of what is drawn within; likewise of `oneOf`. */
export function chosen(
  sketch: Sketch,
  draws: Draws,
  bodies: readonly (() => readonly tf.Tensor[])[],
): tf.Tensor[] {
  const count = bodies.length;
  const gates = drawChoice(sketch, draws, count);
  const fork = remembered(sketch, (x) => runFused("BarsFork", { x, gates }, { count }));
  sketch.note(`   one of ${count}, choice ${sketch.choices.indexOf(gates)}`);
  const within = bodies.map((body, i) => () => {
    const enter: Enter = (x) => fork(x)[i] as tf.Tensor;
    return sketch.within(enter, body);
  });
  return oneOf(gates, [], within);
}
