import type { EpochRecord } from "../records/searchRecord";
import type { Alphas } from "../space/alphas";
import { edgesOf } from "../space/edges";
import type { Genotype } from "../space/genotype";

/** Means over the decisions of each level; null where a level is not searched. */
function perLevel(
  probabilities: Alphas,
  cellRow: (row: readonly number[]) => number,
  layoutRow: (row: readonly number[]) => number,
): EpochRecord["entropy"] {
  const mean = (rows: readonly (readonly number[])[], of: (row: readonly number[]) => number) => {
    const present = rows.filter((row) => row.length > 1);
    return present.length === 0 ? null : present.reduce((s, row) => s + of(row), 0) / present.length;
  };
  return {
    cell: mean(probabilities.cells.flat(), cellRow) ?? 0,
    depth: mean(probabilities.depth, layoutRow),
    width: mean(probabilities.width, layoutRow),
  };
}

/**
 * Mean entropy of each level's rows as a share of the largest possible: `ln K` for exclusive choices among K, `K ln 2`
 * for independent ones.
 */
export function normalizedEntropies(
  probabilities: Alphas,
  independentCells: boolean,
): EpochRecord["entropy"] {
  const plogp = (p: number) => (p > 0 ? -p * Math.log(p) : 0);
  const exclusive = (row: readonly number[]) => row.reduce((s, p) => s + plogp(p), 0) / Math.log(row.length);
  const independent = (row: readonly number[]) =>
    row.reduce((s, p) => s + plogp(p) + plogp(1 - p), 0) / (row.length * Math.LN2);
  return perLevel(probabilities, independentCells ? independent : exclusive, exclusive);
}

/** Mean difference between the two largest probabilities of each level's rows. */
export function margins(probabilities: Alphas): EpochRecord["entropy"] {
  const margin = (row: readonly number[]) => {
    const [first = 0, second = 0] = [...row].sort((a, b) => b - a);
    return first - second;
  };
  return perLevel(probabilities, margin, margin);
}

/** Edges whose operations differ, plus stages whose depth differs, plus stages whose width differs. */
export function genotypeChanges(before: Genotype, after: Genotype): number {
  const { steps } = after.space;
  const held = (genotype: Genotype, group: number, to: number, from: number) =>
    (genotype.cells[group] ?? [])
      .filter((edge) => edge.to === to && edge.from === from)
      .map(({ primitive }) => primitive)
      .sort()
      .join();
  let changes = 0;
  after.cells.forEach((_, group) => {
    for (const { to, from } of edgesOf(steps))
      if (held(before, group, to, from) !== held(after, group, to, from)) changes += 1;
  });
  for (const level of ["depth", "width"] as const)
    changes += after[level].filter((value, stage) => value !== before[level][stage]).length;
  return changes;
}
