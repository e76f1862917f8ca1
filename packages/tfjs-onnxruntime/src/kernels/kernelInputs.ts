import type { GraphTensor } from "../graphTensor";
import type { LazySpec } from "../lazyGraph";

export const spec = (shape: readonly number[]): LazySpec => ({ shape, dtype: "float32" });

/** The extent of the last axis. */
export const channelsOf = (x: { readonly shape: readonly number[] }): number => x.shape.at(-1) as number;

/** The inputs, whose names the kernel's definition promises. */
export const named = <K extends string>(inputs: Readonly<Record<string, GraphTensor>>) =>
  inputs as Record<K, GraphTensor>;
