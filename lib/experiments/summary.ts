import { ops } from "../complexity/cost";
import { totalCost } from "../complexity/costTable";
import type { SearchRecord } from "../run/searchRecord";
import type { Genotype } from "../space/genotype";
import { genotypeHash } from "../space/genotypeJson";

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
  readonly realParams: number;
  readonly binaryParams: number;
  /** Shares in [0, 1], shared weights, batch norms recalibrated; on the test images, or the alpha split if not measured there. */
  readonly supernetAccuracy: number;
  readonly derivedAccuracy: number;
  readonly accuracyImages: string;
  readonly dataset: string;
  readonly note: string;
  readonly backend: string;
  readonly seed: number;
  readonly epochs: number;
  readonly seconds: number;
}

/** Puts a search and the architecture derived from it into one line of numbers. */
export function searchSummary(record: SearchRecord, genotype: Genotype): SearchSummary {
  const last = record.epochs.at(-1);
  const cost = totalCost(genotype, record.config.binarization);
  const { test } = record;
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
    realParams: cost.realParams,
    binaryParams: cost.binaryParams,
    supernetAccuracy: test?.supernetAccuracy ?? last?.supernetAccuracy ?? Number.NaN,
    derivedAccuracy: test?.derivedAccuracy ?? last?.derivedAccuracy ?? Number.NaN,
    accuracyImages: test
      ? `${test.images} test images`
      : `${record.data.alphaImages} images of the alpha split`,
    dataset: record.data.name,
    note: record.data.note,
    backend: record.backend.name,
    seed: record.config.seed,
    epochs: record.epochs.length,
    seconds: record.epochs.reduce((sum, epoch) => sum + epoch.seconds, 0),
  };
}
