import { backendInfo, computePending, tf } from "../backend";
import type { Overrides } from "../config/check";
import { type SearchConfig, searchConfig } from "../config/searchConfig";
import { clipByGlobalNorm } from "../optim/clipByGlobalNorm";
import { fold, integers, normal, randomKey } from "../random/randomKey";
import { epochSettings } from "../search/epochSettings";
import { nextAlphaGradients, nextWeightGradients } from "../search/replayedSteps";
import { SearchState } from "../search/searchState";

/** Speed of the search step on this machine. */
export interface StepSpeed {
  readonly backend: string;
  readonly batchSize: number;
  readonly steps: number;
  /** Images of the weight step plus images of the alpha step, each step on a batch of its own, per second: median. */
  readonly imagesPerSecond: number;
  readonly slowest: number;
  readonly fastest: number;
  readonly peakMemoryBytes: number;
}

/**
 * The settings the project's speed is quoted at: 16 channels, layout 0 0 1 0 0 1 0 0, four steps, candidates none,
 * skip_connect and bin_conv_3x3, batch 64, all widths and depths searched.
 */
export function benchConfig(overrides: Overrides<SearchConfig> = {}): SearchConfig {
  return searchConfig(overrides);
}

/**
 * Times whole search steps (alpha step and weight step: forward, backward, clipping, update, batch statistics) on
 * random images, after one step that does not count.
 */
export async function benchSearchStep(
  config: SearchConfig,
  steps: number,
  onStep: (imagesPerSecond: number) => void = () => {},
): Promise<StepSpeed> {
  const key = randomKey(config.seed);
  const state = new SearchState(config, key);
  const settings = epochSettings(config, config.warmupEpochs);
  const { imageSize, imageChannels, classes } = config.space;
  const { batchSize } = config;
  const speeds: number[] = [];
  try {
    for (let step = 0; step <= steps; step++) {
      const batchOf = (name: string) => {
        const own = fold(fold(key, name), step);
        return {
          images: tf.tensor4d(normal(own, batchSize * imageSize * imageSize * imageChannels), [
            batchSize,
            imageSize,
            imageSize,
            imageChannels,
          ]),
          labels: tf.tensor1d(Int32Array.from(integers(fold(own, "labels"), batchSize, classes)), "int32"),
        };
      };
      const [alphaBatch, weightBatch] = [batchOf("alpha"), batchOf("weight")];
      const started = performance.now();
      const alpha = nextAlphaGradients(state, alphaBatch, settings, fold(key, step));
      state.alphaOptimizer.step(state.alphas.named(), alpha.gradients, 1e-3);
      computePending();
      await alpha.total.data();
      const statistics = state.supernet.statistics.collector();
      const weight = nextWeightGradients(state, weightBatch, settings, fold(key, step), statistics);
      tf.tidy(() => {
        const clipped = clipByGlobalNorm(weight.gradients, 5).gradients;
        state.weightOptimizer.step(Object.fromEntries(state.supernet.parameters.entries()), clipped, 1e-3);
      });
      state.supernet.statistics.update(statistics);
      computePending();
      await weight.loss.data();
      const speed = (2 * batchSize) / ((performance.now() - started) / 1000);
      tf.dispose([alpha, weight, alphaBatch, weightBatch] as never);
      if (step === 0) continue;
      speeds.push(speed);
      onStep(speed);
    }
  } finally {
    state.dispose();
  }
  const sorted = [...speeds].sort((a, b) => a - b);
  return {
    backend: backendInfo().name,
    batchSize,
    steps,
    imagesPerSecond: sorted[Math.floor(sorted.length / 2)] as number,
    slowest: sorted[0] as number,
    fastest: sorted.at(-1) as number,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  };
}
