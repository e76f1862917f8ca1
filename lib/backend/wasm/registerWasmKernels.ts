import * as tf from "@tensorflow/tfjs-core";
import { BackendError } from "../../util/errors";
import { type EngineKernel, registerEngineKernel } from "../kernels/engineKernel";
import { concat } from "./concat";
import { conv2dBackpropFilter } from "./conv2dBackpropFilter";
import { conv2dBackpropInput } from "./conv2dBackpropInput";
import { depthwiseBackpropFilter, depthwiseBackpropInput } from "./depthwiseBackprop";
import { matMul } from "./matMul";
import { oneHot } from "./oneHot";
import { avgPoolGrad, maxPoolGrad } from "./poolGradients";
import { mean, sum } from "./reductions";
import { slice } from "./slice";
import { splitV } from "./splitV";
import { unsortedSegmentSum } from "./unsortedSegmentSum";

/** What training needs and the wasm engine lacks, or has in a form too slow to train with. */
export const wasmKernels: readonly EngineKernel[] = Object.freeze([
  conv2dBackpropFilter,
  conv2dBackpropInput,
  depthwiseBackpropFilter,
  depthwiseBackpropInput,
  avgPoolGrad,
  maxPoolGrad,
  matMul,
  sum,
  mean,
  slice,
  splitV,
  concat,
  oneHot,
  unsortedSegmentSum,
]);

/**
 * Completes the wasm engine. Its package must have been imported; the engine may be running already.
 *
 * @throws BackendError if the engine's own kernels are not there.
 */
export function registerWasmKernels(): void {
  if (!tf.getKernel(tf.Conv2D, "wasm")) {
    throw new BackendError(
      "registerWasmKernels: the wasm engine has no kernels yet; import @tensorflow/tfjs-backend-wasm first.",
    );
  }
  for (const kernel of wasmKernels) registerEngineKernel(kernel, "wasm");
}
