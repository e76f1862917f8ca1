import { tf } from "../backend";
import { clipByGlobalNorm } from "./clipByGlobalNorm";
import type { Optimizer } from "./createOptimizer";

/** One optimizer step with clipped gradients; `clipNorm` 0 leaves them as they are. Gradients stay with the caller. */
export function clippedStep(
  optimizer: Optimizer,
  parameters: Readonly<Record<string, tf.Variable>>,
  gradients: Readonly<Record<string, tf.Tensor>>,
  clipNorm: number,
  learningRate: number,
): void {
  tf.tidy(() => {
    const clipped = clipNorm > 0 ? clipByGlobalNorm(gradients, clipNorm).gradients : gradients;
    optimizer.step(parameters, clipped, learningRate);
  });
}
