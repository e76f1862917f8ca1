import type { ArrayMemory } from "../expression";
import type { KernelLowering } from "../kernelLowering";
import { type Lowering, sizeOf, Unsupported, type Value } from "../lowering";
import { sumOverAxes } from "./listMoves";
import { arrayOf, imageOf } from "./operands";

/** Sum of a list; where all but its last axis go, or all, by vectors. */
function sumOf(
  lowering: Lowering,
  list: ArrayMemory,
  shape: readonly number[],
  axes: readonly number[],
): ArrayMemory {
  const all = axes.length === shape.length;
  const leading = shape.slice(0, -1).map((_, axis) => axis);
  if (!all && axes.join() !== leading.join()) return sumOverAxes(lowering, list, shape, axes);
  const channels = all ? 1 : (shape.at(-1) as number);
  const target = lowering.array(channels, list.level);
  const value = lowering.expressions.of(list, "array");
  const domain = { rows: sizeOf(shape) / channels, columns: 1, channels };
  lowering.global(target.level).root(domain, { kind: "sum", value, target, adds: false });
  return target;
}

/** Sum or mean; of an image over its pixels, or those of all images, of a list over all but its last axis or all. */
const reduction =
  (isMean: boolean): KernelLowering =>
  (lowering, call) => {
    const x = call.value("x");
    const { expressions: e, batch } = lowering;
    const shape = call.shapeOf("x");
    const made = call.shape;
    const given = call.node.attributes["axis"] as readonly number[] | number | null | undefined;
    const listed =
      given == null ? shape.map((_, axis) => axis) : typeof given === "number" ? [given] : [...given];
    const named = listed.map((axis) => (axis < 0 ? axis + shape.length : axis));
    // Sums over one entry are none.
    const axes = shape.flatMap((extent, axis) =>
      named.includes(axis) || (extent === 1 && named.length > 0 && axis < shape.length - 1) ? [axis] : [],
    );
    const counted = axes.reduce((product, axis) => product * (shape[axis] as number), 1);
    const times = (list: ArrayMemory, factor: number): Value => {
      const array =
        factor === 1
          ? list
          : lowering.list(e.make("mul", e.of(list, "array"), e.number(factor)), list.length);
      return { kind: "array", array, shape: made };
    };
    // As one product: added one by one, many would lose digits.
    if (x.kind === "number") return [{ ...x, value: isMean ? x.value : x.value * counted, shape: made }];
    if (x.kind === "image" || x.kind === "padded") {
      const { value, extents } = imageOf(lowering, x);
      const ofAll = axes.join() === "0,1,2,3";
      // The mean over a batch of one image is its own, summed about it.
      const own = axes.filter((axis) => axis > 0 || batch > 1).join();
      if (own === "1,2" && (isMean || axes.join() === own)) {
        const { level } = value;
        const target = lowering.array(batch * extents.channels, level + 1);
        lowering.reads(value, level);
        lowering.stage(level).root(extents, { kind: "mean", value, target });
        return [times(target, isMean ? 1 : counted)];
      }
      if (axes.join() !== "0,1,2" && !ofAll)
        throw new Unsupported(`it sums images over axes ${axes.join(", ")}`);
      const channels = lowering.sum(value, extents);
      const sum = ofAll ? sumOf(lowering, channels, [extents.channels], [0]) : channels;
      return [times(sum, isMean ? 1 / counted : 1)];
    }
    const list = arrayOf(lowering, x);
    return [times(sumOf(lowering, list, shape, axes), isMean ? 1 / counted : 1)];
  };

export const reductionKernels: Readonly<Record<string, KernelLowering>> = {
  Mean: reduction(true),
  Sum: reduction(false),
};
