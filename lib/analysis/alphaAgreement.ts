import type { SearchRecord } from "../records/searchRecord";
import type { Alphas } from "../space/alphas";
import { canonicalJson } from "../util/canonicalJson";
import { BarsError } from "../util/errors";
import { spearman } from "./rankCorrelation";

/** How far two searches of one space rank their candidates alike. */
export interface AlphaAgreementRow {
  readonly first: string;
  readonly second: string;
  /**
   * Spearman's rank correlation of the alphas of each level, over all its decisions, each decision centred on its mean (a
   * softmax does not see a shift). `NaN` where a level is not searched or does not vary.
   */
  readonly cells: number;
  readonly depth: number;
  readonly width: number;
  /** Share of edges, depths and widths together whose largest alpha is the same. */
  readonly sameChoice: number;
  /** Alphas of the cells that were compared. */
  readonly n: number;
}

/**
 * Agreement of the final alphas (those of the chosen epoch, else of the last) of every pair of searches of one space, e.g.
 * over seeds: near 1 the search finds the same whatever the seed, near 0 its choices are those of chance.
 *
 * @param records by name.
 * @throws BarsError for fewer than two records, a record without epochs, or records of different spaces.
 *
 * @example
 * ```ts
 * const rows = bars.analysis.alphaAgreement(bars.records.storedSearches("search-plain"));
 * console.log(rows.length > 0); // true
 * ```
 */
export function alphaAgreement(records: Readonly<Record<string, SearchRecord>>): AlphaAgreementRow[] {
  const entries = Object.entries(records);
  if (entries.length < 2)
    throw new BarsError(`alphaAgreement: expected at least two records to compare, got ${entries.length}.`);
  const [reference] = entries as [[string, SearchRecord]];
  for (const [name, record] of entries) {
    if (record.epochs.length === 0)
      throw new BarsError(`alphaAgreement: "${name}": expected at least one finished epoch, got none.`);
    if (canonicalJson(record.config.space) !== canonicalJson(reference[1].config.space))
      throw new BarsError(
        `alphaAgreement: "${name}" searched another space than "${reference[0]}"; compare records of one space.`,
      );
  }
  return entries.flatMap(([first, a], i) =>
    entries.slice(i + 1).map(([second, b]) => row(first, finalAlphas(a), second, finalAlphas(b))),
  );
}

function finalAlphas(record: SearchRecord): Alphas {
  const chosen = record.epochs.find(({ epoch }) => epoch === record.chosen?.epoch);
  return ((chosen ?? record.epochs.at(-1)) as SearchRecord["epochs"][number]).alphas;
}

function row(first: string, a: Alphas, second: string, b: Alphas): AlphaAgreementRow {
  const correlation = (x: readonly (readonly number[])[], y: readonly (readonly number[])[]) => {
    const [flatX, flatY] = [x.flatMap(centred), y.flatMap(centred)];
    return flatX.length < 2 ? Number.NaN : (spearman(flatX, flatY)?.value ?? Number.NaN);
  };
  const rows = ({ cells, depth, width }: Alphas) =>
    [...cells.flat(), ...depth, ...width].filter((choices) => choices.length > 1);
  const [rowsA, rowsB] = [rows(a), rows(b)];
  const same = rowsA.filter((choices, i) => top(choices) === top(rowsB[i] as readonly number[])).length;
  return {
    first,
    second,
    cells: correlation(a.cells.flat(), b.cells.flat()),
    depth: correlation(a.depth, b.depth),
    width: correlation(a.width, b.width),
    sameChoice: same / rowsA.length,
    n: a.cells.flat(2).length,
  };
}

function centred(choices: readonly number[]): number[] {
  const mean = choices.reduce((sum, value) => sum + value, 0) / choices.length;
  return choices.map((value) => value - mean);
}

function top(choices: readonly number[]): number {
  return choices.indexOf(Math.max(...choices));
}
