import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { LazyArray, LazyType, LazyValue } from "./lazyGraph";
import type { GraphPlan } from "./planGraph";

/** Where a leaf of a recorded graph comes from each time it runs. */
export type LeafSource =
  /** One of the tensors that the recorded function is given. */
  | { readonly kind: "given"; readonly index: number }
  /** Numbers that came from outside while it was recorded; `array` is the array that was handed over. */
  | { readonly kind: "upload"; readonly values: LazyArray; readonly array: unknown }
  /** A tensor that was there before and is still. */
  | { readonly kind: "held"; readonly value: LazyValue };

/** What a recorded function gives back. */
export type ResultSource =
  | { readonly kind: "result"; readonly index: number }
  /** Numbers that came from outside while it was recorded; `array` is the array that was handed over. */
  | { readonly kind: "constant"; readonly values: LazyArray; readonly array: unknown };

/** A function of tensors, recorded once, that runs without being called. */
export interface Recording {
  readonly plan: GraphPlan;
  /** Of the numbers in `plan.structure`. */
  readonly generation: number;
  readonly given: readonly TensorInfo[];
  readonly sources: readonly LeafSource[];
  readonly results: readonly (ResultSource & Omit<TensorInfo, "dataId">)[];
}

/** What is noted while a function is recorded. */
export interface OpenRecording {
  /** Arrays that were handed over, by value. */
  readonly uploads: Map<LazyValue, unknown>;
  /** Why it cannot be run without being called. */
  broken: string | null;
}

export interface RecordedParts {
  readonly plan: GraphPlan;
  readonly generation: number;
  /** With their values. */
  readonly given: readonly (readonly [TensorInfo, LazyValue])[];
  readonly results: readonly (readonly [TensorInfo, LazyValue])[];
  readonly pending: Iterable<LazyValue>;
}

/** The recording, or why there is none. */
export function closeRecording(open: OpenRecording, parts: RecordedParts): Recording | string {
  if (open.broken) return open.broken;
  const { plan, generation } = parts;
  if (plan.nodes.length === 0) return "it computes nothing";
  const places = new Map(parts.given.map(([, value], index) => [value, index]));
  if (places.size < parts.given.length) return "two of its tensors are one";
  const ends = new Set(parts.results.map(([, value]) => value));
  for (const value of parts.pending) if (!ends.has(value)) return "it keeps a tensor that it does not give";
  const sources = plan.leaves.map((leaf): LeafSource => {
    const index = places.get(leaf);
    if (index !== undefined) return { kind: "given", index };
    // A tensor made while recording that stays: the next recording finds it there.
    if (leaf.host === undefined || (leaf.live && !ends.has(leaf))) return { kind: "held", value: leaf };
    return { kind: "upload", values: leaf.host.slice(), array: open.uploads.get(leaf) };
  });
  const results = [];
  for (const [{ shape, dtype }, value] of parts.results) {
    const index = plan.results.indexOf(value);
    if (index >= 0) results.push({ kind: "result" as const, index, shape, dtype });
    else if (value.host && open.uploads.has(value))
      results.push({
        ...{ kind: "constant" as const, values: value.host.slice(), array: open.uploads.get(value) },
        ...{ shape, dtype },
      });
    else return "it gives a tensor that it was given";
  }
  return { plan, generation, given: parts.given.map(([info]) => info), sources, results };
}

/**
 * Whether two recordings are of one function: the same calls on values of the same origin.
 * @param sameUpload whether two arrays from outside are drawn alike; else their numbers must be equal.
 */
export function isSameRecording(
  a: Recording,
  b: Recording,
  sameUpload: (a: unknown, b: unknown) => boolean | undefined,
): boolean {
  const sameNumbersOf = (
    x: { readonly values: LazyArray; readonly array: unknown },
    y: { readonly values: LazyArray; readonly array: unknown },
  ) => sameUpload(x.array, y.array) ?? sameNumbers(x.values, y.values);
  const sameSource = (x: LeafSource, y: LeafSource): boolean => {
    if (x.kind === "given") return y.kind === "given" && x.index === y.index;
    if (x.kind === "held") return y.kind === "held" && x.value === y.value;
    return y.kind === "upload" && sameNumbersOf(x, y);
  };
  return (
    a.generation === b.generation &&
    sameNumbers(a.plan.structure, b.plan.structure) &&
    a.sources.every((source, i) => sameSource(source, b.sources[i] as LeafSource)) &&
    a.results.length === b.results.length &&
    a.results.every((x, i) => {
      const y = b.results[i] as Recording["results"][number];
      if (x.shape.join() !== y.shape.join() || x.dtype !== y.dtype) return false;
      if (x.kind === "result") return y.kind === "result" && x.index === y.index;
      return y.kind === "constant" && sameNumbersOf(x, y);
    })
  );
}

function sameNumbers(a: LazyArray, b: LazyArray): boolean {
  return a.length === b.length && a.every((value: number, i: number) => Object.is(value, b[i]));
}

export const typeOf = (info: Pick<TensorInfo, "dtype">): LazyType => info.dtype as LazyType;
