/**
 * The tensor engine. The only room that names one: everything else says `import { tf } from "../backend"`
 * and works on whichever engine {@link startBackend} chose.
 */
import "./fused/registerGradients";

/**
 * Tensor operations, on the engine that {@link startBackend} chose.
 *
 * @example
 * ```ts
 * await bars.startBackend();
 * const ones = bars.tf.ones([2, 3]);
 * console.log(ones.shape); // [2,3]
 * ones.dispose();
 * ```
 */
export * as tf from "@tensorflow/tfjs-core";
export { type BackendInfo, type BackendName, backendNames, describeBackend } from "./backendInfo";
export { compilesSteps, runsBranches, runsStages } from "./compilesSteps";
export { describeStatistics, type EngineStatistics, engineStatistics } from "./engineStatistics";
export { forgetGraphs } from "./forgetGraphs";
export { type Frozen, freeze } from "./freeze";
export { add, addRelu } from "./fused/add";
export { type BatchNormTrainResult, batchNormTrain } from "./fused/batchNormTrain";
export { concatChannels, interleaveChannels, splitChannels } from "./fused/channelCopies";
export { detach } from "./fused/detach";
export { type FusedAttributes, type FusedInputs, type FusedKernel, runFused } from "./fused/fusedKernel";
export { type Gate, gated, gateOf } from "./fused/gated";
export { leadingChannels, spreadChannels } from "./fused/leadingChannels";
export { mergesConvolutions } from "./fused/mergesConvolutions";
export { oneOf } from "./fused/oneOf";
export { type AdamSettings, adamUpdate, type SgdSettings, sgdMomentumUpdate } from "./fused/optimizerUpdates";
export { fusedKernels, registerFusedKernels } from "./fused/registerFusedKernels";
export { relu } from "./fused/relu";
export { scaledConv } from "./fused/scaledConv";
export { signWindow } from "./fused/signWindow";
export { softmaxCrossEntropy } from "./fused/softmaxCrossEntropy";
export { weightedSum } from "./fused/weightedSum";
export { lossGradients } from "./lossGradients";
export { backendInfo, startBackend } from "./startBackend";
export {
  computePending,
  isSameStep,
  recordStep,
  recordsSteps,
  replayStep,
  type StepRecording,
} from "./stepRecording";
