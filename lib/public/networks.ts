/**
 * Trained networks and the supernet: weights back from disk, activations and gradients. Needs a tensor engine.
 *
 * @module
 */

export { trainTarget } from "../experiments/trainTarget";
export type { ParameterSpec } from "../layers/operation";
export type { Parameters } from "../layers/parameters";
export type { BatchStatistics, RunningStatistics } from "../layers/runningStatistics";
export type { PlainBatch, TensorBatch } from "../loop/batchTensors";
export { chooseTaps } from "../network/chooseTaps";
export type { OverridableLayer } from "../network/layerOverrides";
export type { NetworkOutputs, NetworkPass, Trainable } from "../network/trainable";
export type { OptimizerSpec, UpdateInput, UpdateRule } from "../optim/updateRules";
export type { CostPenalty, CostPenaltySpec } from "../search/costPenalty";
export type { StrategySpec } from "../search/defineStrategy";
export type { DeriveBySupernetOptions } from "../search/deriveBySupernet";
export type { SearchOptions } from "../search/search";
export type { Draw, EndedEpoch, EpochChanges, StrategyHooks } from "../search/strategyHooks";
export type { AlphaTensors } from "../supernet/alphaVariables";
export type { SamplerSpec } from "../supernet/defineSampler";
export type { DrawInput, SamplerDraw } from "../supernet/sampler";
export { type ForwardOptions, Supernet } from "../supernet/supernet";
export {
  type CollectedTap,
  type CollectOptions,
  collectActivations,
  collectTaps,
  type TapReading,
} from "../train/collectTaps";
export { type GradientFlow, gradientFlow, type KernelGradient } from "../train/gradientFlow";
export type { TrainOptions } from "../train/train";
export type { TrainingData } from "../train/trainContext";
export { type TrainedNetwork, trainedNetwork } from "../train/trainedNetwork";
export { snapshotEpochs } from "../train/trainFiles";
