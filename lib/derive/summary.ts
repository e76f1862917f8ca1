import { ops } from "../cost/cost";
import { totalCost } from "../cost/costTable";
import { evaluatedImages } from "../records/evaluatedImages";
import type { SearchRecord } from "../records/searchRecord";
import type { Genotype } from "../space/genotype";
import { genotypeHash } from "../space/genotypeJson";
import { counted } from "../util/counted";
import { restingAt } from "./alphasAt";
import { derivationWarnings } from "./derivationWarnings";
import type { Derivation } from "./derive";
import { type HeldCost, heldBudgetOf, heldBySearch } from "./heldBudget";

/** What a reader wants to know of a finished search first. Plain data. */
export interface SearchSummary {
  readonly genotypeHash: string;
  /** One line for each cell group. */
  readonly cells: readonly string[];
  readonly depth: readonly number[];
  readonly width: readonly number[];
  /** Multiply-accumulates for one image, one = 1; OPs = FLOPs + BOPs / 64. */
  readonly flops: number;
  readonly bops: number;
  readonly ops: number;
  /** The cost in the measure the search counted, against the budget it held its expected cost to. */
  readonly held: HeldCost | null;
  /** What a reader should know before the architecture is trusted: empty cells, unfed nodes, least widths, warm-up. */
  readonly warnings: readonly string[];
  readonly realParams: number;
  readonly binaryParams: number;
  /**
   * Shares in [0, 1], shared weights, batch norms recalibrated; on the test images, or on those of the alpha split that every epoch measures
   * if not measured there: at the epoch the search chose, else the last.
   */
  readonly supernetAccuracy: number;
  /** The same, of the argmax architecture of that epoch: an architecture of another rule is not what it is of. */
  readonly derivedAccuracy: number;
  readonly accuracyImages: string;
  readonly dataset: string;
  readonly note: string;
  readonly backend: string;
  readonly seed: number;
  readonly epochs: number;
  readonly seconds: number;
}

/** What {@link searchSummary} takes from a derivation. */
export type Judgement = Pick<Derivation, "held" | "warnings">;

/**
 * Puts a search and the architecture derived from it into one line of numbers.
 *
 * @param derivation how it was derived; left out: at the epoch the search chose, else the last, by a rule that does not
 * decide by cost.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype } = bars.derive(bars.deriveInputOf(record));
 * console.log(bars.derivation.searchSummary(record, genotype).bops); // 4816896
 * ```
 */
export function searchSummary(
  record: SearchRecord,
  genotype: Genotype,
  derivation?: Judgement,
): SearchSummary {
  const at = record.epochs.find(({ epoch }) => epoch === record.chosen?.epoch) ?? record.epochs.at(-1);
  const cost = totalCost(genotype, record.config.binarization);
  const { test } = record;
  const judged = derivation ?? judgement(record, genotype);
  return {
    genotypeHash: genotypeHash(genotype),
    cells: genotype.cells.map(
      (edges, group) =>
        `cell ${group}: ${edges.map(({ to, from, primitive }) => `${primitive}(${from}→${to})`).join(" ") || "empty"}`,
    ),
    depth: genotype.depth,
    width: genotype.width,
    flops: cost.flops,
    bops: cost.bops,
    ops: ops(cost),
    held: judged.held,
    warnings: judged.warnings.map(({ text }) => text),
    realParams: cost.realParams,
    binaryParams: cost.binaryParams,
    supernetAccuracy: test?.supernetAccuracy ?? at?.supernetAccuracy ?? Number.NaN,
    derivedAccuracy: test?.derivedAccuracy ?? at?.derivedAccuracy ?? Number.NaN,
    accuracyImages: test
      ? counted(test.images, "test image")
      : `${counted(evaluatedImages(record), "image")} of the alpha split`,
    dataset: record.data.name,
    note: record.data.note,
    backend: record.backend.name,
    seed: record.config.seed,
    epochs: record.epochs.length,
    seconds: record.epochs.reduce((sum, epoch) => sum + epoch.seconds, 0),
  };
}

function judgement(record: SearchRecord, genotype: Genotype): Judgement {
  const { space, binarization } = record.config;
  const cost = totalCost(genotype, binarization);
  const resting = restingAt(record, record.chosen?.epoch ?? "last");
  return {
    held: heldBySearch(cost, heldBudgetOf(record.config), space, genotype.space),
    warnings: derivationWarnings(genotype, resting),
  };
}
