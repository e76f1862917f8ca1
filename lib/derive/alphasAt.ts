import type { SearchRecord } from "../run/searchRecord";
import type { Alphas } from "../space/alphas";
import { DeriveError } from "../util/errors";
import type { DeriveInput } from "./deriveRule";

/** A place in a stored search: before the first step, at the end of epoch 0, 1, …, or at the end. */
export type StoredEpoch = "start" | "last" | number;

/**
 * The alphas a search had at a stored epoch.
 *
 * @throws DeriveError for an epoch the record does not hold.
 */
export function alphasAt(record: SearchRecord, epoch: StoredEpoch): Alphas {
  if (epoch === "start") return record.startAlphas;
  const stored =
    epoch === "last" ? record.epochs.at(-1) : record.epochs.find((entry) => entry.epoch === epoch);
  if (stored !== undefined) return stored.alphas;
  const known = record.epochs.map((entry) => entry.epoch);
  const range =
    known.length === 0 ? "start (no epoch has ended)" : `start, last or one of ${known.join(", ")}`;
  throw new DeriveError(`alphasAt: epoch must be ${range}, got ${JSON.stringify(epoch)}.`);
}

/**
 * What {@link derive} reads, taken from a stored search: at the given epoch, else at the one the search chose
 * (`record.chosen`), else at the last.
 */
export function deriveInputOf(record: SearchRecord, epoch?: StoredEpoch): DeriveInput {
  const place = epoch ?? record.chosen?.epoch ?? "last";
  return { space: record.config.space, alphas: alphasAt(record, place) };
}
