import * as tf from "@tensorflow/tfjs-core";
import { batchNormGradient, batchNormGradKernel, batchNormKernel } from "./batchNormTrain";
import { type FusedKernel, registerComposed } from "./fusedKernel";
import { adamKernel, sgdMomentumKernel } from "./optimizerUpdates";
import { signWindowGradient, signWindowGradKernel, signWindowKernel } from "./signWindow";
import {
  softmaxCrossEntropyGradient,
  softmaxCrossEntropyGradKernel,
  softmaxCrossEntropyKernel,
} from "./softmaxCrossEntropy";

/** Every fused kernel, in its composed form. */
export const fusedKernels: readonly FusedKernel[] = Object.freeze([
  batchNormKernel,
  batchNormGradKernel,
  signWindowKernel,
  signWindowGradKernel,
  softmaxCrossEntropyKernel,
  softmaxCrossEntropyGradKernel,
  sgdMomentumKernel,
  adamKernel,
]);

/**
 * Gives the engine called `backendName` (the name tfjs knows it by) every fused kernel it does not have of its
 * own. Kernels an engine registers itself are left alone, before this call and after.
 */
export function registerFusedKernels(backendName: string): void {
  registerComposed(fusedKernels, backendName);
}

for (const gradient of [batchNormGradient, signWindowGradient, softmaxCrossEntropyGradient]) {
  tf.registerGradient(gradient);
}
for (const backendName of ["cpu", "wasm", "tensorflow"]) registerFusedKernels(backendName);
