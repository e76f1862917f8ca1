import { fold, permutation, type RandomKey } from "../random/randomKey";
import { DataError } from "../util/errors";
import type { Labels } from "./imageSet";

/**
 * Draws `count` of the indices 0 … `labels.length − 1` without repetition, evenly over the classes.
 *
 * Class `c` with `n_c` of all `n` members gives `count · n_c / n` of them, rounded so that the sum is exact: every
 * class gets the whole part, and the largest fractions one more (ties: the lower class). Which members is
 * decided by one permutation per class, so a larger draw with the same key holds the members of a smaller one up
 * to that rounding.
 *
 * @returns ascending indices.
 * @throws DataError if there are fewer than `count`.
 */
export function drawBalanced(labels: Labels, count: number, key: RandomKey): Uint32Array {
  if (!Number.isInteger(count) || count < 0 || count > labels.length) {
    throw new DataError(
      `drawBalanced: count must be an integer from 0 to ${labels.length} (all images), got ${count}.`,
    );
  }
  const members = membersByClass(labels);
  const quotas = apportion(
    members.map((list) => list.length),
    count,
  );
  const drawn = new Uint32Array(count);
  let filled = 0;
  for (const [label, list] of members.entries()) {
    const order = permutation(fold(key, label), list.length);
    for (let i = 0; i < (quotas[label] as number); i++) drawn[filled++] = list[order[i] as number] as number;
  }
  return drawn.sort();
}

function membersByClass(labels: Labels): number[][] {
  const members: number[][] = [];
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] as number;
    while (members.length <= label) members.push([]);
    (members[label] as number[]).push(i);
  }
  return members;
}

/** Shares `count` out in proportion to `sizes` by largest remainders, in integers throughout. */
function apportion(sizes: readonly number[], count: number): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total === 0) return sizes.map(() => 0);
  const quotas = sizes.map((size) => Math.floor((count * size) / total));
  const remainders = sizes.map((size) => (count * size) % total);
  let left = count - quotas.reduce((sum, quota) => sum + quota, 0);
  const byRemainder = sizes.map((_, i) => i);
  byRemainder.sort((a, b) => (remainders[b] as number) - (remainders[a] as number) || a - b);
  for (const i of byRemainder) {
    if (left-- <= 0) break;
    quotas[i] = (quotas[i] as number) + 1;
  }
  return quotas;
}
