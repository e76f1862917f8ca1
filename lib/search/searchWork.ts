import type { WholeWork } from "../util/progress";
import { type SearchContext, stepsPerEpoch } from "./searchContext";

/** What a search needs to know of its work. */
type Sizes = Pick<SearchContext, "config" | "data" | "split">;

/** Where the pieces of a search lie in all of it, in passes of an image through the supernet. */
export interface SearchWork {
  /** The steps of an epoch, counted from 0. */
  training(epoch: number): WholeWork;
  /** The accuracies at its end. */
  accuracies(epoch: number): WholeWork;
  /** The measurement on the test images, after the last epoch. */
  test(): WholeWork;
}

/** Forward and backward pass and update, against a forward pass alone. */
const stepPasses = 3;
/** Gradients that an alpha step of the second order takes. */
const unrolledGradients = 5;

/** Images of the alpha split that the accuracies of an epoch are measured on. */
export function evaluatedImages({ config, split }: Pick<Sizes, "config" | "split">): number {
  const all = split.alphaSplit.length;
  return config.evaluationImages === 0 ? all : Math.min(config.evaluationImages, all);
}

/**
 * The work of a search, for the time that is left of it. Estimated from its settings: an epoch of warm-up has weight
 * steps alone, the others alpha steps too, and each ends with two measurements.
 */
export function searchWork(context: Sizes): SearchWork {
  const { config, data, split } = context;
  const { epochs, warmupEpochs, batchSize } = config;
  const step = batchSize * stepPasses;
  const alphaStep = config.order === "second" ? step * unrolledGradients : step;
  const steps = stepsPerEpoch(context);
  const calibration = Math.min(config.diagnostics.recalibrationBatches * batchSize, split.weightSplit.length);
  const training = (epoch: number) => steps * (epoch < warmupEpochs ? step : step + alphaStep);
  const accuracies = 2 * (evaluatedImages(context) + calibration);
  const test = 2 * (data.test.labels.length + calibration);
  const before = (epoch: number) => {
    const warm = Math.min(epoch, warmupEpochs);
    return warm * training(0) + (epoch - warm) * training(warmupEpochs) + epoch * accuracies;
  };
  const total = before(epochs) + test;
  const piece = (at: number, own: number): WholeWork => ({ name: "search", before: at, own, total });
  return {
    training: (epoch) => piece(before(epoch), training(epoch)),
    accuracies: (epoch) => piece(before(epoch) + training(epoch), accuracies),
    test: () => piece(before(epochs), test),
  };
}
