import type { OnnxType } from "./onnxModel";

/**
 * A value inside a graph under construction. `shape` is what tfjs sees. A value of rank 4 with `channelsFirst` lies in
 * memory as `[batch, channels, height, width]`, the order convolutions want; its `shape` stays
 * `[batch, height, width, channels]`.
 */
export interface GraphTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: OnnxType;
  readonly channelsFirst: boolean;
}

/** Position in memory of each axis of a channels-first value, and the inverse. */
export const toFirst = [0, 3, 1, 2] as const;
export const axisInFirst = [0, 2, 3, 1] as const;

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Extents in the order of memory. */
export function memoryShape({ shape, channelsFirst }: GraphTensor): readonly number[] {
  return channelsFirst ? toFirst.map((axis) => shape[axis] as number) : shape;
}

/** The shape two shapes broadcast to; they are known to fit. */
export function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [x, y] = [a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1];
    return x === 1 ? y : x;
  });
}

/** Whether going from one order of axes to the other leaves the numbers where they are. */
export function orderIsFree(shape: readonly number[]): boolean {
  return (shape[1] as number) * (shape[2] as number) === 1 || shape[3] === 1;
}
