import { type ArrayMemory, type Domain, type Expression, sizeOfDomain } from "../expression";
import { type Lowering, sizeOf, Unsupported, type Value } from "../lowering";
import { expanded } from "./listMoves";

/** An image and its extents. One with a border is written out. */
export function imageOf(lowering: Lowering, value: Value): { value: Expression; extents: Domain } {
  if (value.kind === "image") return value;
  if (value.kind === "array" || value.kind === "number") {
    const [images, rows, columns, channels = 0] = value.shape;
    if (value.shape.length === 4 && images === lowering.batch) {
      const extents = { rows: rows as number, columns: columns as number, channels };
      // The same number everywhere: what stands for an operation that gives zeros.
      if (value.kind === "number") return { value: lowering.expressions.number(value.value), extents };
      // Images of one pixel.
      if (rows === 1 && columns === 1)
        return { value: lowering.expressions.of(value.array, "imageChannel"), extents };
      // Zeros, where nothing reads one of several results.
      return { value: lowering.imagesOf(value.array, extents), extents };
    }
  }
  if (value.kind !== "padded") throw new Unsupported("a list stands where an image is expected");
  // The border may be known later than what is in it.
  const level = Math.max(value.value.level, value.border.fill.level);
  const view = lowering.held(value.value, value.inner, level, value.border);
  return { value: lowering.expressions.load(view), extents: view.extents };
}

export function arrayOf(lowering: Lowering, value: Value): ArrayMemory {
  if (value.kind === "array") return value.array;
  if (value.kind !== "number") throw new Unsupported("an image stands where a list is expected");
  return lowering.list(lowering.expressions.number(value.value), Math.max(1, sizeOf(value.shape)));
}

/** A list or a number as the operand of an operation over images of the extents. */
export function besideImages(
  lowering: Lowering,
  value: Exclude<Value, { kind: "padded" }>,
  extents: Domain,
): Expression {
  const { expressions, batch } = lowering;
  if (value.kind === "number") return expressions.number(value.value);
  if (value.kind === "image") {
    if (sizeOfDomain(value.extents) !== sizeOfDomain(extents) || value.extents.columns !== extents.columns)
      throw new Unsupported("images of different extents meet");
    return value.value;
  }
  const { array, shape } = value;
  const { channels } = extents;
  if (array.length === 1) return expressions.scalar(array);
  if (shape.at(-1) !== channels) throw new Unsupported("a list meets images of other channels");
  if (array.length === channels) return expressions.of(array, "channel");
  const [images, rows, columns] = shape;
  if (shape.length === 4 && images === batch && rows === 1 && columns === 1)
    return expressions.of(array, "imageChannel");
  if (images === batch && rows === extents.rows && columns === extents.columns)
    return imageOf(lowering, value).value;
  throw new Unsupported("a list meets images in a way that is not known");
}

/** A list or a number as the operand of an operation whose result is a list of the shape. */
export function besideLists(
  lowering: Lowering,
  value: Exclude<Value, { kind: "padded" | "image" }>,
  shape: readonly number[],
): Expression {
  const { expressions } = lowering;
  if (value.kind === "number") return expressions.number(value.value);
  const { array, shape: own } = value;
  if (array.length === Math.max(1, sizeOf(shape))) return expressions.of(array, "array");
  if (array.length === 1) return expressions.scalar(array);
  if (own.at(-1) === shape.at(-1) && array.length === shape.at(-1)) return expressions.of(array, "channel");
  return expressions.of(expanded(lowering, array, own, shape), "array");
}

/** Domain of a list: rows of its last axis where channels count, else one row. */
export function listDomain(shape: readonly number[], operands: readonly Expression[]): Domain {
  const size = Math.max(1, sizeOf(shape));
  if (!operands.some(({ op }) => op === "channel")) return { rows: 1, columns: 1, channels: size };
  const channels = shape.at(-1) as number;
  return { rows: size / channels, columns: 1, channels };
}
