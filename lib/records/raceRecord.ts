import type { BackendInfo } from "../backend";
import type { RaceConfig, RaceMeasure } from "../config/raceConfig";
import type { Alphas } from "../space/alphas";
import type { Genotype } from "../space/genotype";
import { RecordError } from "../util/errors";
import type { Definition } from "../util/variantTable";
import { type GenotypeModel, genotypeModel } from "./modelSpec";
import type { Measurement, TestResult } from "./trainRecord";

/** Where a network of a race comes from. */
export interface RaceOrigin {
  /**
   * "own": given by the user; "alphas": drawn from those of a stored search; "random": drawn uniformly over the choices of
   * the space; "mutation": one decision of its parent changed; "fitted": drawn from alphas fitted to the scores so far.
   */
  readonly kind: "own" | "alphas" | "random" | "mutation" | "fitted";
  /** Counted from 0. */
  readonly generation: number;
  /** Index of the parent of a mutation; else null. */
  readonly parent: number | null;
}

/** What a network reached in one rung. */
export interface RaceResult {
  /** Counted from 0. */
  readonly rung: number;
  /** Steps taken from the beginning of its training. */
  readonly steps: number;
  /**
   * What rungs are chosen by, higher is better: minus the mean loss in the first rung, the accuracy on held-out images in
   * all others. Null for a training that diverged: it comes last.
   */
  readonly score: number | null;
  /**
   * Mean training loss of steps `from` to `to` (counted from 0, `to` not included), each before it changed a weight: the last
   * `rungs.lossSteps` of the first rung, the last epoch of the others. Null where it diverged.
   */
  readonly loss: { readonly from: number; readonly to: number; readonly mean: number } | null;
  /** On the held-out training images, statistics of batch norms taken anew; null in the first rung. */
  readonly heldOut: Measurement | null;
  /** Of all steps from the beginning, on one worker, without measurements. */
  readonly seconds: number;
  /** Why it diverged; null where it did not. */
  readonly diverged: string | null;
}

/** One network of a race. */
export interface RaceNetwork {
  /** Order of proposal, from 0. */
  readonly index: number;
  /** Of the pruned genotype (`genotypeHash`); no two networks of a race share it. */
  readonly hash: string;
  /** Without operations that nothing feeds. */
  readonly genotype: Genotype;
  /** Of one image, one multiply-accumulate = 1. */
  readonly cost: Readonly<Record<RaceMeasure, number>>;
  readonly origin: RaceOrigin;
  /** One for each rung it has run, in order. */
  readonly results: readonly RaceResult[];
  /** Of its trainings with other seeds, in order, each to the end of the last rung; left out where there is none (`rungs.again`). */
  readonly again?: readonly RaceResult[];
  /** "racing": still in; "out": others were better; "diverged"; "winner". */
  readonly status: "racing" | "out" | "diverged" | "winner";
}

/** Alphas fitted to the scores of a race's first rung (`fitAlphas`). */
export interface RaceFit {
  /** How they came to be. */
  readonly method: "race";
  /** Networks they are fitted to: those of the first rung that did not diverge. */
  readonly networks: number;
  /** Logits: what a choice adds to the score, in standard deviations of the scores. */
  readonly alphas: Alphas;
  /** Standard deviation of each, under the posterior of the fit, in the same unit. */
  readonly deviations: Alphas;
  /** Ridge penalty, chosen by cross-validation out of a grid. */
  readonly lambda: number;
  /**
   * Of the scores. A network's predicted score is `scoreMean + scoreDeviation · (Σ α − offset)`, over its choices.
   */
  readonly scoreMean: number;
  readonly scoreDeviation: number;
  /** Mean of `Σ α` over the networks; left out in early records, where differences of predictions alone are known. */
  readonly offset?: number;
  /** Standard deviation of what the fit leaves of the scores, in standard deviations of the scores. */
  readonly residual: number;
  /**
   * Kendall's rank correlation of scores and predictions for networks that were left out of the fit, by folds, without the mean of each
   * fold's fit; in records of schema 1 and 2 with it, which makes τ of a fit that knows nothing negative, and hardly changes that of one that ranks.
   */
  readonly tau: {
    readonly value: number;
    readonly interval: readonly [number, number] | null;
    readonly folds: number;
  } | null;
}

/** One race, stored whole. Plain JSON. */
export interface RaceRecord {
  readonly kind: "bars.race-record";
  /**
   * 3; 1 where held-out accuracies were measured with batch norms' statistics of images as they are; 1 and 2 where `fit.tau` is of predictions
   * with the mean of each fold's fit.
   */
  readonly schema: 1 | 2 | 3;
  readonly config: RaceConfig;
  /** Genotypes that the user entered, as given. */
  readonly own: readonly Genotype[];
  /** SHA-256 of the canonical JSON of `{ config, own }`. */
  readonly configHash: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly versions: { readonly bars: string; readonly node: string };
  /** The user's own variants it holds; left out where there are none. */
  readonly defined?: readonly Definition[];
  /** Of a worker. */
  readonly backend: BackendInfo;
  readonly data: {
    readonly name: string;
    readonly note: string;
    readonly contentHash?: string;
    readonly trainImages: number;
    /** Training images that are held out to choose by. */
    readonly validationImages: number;
    readonly testImages: number;
    readonly mean: readonly number[];
    readonly std: readonly number[];
  };
  readonly status: "running" | "finished" | "interrupted" | "failed";
  /** For "interrupted" and "failed": where it stopped and why. */
  readonly statusDetail: string | null;
  /** From start to end of the processes that ran it, waiting included. */
  readonly seconds: number;
  /** Draws for the first rung so far, and what became of those that are in no rung. */
  readonly draws: { readonly made: number; readonly outsideBand: number; readonly again: number };
  /** Every network proposed, in order. */
  readonly networks: readonly RaceNetwork[];
  /** Of the first rung, once it is complete; null before, and where fewer than eight networks have scores. */
  readonly fit: RaceFit | null;
  /** Index of the best of the last rung, or of its trainings with other seeds; null before they are complete. */
  readonly winner: number | null;
  /** Of the winner, where `config.test` asks for it: measured once, at the end. */
  readonly tests: readonly TestResult[];
}

/**
 * A network of a race as a model to train; the winner where no other is asked for.
 * @param place what messages begin with, where the record has one: its path.
 * @throws RecordError if there is no winner yet, or no network of that index.
 *
 * @example
 * ```ts
 * const record = bars.records.readRaceRecord("data/records/race-small-seed0.json");
 * console.log(bars.records.racedModel(record).kind); // genotype
 * ```
 */
export function racedModel(
  record: RaceRecord,
  index = record.winner,
  name?: string,
  place?: string,
): GenotypeModel {
  const network = index === null ? undefined : record.networks[index];
  if (network === undefined) {
    const what =
      index === null
        ? "has no winner yet. Run it to its end first, or name a network by its index (racedModel)"
        : `has no network ${index}; it has ${record.networks.length}`;
    throw new RecordError(
      `${place ?? "racedModel"}: the race with config ${record.configHash.slice(0, 12)} ${what}.`,
    );
  }
  const { configHash: recordHash, config } = record;
  const rule = { band: config.band, network: network.index, hash: network.hash };
  const origin = { method: "race", recordHash, rule, epoch: null, seed: config.seed } as const;
  return genotypeModel(network.genotype, name, origin);
}

/** What must not depend on when a race was run, how fast, by how many workers or how often it stopped. */
export function raceNumbers(record: RaceRecord) {
  const { configHash, data, status, draws, fit, winner, tests } = record;
  const timeless = ({ seconds: _, ...result }: RaceResult) => result;
  const networks = record.networks.map(({ results, again, ...network }) => ({
    ...network,
    results: results.map(timeless),
    ...(again ? { again: again.map(timeless) } : {}),
  }));
  return { configHash, data, status, draws, networks, fit, winner, tests };
}
