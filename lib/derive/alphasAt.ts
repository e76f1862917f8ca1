import type { RaceMeasure } from "../config/raceConfig";
import type { SearchConfig } from "../config/searchConfig";
import { type CostMeasure, costMeasures } from "../cost/cost";
import type { RaceFit, RaceNetwork, RaceRecord } from "../records/raceRecord";
import type { EpochRecord, SearchRecord } from "../records/searchRecord";
import type { Alphas } from "../space/alphas";
import { DeriveError } from "../util/errors";
import type { RestingAlphas } from "./derivationWarnings";
import type { DeriveInput } from "./deriveRule";
import { type HeldBudget, heldBudgetOf } from "./heldBudget";

/** Epochs from `from` to `to`, both counted from 0 and included. */
export interface EpochWindow {
  readonly from: number;
  readonly to: number;
}

/** A place in a stored search: before the first step, at the end of epoch 0, 1, …, at the end, or a mean over epochs. */
export type StoredEpoch = "start" | "last" | number | EpochWindow;

/** What of a stored search a derivation reads. A whole record serves. */
export interface SearchAlphas extends Pick<SearchRecord, "startAlphas" | "chosen"> {
  readonly epochs: readonly Pick<EpochRecord, "epoch" | "alphas" | "warmup">[];
  readonly config: Pick<SearchConfig, "space" | "binarization" | "cost">;
}

/** What of a stored race a derivation reads. A whole record serves. */
export interface RaceAlphas extends Pick<RaceRecord, "kind" | "status"> {
  readonly config: Pick<RaceRecord["config"], "space" | "band"> & {
    readonly train: Pick<RaceRecord["config"]["train"], "binarization">;
  };
  readonly fit: Pick<RaceFit, "alphas"> | null;
  readonly networks: readonly Pick<RaceNetwork, "results">[];
}

/**
 * The alphas a search had at a stored epoch. Of a window it is the mean of the raw alphas, so its softmax is the
 * normalised geometric mean of the epochs' probabilities: one epoch that swings does not decide.
 *
 * @param place what messages begin with, where the record has one: its path.
 * @throws DeriveError for an epoch, or a window with an epoch, that the record does not hold.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { cells } = bars.derivation.alphasAt(record, "last");
 * console.log(cells.length, cells[0].length); // 2 3
 * ```
 */
export function alphasAt(
  record: Pick<SearchAlphas, "startAlphas" | "epochs">,
  epoch: StoredEpoch,
  place: string = "alphasAt",
): Alphas {
  if (epoch === "start") return record.startAlphas;
  if (typeof epoch === "object" && epoch !== null) return meanOver(record, epoch, place);
  const stored =
    epoch === "last" ? record.epochs.at(-1) : record.epochs.find((entry) => entry.epoch === epoch);
  if (stored !== undefined) return stored.alphas;
  throw new DeriveError(
    `${place}: epoch must be ${knownEpochs(record)}, got ${JSON.stringify(epoch) ?? String(epoch)}.`,
  );
}

function knownEpochs(record: Pick<SearchAlphas, "epochs">): string {
  const known = record.epochs.map((entry) => entry.epoch);
  return known.length === 0
    ? "start (no epoch of this search has ended; run it on for others)"
    : `start, last or one of ${known.join(", ")} (counted from 0)`;
}

function meanOver(
  record: Pick<SearchAlphas, "startAlphas" | "epochs">,
  { from, to }: EpochWindow,
  place: string,
): Alphas {
  if (!(Number.isInteger(from) && Number.isInteger(to) && from <= to)) {
    throw new DeriveError(
      `${place}: a window must go from one epoch to the same or a later one, got from ${from} to ${to}.`,
    );
  }
  const all = Array.from({ length: to - from + 1 }, (_, i) => alphasAt(record, from + i, place));
  const mean = (rows: readonly (readonly number[])[]) =>
    (rows[0] ?? []).map((_, i) => rows.reduce((sum, row) => sum + (row[i] as number), 0) / rows.length);
  const means = (lists: readonly (readonly (readonly number[])[])[]) =>
    (lists[0] ?? []).map((_, i) => mean(lists.map((list) => list[i] as readonly number[])));
  const edges = all.flatMap((alphas) => (alphas.edges ? [alphas.edges] : []));
  return {
    cells: (all[0] as Alphas).cells.map((_, group) =>
      means(all.map(({ cells }) => cells[group] as Alphas["depth"])),
    ),
    depth: means(all.map(({ depth }) => depth)),
    width: means(all.map(({ width }) => width)),
    ...(edges.length === all.length ? { edges: means(edges) } : {}),
  };
}

/**
 * What {@link derive} reads, taken from a stored search: at the given epoch, else at the one the search chose
 * (`record.chosen`), else at the last. Or from a stored race: the alphas fitted to its first rung, and its band for rule
 * "budget", which then finds the network of the band that is predicted best.
 *
 * @param place what messages begin with, where the record has one: its path.
 * @throws DeriveError for an epoch that the record does not hold, and for a race without fitted alphas.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * console.log(bars.derive(bars.deriveInputOf(record)).cost.bops); // 4816896
 * console.log(bars.derive(bars.deriveInputOf(record, 0)).cost.bops); // 466944
 * ```
 */
export function deriveInputOf(
  record: SearchAlphas | RaceAlphas,
  epoch?: StoredEpoch,
  place?: string,
): DeriveInput {
  if (isRace(record)) return raceInput(record, epoch, place ?? "deriveInputOf");
  const at = epoch ?? record.chosen?.epoch ?? "last";
  const { space, binarization } = record.config;
  const alphas = alphasAt(record, at, place);
  const [held, resting] = [heldBudgetOf(record.config), restingAt(record, at)];
  return { space, alphas, style: binarization, held, resting };
}

function isRace(record: SearchAlphas | RaceAlphas): record is RaceAlphas {
  return "kind" in record && record.kind === "bars.race-record";
}

function raceInput(
  { config, fit, networks, status }: RaceAlphas,
  epoch: StoredEpoch | undefined,
  place: string,
): DeriveInput {
  if (epoch !== undefined && epoch !== "last") {
    throw new DeriveError(
      `${place}: a race has one fit and no epochs, got epoch ${JSON.stringify(epoch)}. Leave the epoch out.`,
    );
  }
  if (fit === null) {
    const scored = networks.filter(({ results }) => (results[0]?.score ?? null) !== null).length;
    throw new DeriveError(
      `${place}: expected a race whose first rung is complete with at least 8 networks that differ in score, got one that is ${status}, with ${scored} scored. Run it on, or race more networks.`,
    );
  }
  const { space, train, band } = config;
  const held = heldBand(band);
  const style = train.binarization;
  return { space, alphas: fit.alphas, style, ofPruned: true, ...(held ? { held } : {}) };
}

/** The band of a race for rules that decide by cost; null where it counts what they do not. */
function heldBand({ measure, atLeast, atMost }: RaceRecord["config"]["band"]): HeldBudget | null {
  const isCounted = (name: RaceMeasure): name is CostMeasure => costMeasures.some((known) => known === name);
  return isCounted(measure) ? { measure, budget: atMost, atLeast: atLeast / atMost, source: "race" } : null;
}

/** Whether the alphas of a stored epoch, or of those of a window, are still those of the start. */
export function restingAt(record: Pick<SearchAlphas, "epochs">, epoch: StoredEpoch): RestingAlphas {
  if (epoch === "start") return "all";
  const inside = (entry: SearchAlphas["epochs"][number]) =>
    typeof epoch === "object"
      ? entry.epoch >= epoch.from && entry.epoch <= epoch.to
      : entry.epoch === (epoch === "last" ? record.epochs.at(-1)?.epoch : epoch);
  const read = record.epochs.filter(inside);
  const resting = read.filter(({ warmup }) => warmup).length;
  if (resting === 0) return "none";
  return resting === read.length ? "all" : "some";
}
