type Values = Float32Array | Int32Array | Uint8Array;

/** Up to this length a plain loop is faster than making two views and a call. */
const longestLoop = 48;

/** Copies `length` values from one place to another. */
export function copyRun(
  from: Values,
  fromOffset: number,
  to: Values,
  toOffset: number,
  length: number,
): void {
  if (length > longestLoop) {
    to.set(from.subarray(fromOffset, fromOffset + length), toOffset);
    return;
  }
  for (let i = 0; i < length; i++) to[toOffset + i] = from[fromOffset + i] as number;
}
