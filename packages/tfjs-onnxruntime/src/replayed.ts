import type { TensorInfo } from "@tensorflow/tfjs-core";
import { type LazyArray, LazyValue } from "./lazyGraph";
import { type Recording, typeOf } from "./recording";

/** Whether a recorded function can run on these tensors, as long as its numbers of kinds hold. */
export function fits({ given, sources }: Recording, asked: readonly TensorInfo[]): boolean {
  return (
    given.every(
      ({ shape, dtype }, i) => shape.join() === asked[i]?.shape.join() && dtype === asked[i]?.dtype,
    ) && sources.every((source) => source.kind !== "held" || source.value.live)
  );
}

/**
 * The leaves of a recorded function for another run.
 *
 * @param given the value of a tensor that it is given.
 * @param fresh the numbers of an upload, by the array that was handed over; undefined for those of the recording.
 */
export function replayedLeaves(
  { plan, sources }: Recording,
  given: (index: number) => LazyValue,
  fresh: (array: unknown) => LazyArray | undefined,
): LazyValue[] {
  return sources.map((source, i) => {
    if (source.kind === "held") return source.value;
    if (source.kind === "given") return given(source.index);
    const { shape, dtype } = plan.leaves[i] as LazyValue;
    const value = new LazyValue(shape, dtype);
    value.host = fresh(source.array) ?? source.values.slice();
    value.live = false;
    return value;
  });
}

/** How values become tensors. */
interface Tensors {
  hold(value: LazyValue, info: Omit<TensorInfo, "dataId">): TensorInfo;
  view(x: TensorInfo, shape: readonly number[]): TensorInfo;
}

/**
 * What a recorded function gives: the plan's results, and what was handed over: numbers drawn anew, or a copy of a constant. A value that
 * is given twice is one, as in a call: both tensors go on until both are disposed of.
 */
export function replayedTensors(
  { results }: Recording,
  outputs: readonly LazyValue[],
  fresh: (array: unknown) => LazyArray | undefined,
  { hold, view }: Tensors,
): TensorInfo[] {
  const held = new Map<number, TensorInfo>();
  return results.map((result) => {
    if (result.kind === "constant") {
      const value = new LazyValue(result.shape, typeOf(result));
      value.host = fresh(result.array) ?? result.values.slice();
      return hold(value, result);
    }
    const before = held.get(result.index);
    if (before) return view(before, result.shape);
    const own = hold(outputs[result.index] as LazyValue, result);
    held.set(result.index, own);
    return own;
  });
}
