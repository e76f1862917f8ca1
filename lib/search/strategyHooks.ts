import type { BackendInfo, tf } from "../backend";
import type { Schedule } from "../config/schedule";
import type { SearchConfig } from "../config/searchConfig";
import type { Field, Section } from "../config/section";
import type { RandomKey } from "../random/randomKey";
import type { SearchRecord } from "../records/searchRecord";
import type { AlphaTensors, AlphaVariables } from "../supernet/alphaVariables";
import type { ForwardOptions } from "../supernet/supernet";

/** A strategy's settings in one epoch: every schedule is its value there. */
export type AtEpoch<D> =
  D extends Field<infer T>
    ? Schedule extends T
      ? number
      : T
    : D extends Section<infer F>
      ? { readonly [K in keyof F]: AtEpoch<F[K]> }
      : never;

/** One draw of mixture weights, and the operations to compute where the engine gains by leaving the others out. */
export interface Draw {
  readonly weights: AlphaTensors;
  readonly active: ForwardOptions["active"];
}

/** Parts of a supernet that a strategy changes. */
export interface SupernetParts {
  /** Only one channel in so many passes through an edge's operations. */
  readonly divisor: number;
  /** Whether every edge has a weight of its own. */
  readonly edgeNormalization: boolean;
}

/** What of a running search may change after an epoch. */
export interface ChangingState {
  /** The epoch that comes next, counted from 0. */
  readonly position: { readonly epoch: number };
  weightDecay: number;
  /** Writes everything of the search to a file. */
  save(path: string, configHash: string, backend: BackendInfo): Promise<void>;
  /** Takes it back; the position goes back with it. */
  restore(path: string, configHash: string): void;
}

/** What an epoch that has ended leaves. */
export interface EndedEpoch {
  readonly config: SearchConfig;
  readonly state: ChangingState;
  /** With the epoch that ended as its last one. */
  readonly record: SearchRecord;
  /** Path of the search's checkpoint; files beside it may carry its name and an ending of their own. */
  readonly checkpoint: string;
}

/** What a strategy may change of a record: where the search ends early, or what it takes back. */
export type EpochChanges = Partial<Pick<SearchRecord, "chosen" | "epochs" | "rollbacks">>;

/**
 * What a strategy does in a search, each part left out where it does nothing. Every hook gets the strategy's own settings
 * first, and draws from a key folded by the strategy's name, so that strategies do not disturb each other.
 *
 * Hooks keep nothing between steps: what a search remembers are its alphas, weights and record, and a search that is
 * resumed has only these.
 */
export interface StrategyHooks<Own> {
  /** Before the supernet is made: parts it is made of. */
  build?(own: Own): Partial<SupernetParts>;
  /** Before the first step of an epoch: may assign to the alphas. */
  epochStart?(
    own: Own,
    input: { readonly alphas: AlphaVariables; readonly epoch: number; readonly epochs: number },
  ): void;
  /** Before a weight step: the draws whose gradients it averages. */
  draw?(
    own: Own,
    draws: readonly Draw[],
    input: { readonly alphas: AlphaTensors; readonly key: RandomKey },
  ): readonly Draw[];
  /**
   * Then, for each of them: the weights it is passed with.
   * `loss` is the training loss of the step's images at given mixture weights.
   */
  mixture?(
    own: Own,
    draw: Draw,
    input: { readonly key: RandomKey; readonly loss: (weights: AlphaTensors) => tf.Scalar },
  ): Draw;
  /** Whether an operation with such a logit is left out of the computation; null where none is. */
  leavesOut?(own: Own): ((logit: number) => boolean) | null;
  /** How a forward pass of a step runs. */
  pass?(own: Own, options: ForwardOptions, input: { readonly key: RandomKey }): ForwardOptions;
  /** A term of the alpha loss, a scalar, differentiable in the probabilities; null for none. */
  objective?(
    own: Own,
    input: { readonly probabilities: AlphaTensors; readonly epoch: number; readonly epochs: number },
  ): tf.Tensor | null;
  /** After an epoch, when it is in the record: may end the search or take it back. */
  epochEnd?(own: Own, input: EndedEpoch): EpochChanges | Promise<EpochChanges>;
  /**
   * When a killed search goes on from a checkpoint that `epochEnd` wrote: what it gave back then, and the record lacks. The state is the
   * checkpoint's, the record as it was found.
   */
  resumed?(own: Own, input: Pick<EndedEpoch, "state" | "record">): EpochChanges;
  /** When the search is finished: removes what it left beside the checkpoint. */
  finished?(own: Own, input: { readonly config: SearchConfig; readonly checkpoint: string }): void;
}

/** A strategy of a search in one epoch. */
export interface StrategyAt {
  readonly name: string;
  readonly own: unknown;
  readonly hooks: StrategyHooks<unknown>;
}
