import * as tf from "@tensorflow/tfjs-core";
import { addGradient, addKernel, addReluGradient, addReluKernel } from "./add";
import { batchNormGradient, batchNormGradKernel, batchNormKernel } from "./batchNormTrain";
import {
  concatChannelsGradient,
  concatChannelsKernel,
  deinterleaveChannelsKernel,
  interleaveChannelsGradient,
  interleaveChannelsKernel,
  splitChannelsGradient,
  splitChannelsKernel,
} from "./channelCopies";
import { type FloatArrays, floatArrays } from "./floatArrays";
import { composedForm, type FusedAttributes, type FusedKernel, registerUnlessPresent } from "./fusedKernel";
import { gateBackGradient, gateBackKernel, gateGradient, gateKernel } from "./gated";
import {
  leadingChannelsGradient,
  leadingChannelsKernel,
  spreadChannelsGradient,
  spreadChannelsKernel,
} from "./leadingChannels";
import { type LoopKernel, loopKernels } from "./loopKernels";
import { forkGradient, forkKernel, selectGradient, selectKernel } from "./oneOf";
import { adamKernel, sgdMomentumKernel } from "./optimizerUpdates";
import { reluGradient, reluGradKernel, reluKernel } from "./relu";
import { scaledConvGradient, scaledConvKernel } from "./scaledConv";
import { signWindowGradient, signWindowGradKernel, signWindowKernel } from "./signWindow";
import {
  softmaxCrossEntropyGradient,
  softmaxCrossEntropyGradKernel,
  softmaxCrossEntropyKernel,
} from "./softmaxCrossEntropy";
import { wasmForms } from "./wasmForms";
import { channelDotKernel, scaleChannelsKernel, weightedSumGradient, weightedSumKernel } from "./weightedSum";

/** Every fused kernel, with its composed form. */
export const fusedKernels: readonly FusedKernel[] = Object.freeze([
  batchNormKernel,
  batchNormGradKernel,
  signWindowKernel,
  signWindowGradKernel,
  softmaxCrossEntropyKernel,
  softmaxCrossEntropyGradKernel,
  sgdMomentumKernel,
  adamKernel,
  concatChannelsKernel,
  splitChannelsKernel,
  interleaveChannelsKernel,
  deinterleaveChannelsKernel,
  addKernel,
  addReluKernel,
  reluKernel,
  reluGradKernel,
  weightedSumKernel,
  scaleChannelsKernel,
  channelDotKernel,
  scaledConvKernel,
  gateKernel,
  gateBackKernel,
  selectKernel,
  forkKernel,
  leadingChannelsKernel,
  spreadChannelsKernel,
]);

/**
 * Gives the engine called `backendName` (the name tfjs knows it by) every fused kernel it does not have of its
 * own, in the fastest form known for it. Kernels an engine registers itself are left alone; it should do so before
 * it calls this.
 */
export function registerFusedKernels(backendName: string): void {
  for (const kernel of fusedKernels) {
    registerUnlessPresent(kernel.name, backendName, formFor(kernel, backendName));
  }
}

/** Loops that beat what wasm has: its row-wise copies are slow, and its calls cost more than a small tensor's update. */
const wasmLoops: readonly FusedKernel["name"][] = [
  "BarsSplitChannels",
  "BarsInterleaveChannels",
  "BarsDeinterleaveChannels",
  "BarsSgdMomentum",
  "BarsAdam",
  "BarsReluGrad",
  "BarsWeightedSum",
  "BarsScaleChannels",
  "BarsChannelDot",
];

function formFor({ name, compose }: FusedKernel, backendName: string): tf.KernelConfig["kernelFunc"] {
  const loop = loopKernels[name];
  if (backendName === "cpu" && loop) return loopForm(loop, floatArrays.cpu);
  if (backendName === "wasm" && loop && wasmLoops.includes(name)) return loopForm(loop, floatArrays.wasm);
  return composedForm((backendName === "wasm" ? wasmForms[name] : undefined) ?? compose);
}

function loopForm(
  loop: LoopKernel,
  arrays: (backend: unknown) => FloatArrays,
): tf.KernelConfig["kernelFunc"] {
  return ({ inputs, attrs, backend }) =>
    loop(
      inputs as Readonly<Record<string, tf.TensorInfo>>,
      (attrs ?? {}) as FusedAttributes,
      arrays(backend),
    );
}

const gradients = [
  addGradient,
  addReluGradient,
  batchNormGradient,
  concatChannelsGradient,
  gateGradient,
  gateBackGradient,
  forkGradient,
  selectGradient,
  leadingChannelsGradient,
  spreadChannelsGradient,
  interleaveChannelsGradient,
  reluGradient,
  scaledConvGradient,
  signWindowGradient,
  softmaxCrossEntropyGradient,
  splitChannelsGradient,
  weightedSumGradient,
];
for (const gradient of gradients) tf.registerGradient(gradient);
for (const backendName of ["cpu", "wasm", "tensorflow"]) registerFusedKernels(backendName);
