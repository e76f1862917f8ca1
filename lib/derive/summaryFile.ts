import { comparedMeasures } from "../cost/cost";
import { readRecordJson } from "../records/readRecord";
import {
  amount,
  count,
  finite,
  listOf,
  nullable,
  objectOf,
  oneOf,
  optional,
  share,
  text,
} from "../util/shape";
import type { HeldCost } from "./heldBudget";
import type { StoredSummary } from "./summaryText";

const summaryShape = objectOf<StoredSummary>({
  genotypeHash: text,
  cells: listOf(text),
  depth: listOf(count),
  width: listOf(amount),
  flops: amount,
  bops: amount,
  ops: amount,
  realParams: count,
  binaryParams: count,
  supernetAccuracy: share,
  derivedAccuracy: share,
  accuracyImages: text,
  dataset: text,
  note: text,
  backend: text,
  seed: finite,
  epochs: count,
  seconds: amount,
  held: optional(
    nullable(
      objectOf<HeldCost>({
        measure: oneOf(comparedMeasures),
        budget: nullable(amount),
        cost: amount,
        share: nullable(amount),
        by: oneOf(["rule", "search", "race"]),
      }),
    ),
  ),
  warnings: optional(listOf(text)),
});

/**
 * Reads the `summary.json` that `saveArchitecture` writes.
 * @throws RecordError if it is missing or not JSON, and for the first field that is not what it must be.
 */
export function readSummary(path: string): StoredSummary {
  const value = readRecordJson(path, "the summary of a search");
  summaryShape.check(value, `${path}: `);
  return value as StoredSummary;
}
