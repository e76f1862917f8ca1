/** Batches in one epoch of `count` images. With `dropLast` an incomplete last batch does not count. */
export function batchSteps(count: number, batchSize: number, dropLast: boolean): number {
  return dropLast ? Math.floor(count / batchSize) : Math.ceil(count / batchSize);
}
