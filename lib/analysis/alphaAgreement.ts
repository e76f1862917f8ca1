import { isIndependent } from "../config/samplers";
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
   * softmax does not see a shift); as they are where both searches decide about every operation alone. `NaN` where a level is not searched
   * or does not vary.
   */
  readonly cells: number;
  readonly depth: number;
  readonly width: number;
  /**
   * Share of edges, depths and widths together whose largest alpha is the same; of edges where both searches decide about every operation
   * alone, those on which the same operations have a probability above 1/2.
   */
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
    entries.slice(i + 1).map(([second, b]) => ({
      first,
      second,
      ...agreement(finalAlphas(a), finalAlphas(b), decidesAlone(a) && decidesAlone(b)),
    })),
  );
}

function decidesAlone({ config }: SearchRecord): boolean {
  return isIndependent(config.samplers.cell.method);
}

function finalAlphas(record: SearchRecord): Alphas {
  const chosen = record.epochs.find(({ epoch }) => epoch === record.chosen?.epoch);
  return ((chosen ?? record.epochs.at(-1)) as SearchRecord["epochs"][number]).alphas;
}

function agreement(a: Alphas, b: Alphas, alone: boolean): Omit<AlphaAgreementRow, "first" | "second"> {
  const correlation = (
    x: readonly (readonly number[])[],
    y: readonly (readonly number[])[],
    of = centred,
  ) => {
    const [flatX, flatY] = [x.flatMap(of), y.flatMap(of)];
    return flatX.length < 2 ? Number.NaN : (spearman(flatX, flatY)?.value ?? Number.NaN);
  };
  const choices = ({ cells, depth, width }: Alphas) => [
    ...several(cells.flat()).map(alone ? chosen : top),
    ...several([...depth, ...width]).map(top),
  ];
  const [ofA, ofB] = [choices(a), choices(b)];
  return {
    cells: correlation(a.cells.flat(), b.cells.flat(), alone ? (row) => [...row] : centred),
    depth: correlation(a.depth, b.depth),
    width: correlation(a.width, b.width),
    sameChoice: ofA.filter((choice, i) => choice === ofB[i]).length / ofA.length,
    n: a.cells.flat(2).length,
  };
}

/** Rows in which there is something to choose. */
function several(rows: readonly (readonly number[])[]): readonly (readonly number[])[] {
  return rows.filter((row) => row.length > 1);
}

function centred(choices: readonly number[]): number[] {
  const mean = choices.reduce((sum, value) => sum + value, 0) / choices.length;
  return choices.map((value) => value - mean);
}

/** Which one is. */
function top(row: readonly number[]): string {
  return `${row.indexOf(Math.max(...row))}`;
}

/** Which ones are, each decided alone: probability `σ(α)` above 1/2. */
function chosen(row: readonly number[]): string {
  return row.map((alpha) => Number(alpha > 0)).join("");
}
