import type { ArrayMemory } from "../expression";
import { type Lowering, sizeOf, Unsupported } from "../lowering";
import { listTask } from "./listTask";

/** Entries from one place along an axis to the next, of a list of the shape. */
export function stepsOf(shape: readonly number[]): number[] {
  const steps: number[] = [];
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    steps[axis] = step;
    step *= shape[axis] as number;
  }
  return steps;
}

/** Where copies go, or come from: entry of the first one, and entries from one to the next along each axis. */
interface Walk {
  readonly first: number;
  readonly steps: readonly number[];
}

/** Copies entries along some axes, or adds them to what is there. */
export interface Move {
  readonly from: ArrayMemory;
  readonly extents: readonly number[];
  readonly read: Walk;
  readonly write: Walk;
}

/** A list made of moves. With `adds` it begins at 0 and they are added; with `fill`, a list of one, it is that elsewhere. */
export function moved(
  lowering: Lowering,
  length: number,
  moves: readonly Move[],
  { adds = false, fill }: { adds?: boolean; fill?: ArrayMemory } = {},
): ArrayMemory {
  const reads = [...moves.map(({ from }) => from), ...(fill ? [fill] : [])];
  return listTask(lowering, reads, length, (code, pointers) => {
    const target = pointers.at(-1) as (typeof pointers)[number];
    if (adds)
      code
        .get(target)
        .int(0)
        .int(length * 4)
        .raw(0xfc, 0x0b, 0x00);
    if (fill) {
      const at = code.local();
      code.get(target).set(at);
      code.loop(length, 1, () => {
        code
          .get(at)
          .get(pointers[moves.length] as typeof target)
          .loadFloat()
          .storeFloat();
        code.advance(at, 4);
      });
    }
    moves.forEach(({ extents, read, write }, i) => {
      const from = code.local();
      const to = code.local();
      code
        .get(pointers[i] as typeof target)
        .plus(read.first * 4)
        .set(from);
      code
        .get(target)
        .plus(write.first * 4)
        .set(to);
      const along = (axis: number): void => {
        if (axis === extents.length) {
          code.get(to).get(from).loadFloat();
          if (adds) code.get(to).loadFloat().floatOp("add", false);
          code.storeFloat();
          return;
        }
        const extent = extents[axis] as number;
        const [reading, writing] = [read.steps[axis] as number, write.steps[axis] as number];
        code.loop(extent, 1, () => {
          along(axis + 1);
          code.advance(from, reading * 4).advance(to, writing * 4);
        });
        code.advance(from, -extent * reading * 4).advance(to, -extent * writing * 4);
      };
      along(0);
    });
  });
}

/** A list under larger extents: along axes where it has one entry that one is repeated. */
export function expanded(
  lowering: Lowering,
  array: ArrayMemory,
  own: readonly number[],
  shape: readonly number[],
): ArrayMemory {
  const full = [...Array<number>(shape.length - own.length).fill(1), ...own];
  if (full.some((extent, axis) => extent !== 1 && extent !== shape[axis]))
    throw new Unsupported("lists of different extents meet");
  const key = `${array.id} ${full.join()} ${shape.join()}`;
  const known = lowering.expansions.get(key, lowering.context);
  if (known) return known;
  const steps = stepsOf(full).map((step, axis) => (full[axis] === 1 ? 0 : step));
  const made = moved(lowering, Math.max(1, sizeOf(shape)), [
    { from: array, extents: shape, read: { first: 0, steps }, write: { first: 0, steps: stepsOf(shape) } },
  ]);
  lowering.expansions.set(key, lowering.context, made);
  return made;
}

/** Sum of a list over any axes. */
export function sumOverAxes(
  lowering: Lowering,
  array: ArrayMemory,
  shape: readonly number[],
  axes: readonly number[],
): ArrayMemory {
  const kept = shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  const write = stepsOf(kept).map((step, axis) => (axes.includes(axis) ? 0 : step));
  const read = { first: 0, steps: stepsOf(shape) };
  const length = Math.max(1, sizeOf(kept));
  return moved(lowering, length, [{ from: array, extents: shape, read, write: { first: 0, steps: write } }], {
    adds: true,
  });
}
