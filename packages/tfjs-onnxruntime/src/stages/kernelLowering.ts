import type { LazyInput, LazyNode } from "../lazyGraph";
import type { Entry } from "./context";
import type { Lowering, Value } from "./lowering";

/** The call that is lowered: its inputs by name, how often its results are read, and its attributes. */
export interface Call {
  readonly node: LazyNode;
  readonly inputs: Readonly<Record<string, LazyInput>>;
  /** Calls that read the result, and 1 where it outlives the plan. */
  uses(output?: number): number;
  value(name: string): Value;
  /** An entry of an input that is a list of gates. */
  condition(name: string, entry?: number): Entry;
  /** Extents under which it sees an input. */
  shapeOf(name: string): readonly number[];
  /** Extents of its first result. */
  readonly shape: readonly number[];
}

/** Turns a call into steps of stages, and gives its results. */
export type KernelLowering = (lowering: Lowering, call: Call) => readonly Value[];
