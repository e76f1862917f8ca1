import type { LazyArray, LazyType } from "./lazyGraph";

/** Uploads larger than this are looked at: gradients bring whole images of ones. */
const lookedAt = 2 ** 16;

/** Whether a large upload consists of equal entries. */
export function isRepeated(values: ArrayLike<number>): boolean {
  if (values.length <= lookedAt) return false;
  const first = values[0];
  for (let i = 1; i < values.length; i++) if (values[i] !== first) return false;
  return true;
}

/** A copy of an upload as an array of its type. */
export function copyOf(values: ArrayLike<number>, dtype: LazyType): LazyArray {
  if (dtype === "float32") return new Float32Array(values);
  return dtype === "int32" ? new Int32Array(values) : new Uint8Array(values);
}
