import type { Alphas } from "../space/alphas";

/** Where a running search stands after a step. Means are over the epoch's steps so far. */
export interface SearchMoment {
  /** Counted from 0. */
  readonly epoch: number;
  /** Steps of this epoch that are done, and all of them. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** True while alphas stay at their start. */
  readonly warmup: boolean;
  /** Cross entropy and accuracy (a share) of the weight steps, on augmented images of the weight split. */
  readonly weightLoss: number;
  readonly weightAccuracy: number;
  /** Cross entropy of the alpha steps, on the alpha split; null in warm-up. */
  readonly alphaLoss: number | null;
  /** Images of weight steps plus images of alpha steps, per second of training time. */
  readonly imagesPerSecond: number;
  /** Reads the alphas as they are now: valid only during the call that gave this moment. */
  readonly alphas: () => Alphas;
}
