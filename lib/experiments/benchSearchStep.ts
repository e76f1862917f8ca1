import { backendInfo, computePending, tf } from "../backend";
import type { Overrides } from "../config/check";
import { type SearchConfig, searchConfig } from "../config/searchConfig";
import { clipByGlobalNorm } from "../optim/clipByGlobalNorm";
import { fold, integers, normal, randomKey } from "../random/randomKey";
import { epochSettings } from "../search/epochSettings";
import { nextAlphaGradients, nextWeightGradients } from "../search/replayedSteps";
import { SearchState } from "../search/searchState";
import { type StoredTensor, writeTensorFile } from "../util/tensorFile";

/** Speed of the search step on this machine. */
export interface StepSpeed {
  readonly backend: string;
  readonly batchSize: number;
  readonly steps: number;
  /** Images of the weight step plus images of the alpha step, each step on a batch of its own, per second: median. */
  readonly imagesPerSecond: number;
  readonly slowest: number;
  readonly fastest: number;
  /** Processor time of a pair of steps, of all threads: median. Less than the wall on a machine that others use. */
  readonly processorSeconds: number;
  readonly peakMemoryBytes: number;
  /** From the start of the process to the end of the first step. */
  readonly firstStepSeconds: number;
  /** Of the supernet's weights. */
  readonly parameters: number;
  /** Cross entropies of the alpha step's batch and the weight step's, by turns, from the first step, which is not timed, on. */
  readonly losses: readonly number[];
}

/**
 * The settings the project's speed is quoted at: 16 channels, layout 0 0 1 0 0 1 0 0, four steps, candidates none,
 * skip_connect and bin_conv_3x3, batch 64, all widths and depths searched.
 *
 * @example
 * ```ts
 * const { space, batchSize } = bars.engine.benchConfig();
 * console.log(space.cellLayout, batchSize); // [0,0,1,0,0,1,0,0] 64
 * ```
 */
export function benchConfig(overrides: Overrides<SearchConfig> = {}): SearchConfig {
  return searchConfig(overrides);
}

/**
 * {@link benchConfig} with one candidate an edge, one depth and one width drawn in every step (sampler "path"): the same space,
 * of which a step computes what it drew.
 */
export function benchPathConfig(overrides: Overrides<SearchConfig> = {}): SearchConfig {
  const path = { method: "path" };
  return searchConfig({ samplers: { cell: path, depth: path, width: path }, ...overrides });
}

/** Random images and labels of one step. */
function batchOf({ space, batchSize, seed }: SearchConfig, name: "alpha" | "weight", step: number) {
  const { imageSize, imageChannels, classes } = space;
  const own = fold(fold(randomKey(seed), name), step);
  const shape: [number, number, number, number] = [batchSize, imageSize, imageSize, imageChannels];
  return {
    images: { shape, values: normal(own, batchSize * imageSize * imageSize * imageChannels) },
    labels: {
      shape: [batchSize] as [number],
      values: Int32Array.from(integers(fold(own, "labels"), batchSize, classes)),
    },
  };
}

/** Writes the start of {@link benchSearchStep} for another program to start from: weights, alphas, the first two batches. */
async function writeStart(path: string, config: SearchConfig, state: SearchState): Promise<void> {
  const tensors: Map<string, StoredTensor> = await state.supernet.parameters.stored();
  for (const [name, alpha] of Object.entries(state.alphas.named()))
    tensors.set(`alphas.${name}`, { shape: alpha.shape, values: (await alpha.data()) as Float32Array });
  for (const name of ["alpha", "weight"] as const) {
    const { images, labels } = batchOf(config, name, 0);
    tensors.set(`${name}.images`, images);
    tensors.set(`${name}.labels`, labels);
  }
  writeTensorFile(path, tensors, { kind: "bars.bench-start" });
}

/**
 * Times whole search steps (alpha step and weight step: forward, backward, clipping, update, batch statistics) on
 * random images, after one step that does not count.
 *
 * @param start a file to write weights, alphas and the first batches to before the first step.
 *
 * @example
 * ```ts
 * const space = { initChannels: 4, cellLayout: [0, 1, 0], steps: 1 };
 * const config = bars.engine.benchConfig({ space, batchSize: 2 });
 * const speed = await bars.engine.benchSearchStep(config, 1);
 * console.log(speed.imagesPerSecond > 0); // true
 * ```
 */
export async function benchSearchStep(
  config: SearchConfig,
  steps: number,
  onStep: (imagesPerSecond: number) => void = () => {},
  start?: string,
): Promise<StepSpeed> {
  const key = randomKey(config.seed);
  const state = new SearchState(config, key);
  const settings = epochSettings(config, config.warmupEpochs);
  const { batchSize } = config;
  const variables = Object.fromEntries(state.supernet.parameters.entries());
  const parameters = Object.values(variables).reduce((sum, variable) => sum + variable.size, 0);
  const speeds: number[] = [];
  const processorSeconds: number[] = [];
  const losses: number[] = [];
  let firstStepSeconds = 0;
  try {
    if (start !== undefined) await writeStart(start, config, state);
    for (let step = 0; step <= steps; step++) {
      const tensors = (name: "alpha" | "weight") => {
        const { images, labels } = batchOf(config, name, step);
        return {
          images: tf.tensor4d(images.values, images.shape),
          labels: tf.tensor1d(labels.values, "int32"),
        };
      };
      const [alphaBatch, weightBatch] = [tensors("alpha"), tensors("weight")];
      const started = performance.now();
      const processor = process.cpuUsage();
      const alpha = nextAlphaGradients(state, alphaBatch, settings, fold(key, step));
      state.alphaOptimizer.step(state.alphas.named(), alpha.gradients, 1e-3);
      computePending();
      const statistics = state.supernet.statistics.collector();
      const weight = nextWeightGradients(state, weightBatch, settings, fold(key, step), statistics);
      tf.tidy(() => {
        const clipped = clipByGlobalNorm(weight.gradients, 5).gradients;
        state.weightOptimizer.step(variables, clipped, 1e-3);
      });
      state.supernet.statistics.update(statistics);
      computePending();
      losses.push((await alpha.crossEntropy.data())[0] as number);
      losses.push((await weight.loss.data())[0] as number);
      const used = process.cpuUsage(processor);
      const speed = (2 * batchSize) / ((performance.now() - started) / 1000);
      tf.dispose([alpha, weight, alphaBatch, weightBatch] as never);
      if (step === 0) {
        firstStepSeconds = performance.now() / 1000;
        continue;
      }
      speeds.push(speed);
      processorSeconds.push((used.user + used.system) / 1e6);
      onStep(speed);
    }
  } finally {
    state.dispose();
  }
  const ascending = (values: readonly number[]) => [...values].sort((a, b) => a - b);
  const sorted = ascending(speeds);
  return {
    backend: backendInfo().name,
    batchSize,
    steps,
    imagesPerSecond: sorted[Math.floor(sorted.length / 2)] as number,
    slowest: sorted[0] as number,
    fastest: sorted.at(-1) as number,
    processorSeconds: ascending(processorSeconds)[Math.floor(steps / 2)] as number,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    firstStepSeconds,
    parameters,
    losses,
  };
}
