import { scheduleValue } from "../config/schedule";
import type { TrainConfig } from "../config/trainConfig";
import type { StepRates } from "../optim/createTrainOptimizer";

/** Which of the two training steps an epoch belongs to, and how far that one is. */
export interface TrainPhase {
  readonly phase: 1 | 2;
  /** Epochs of this step before this one, and in all. */
  readonly epoch: number;
  readonly epochs: number;
}

/** @param epoch counted from 0 over both steps. */
export function phaseOf(config: TrainConfig, epoch: number): TrainPhase {
  const { firstEpochs } = config.twoStep;
  return epoch < firstEpochs
    ? { phase: 1, epoch, epochs: firstEpochs }
    : { phase: 2, epoch: epoch - firstEpochs, epochs: config.epochs };
}

/** Epochs of both steps. */
export function allEpochs(config: TrainConfig): number {
  return config.twoStep.firstEpochs + config.epochs;
}

/** Rates at a step. @param share of the epoch that is done, in [0, 1). */
export function ratesAt(config: TrainConfig, { epoch, epochs }: TrainPhase, share: number): StepRates {
  const { optimizer } = config;
  const at = optimizer.rateChanges === "step" ? epoch + share : epoch;
  return {
    learningRate: scheduleValue(optimizer.learningRate, at, epochs),
    bopGamma: scheduleValue(optimizer.bopGamma, epoch, epochs),
  };
}

/** How passes of an epoch run, in training and in evaluation. */
export function passOf(config: TrainConfig, { phase, epoch, epochs }: TrainPhase) {
  return {
    edeT: scheduleValue(config.binarization.edeT, epoch, epochs),
    binaryWeights: phase === 2,
  };
}
