/**
 * Trained networks and the supernet: weights back from disk, activations and gradients. Needs a tensor engine.
 *
 * @module
 */

export { trainTarget } from "../experiments/trainTarget";
export { chooseTaps } from "../network/chooseTaps";
export { Supernet } from "../supernet/supernet";
export {
  type CollectedTap,
  type CollectOptions,
  collectActivations,
  collectTaps,
  type TapReading,
} from "../train/collectTaps";
export { type GradientFlow, gradientFlow } from "../train/gradientFlow";
export type { TrainOptions } from "../train/train";
export { type TrainedNetwork, trainedNetwork } from "../train/trainedNetwork";
export { snapshotEpochs } from "../train/trainFiles";
