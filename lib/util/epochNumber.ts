/**
 * The number of an epoch as a person reads and types it: progress, messages, figures, tables, names of files and `--epoch`
 * count epochs from 1, so that the last of ten is epoch 10, and alphas "of epoch 3" are those after three.
 *
 * @param index as records, settings and the library's arguments hold it, counted from 0 like the place in a list:
 * `record.epochs[0]` is epoch 1.
 */
export function epochNumber(index: number): number {
  return index + 1;
}

/** The index of an epoch that a person typed. */
export function epochIndex(number: number): number {
  return number - 1;
}
