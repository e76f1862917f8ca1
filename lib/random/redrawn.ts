import {
  fold,
  gumbel,
  integers,
  keptShares,
  logistic,
  normal,
  permutation,
  type RandomKey,
  uniform,
} from "./randomKey";
import type { Draw } from "./tracedDraws";

/** What a traced draw gives with another key at the root. */
export function redrawn({ path, kind, numbers }: Draw, root: RandomKey): Float32Array | Uint32Array {
  if (!path) throw new Error("redrawn: the draw does not come from the traced key.");
  const key = path.reduce<RandomKey>(fold, root);
  const [count, second] = numbers as [number, number];
  switch (kind) {
    case "uniform":
      return uniform(key, count);
    case "normal":
      return normal(key, count);
    case "gumbel":
      return gumbel(key, count);
    case "logistic":
      return logistic(key, count);
    case "keptShares":
      return keptShares(key, count, second);
    case "integers":
      return integers(key, count, second);
    case "permutation":
      return permutation(key, count);
    default:
      return kind satisfies never;
  }
}

/** Whether two draws are the same one of their keys. */
export function isSameDraw(a: Draw, b: Draw): boolean {
  const text = ({ path, kind, numbers }: Draw) => JSON.stringify([path, kind, numbers]);
  return text(a) === text(b);
}
