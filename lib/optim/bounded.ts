import { tf } from "../backend";

/** `max(−bound, min(w, bound))`, or `w` itself where `bound` is 0. */
export function bounded<T extends tf.Tensor>(weights: T, bound: number): T {
  return bound === 0 ? weights : tf.clipByValue(weights, -bound, bound);
}
