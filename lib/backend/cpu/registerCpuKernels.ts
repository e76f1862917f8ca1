import { registerEngineKernel } from "../kernels/engineKernel";
import { avgPoolGrad } from "./avgPoolGrad";

/** Corrects the cpu engine. Its package must have been imported. */
export function registerCpuKernels(): void {
  registerEngineKernel(avgPoolGrad, "cpu");
}
