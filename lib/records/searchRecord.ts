import type { BackendInfo } from "../backend";
import type { SearchConfig } from "../config/searchConfig";
import type { Alphas } from "../space/alphas";
import type { Definition } from "../util/variantTable";

/** Mean over the alpha split or the weight split of one epoch. Accuracies are shares in [0, 1]. */
export interface EpochRecord {
  /** Counted from 0. */
  readonly epoch: number;
  /** At the end of the epoch. */
  readonly alphas: Alphas;
  /** True while alphas stay at their start. */
  readonly warmup: boolean;
  /** Cross entropy and accuracy of the weight steps, on augmented images of the weight split. */
  readonly weightLoss: number;
  readonly weightAccuracy: number;
  /** Parts of the loss of the alpha steps, on the alpha split; null in warm-up. */
  readonly alphaLoss: {
    readonly total: number;
    readonly crossEntropy: number;
    readonly costPenalty: number;
    readonly entropy: number;
  } | null;
  /**
   * Accuracy of the supernet with its probabilities, on `evaluationImages` of the alpha split. Batch norms use
   * statistics taken anew for it (`diagnostics.recalibrationBatches`; 0: those of each evaluated batch;
   * `searchRecalibration` says how).
   */
  readonly supernetAccuracy: number;
  readonly supernetLoss: number;
  /** Accuracy of the argmax-derived architecture with the supernet's shared weights, measured the same way. */
  readonly derivedAccuracy: number;
  /** Expectation over the probabilities, per image, one multiply-accumulate = 1. */
  readonly expectedCost: { readonly flops: number; readonly bops: number; readonly ops: number };
  /** Cost of the argmax-derived architecture, same convention. */
  readonly derivedCost: { readonly flops: number; readonly bops: number; readonly ops: number };
  /** Mean entropy of the probabilities, as a share of its maximum (1 = undecided), per level; null where not searched. */
  readonly entropy: { readonly cell: number; readonly depth: number | null; readonly width: number | null };
  /** Mean difference of the two largest probabilities, per level. Null in records of schema 1. */
  readonly margin: {
    readonly cell: number;
    readonly depth: number | null;
    readonly width: number | null;
  } | null;
  /**
   * Distribution over the depths (`[stage][source]`) and the widths (`[stage][choice]`) of each stage; an empty row
   * where it is not searched. Null in records of schema 1; absent in early ones of schema 2.
   */
  readonly layout?: {
    readonly depth: readonly (readonly number[])[];
    readonly width: readonly (readonly number[])[];
  } | null;
  /** `supernetAccuracy − derivedAccuracy`: what is lost when mixtures become choices, with the same weights. */
  readonly discretizationGap: number;
  /** Decisions (edges, depths, widths) of the argmax genotype that differ from the epoch before; null where there is none. */
  readonly genotypeChanges: number | null;
  /** Dominant eigenvalue of the Hessian of the cross entropy in the alphas; null where it was not measured. */
  readonly eigenvalue: number | null;
  /** Share of parameter-free operations (none, skip, pooling) among the edges of the argmax genotype's cells. */
  readonly parameterFreeShare: number;
  readonly temperature: { readonly cell: number; readonly depth: number; readonly width: number };
  readonly learningRate: { readonly weights: number; readonly alphas: number };
  /** Images of weight steps plus images of alpha steps, per second of training time. */
  readonly imagesPerSecond: number;
  readonly seconds: number;
  /** Largest resident memory of the process so far, in bytes. */
  readonly peakMemoryBytes: number;
}

/** One search, stored whole. Re-derivation, analysis and figures need nothing else. Plain JSON. */
export interface SearchRecord {
  readonly kind: "bars.search-record";
  /** 4; 2 and 3 where accuracies were measured with other recalibrations (`searchRecalibration`). */
  readonly schema: 2 | 3 | 4;
  readonly config: SearchConfig;
  /** SHA-256 of the canonical JSON of the config. */
  readonly configHash: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly versions: { readonly bars: string; readonly node: string };
  /** Variants of the user's own that the settings name, with their versions; left out where there are none. */
  readonly defined?: readonly Definition[];
  readonly backend: BackendInfo;
  readonly data: {
    readonly name: string;
    /** Where the images came from, and anything a reader must know of them. */
    readonly note: string;
    /** SHA-256 of all images and labels, where the user defined the set. */
    readonly contentHash?: string;
    readonly weightImages: number;
    readonly alphaImages: number;
    /** Per-channel mean and standard deviation used for normalisation, of pixels in [0, 1]. */
    readonly mean: readonly number[];
    readonly std: readonly number[];
  };
  readonly status: "running" | "finished" | "interrupted" | "diverged";
  /** For "interrupted" and "diverged": where it stopped and why. */
  readonly statusDetail: string | null;
  /** Before the first step. */
  readonly startAlphas: Alphas;
  readonly epochs: readonly EpochRecord[];
  /** The epoch whose architecture the search gives, where that is not the last one, and why; else null. */
  readonly chosen: { readonly epoch: number; readonly reason: string } | null;
  /** Returns to an earlier epoch with more weight decay, in order (`strategies.eigenvalueStop` "adapt"). */
  readonly rollbacks: readonly { readonly from: number; readonly to: number; readonly weightDecay: number }[];
  /** Measured once, after the last epoch, on images neither split has seen; null until then. Shared weights. */
  readonly test: {
    readonly images: number;
    readonly supernetAccuracy: number;
    readonly derivedAccuracy: number;
  } | null;
}
