import { computePending, tf } from "../backend";
import { scheduleValue } from "../config/schedule";
import { type EpochBatch, epochBatches } from "../data/epochBatches";
import { disposeBatch, type TensorBatch, toTensors, trainingBatches } from "../loop/batchTensors";
import { checkFiniteLoss } from "../loop/keptRun";
import { clippedStep } from "../optim/clipByGlobalNorm";
import { fold } from "../random/randomKey";
import type { SearchMoment } from "../records/searchMoment";
import { epochNumber } from "../util/epochNumber";
import { alphasRest } from "./alphaStart";
import type { EpochSettings } from "./epochSettings";
import { holdBudget } from "./projectToBudget";
import { nextAlphaGradients, nextWeightGradients } from "./replayedSteps";
import { type SearchContext, stepsPerEpoch } from "./searchContext";
import type { SearchState } from "./searchState";
import { searchWork } from "./searchWork";
import { secondOrderAlphaGradients } from "./secondOrder";

/**
 * Runs the rest of one epoch from `state.position`. Each step is an alpha step (after warm-up) and a weight step.
 *
 * @returns false if `signal` asked to stop; the state then stands between two steps.
 * @throws DivergenceError if a loss is not a finite number.
 */
export async function trainEpoch(
  context: SearchContext,
  state: SearchState,
  settings: EpochSettings,
  signal: AbortSignal,
  save: () => Promise<void>,
): Promise<boolean> {
  const { config, data, split, progress } = context;
  const { epoch } = state.position;
  const steps = stepsPerEpoch(context);
  const warmup = await alphasRest(context, state, settings);
  const weightBatches = epochBatches({
    ...trainingBatches(config, data, split.weightSplit),
    key: fold(fold(context.key, "weightBatches"), epoch),
    startStep: state.position.step,
  });
  const alphaBatches = warmup ? null : alphaStream(context, epoch, state.position.step);
  progress.start(
    `epoch ${epochNumber(epoch)}/${config.epochs}${warmup ? " (warm-up)" : ""}`,
    steps,
    "steps",
    searchWork(context).training(epoch),
  );
  if (state.position.step > 0) progress.update(state.position.step);
  try {
    for await (const batch of weightBatches) {
      if (state.position.step >= steps) break;
      if (signal.aborted) return false;
      const started = performance.now();
      const weightBatch = toTensors(batch, data.train.imageSize, data.train.channels);
      try {
        // Both are under way before the numbers of the first are waited for: the engine computes one while the other is prepared.
        const meterAlphas = alphaBatches
          ? alphaStep(context, state, settings, weightBatch, await nextOf(alphaBatches))
          : null;
        const meterWeights = weightStep(context, state, settings, weightBatch);
        await meterAlphas?.();
        await meterWeights();
      } finally {
        disposeBatch(weightBatch);
      }
      state.position.meter.trainingSeconds += (performance.now() - started) / 1000;
      state.position.step += 1;
      const { meter, step } = state.position;
      progress.update(step, {
        loss: (meter.weightLoss / meter.weightImages).toFixed(3),
        accuracy: `${((100 * meter.weightCorrect) / meter.weightImages).toFixed(1)} %`,
      });
      context.onStep?.(searchMoment(state, steps, warmup));
      if (config.checkpointSteps > 0 && step % config.checkpointSteps === 0 && step < steps) await save();
      // Lets signals, timers and the notebook's messages through between two steps.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return true;
  } finally {
    await alphaBatches?.return(undefined);
    progress.stop();
  }
}

function searchMoment(state: SearchState, stepsPerEpoch: number, warmup: boolean): SearchMoment {
  const { epoch, step, meter } = state.position;
  return {
    epoch,
    step,
    stepsPerEpoch,
    warmup,
    weightLoss: meter.weightLoss / meter.weightImages,
    weightAccuracy: meter.weightCorrect / meter.weightImages,
    alphaLoss: meter.alphaImages === 0 ? null : meter.alphaCrossEntropy / meter.alphaImages,
    imagesPerSecond: (meter.weightImages + meter.alphaImages) / meter.trainingSeconds,
    alphas: () => state.alphas.values(),
  };
}

/** Begins a step. @returns what waits for its numbers and counts them in. */
function weightStep(
  context: SearchContext,
  state: SearchState,
  settings: EpochSettings,
  batch: TensorBatch,
): () => Promise<void> {
  const { epoch, step, meter } = state.position;
  const { config } = context;
  const key = fold(fold(fold(context.key, "weightSample"), epoch), step);
  const { supernet } = state;
  const statistics = supernet.statistics.collector();
  const result = nextWeightGradients(state, batch, settings, key, statistics);
  const parameters = Object.fromEntries(supernet.parameters.entries());
  clippedStep(
    state.weightOptimizer,
    parameters,
    result.gradients,
    config.weightOptimizer.clipNorm,
    learningRate(context, "weightOptimizer", epoch),
  );
  supernet.statistics.update(statistics);
  computePending();
  tf.dispose(result.gradients as never);
  const images = batch.labels.size;
  return async () => {
    const loss = (await result.loss.data())[0] as number;
    const correct = (await result.correct.data())[0] as number;
    tf.dispose([result.loss, result.correct]);
    checkFiniteLoss(loss, "search: the weight loss", { epoch, step });
    meter.weightSteps += 1;
    meter.weightImages += images;
    meter.weightLoss += loss * images;
    meter.weightCorrect += correct;
  };
}

/** Begins a step of the alphas. @returns as {@link weightStep}. */
function alphaStep(
  context: SearchContext,
  state: SearchState,
  settings: EpochSettings,
  weightBatch: TensorBatch,
  plain: EpochBatch,
): () => Promise<void> {
  const { config, data } = context;
  const { epoch, step, meter } = state.position;
  const key = fold(fold(fold(context.key, "alphaSample"), epoch), step);
  const batch = toTensors(plain, data.train.imageSize, data.train.channels);
  const rate = learningRate(context, "weightOptimizer", epoch);
  const result =
    config.order === "second"
      ? secondOrderAlphaGradients(state, weightBatch, batch, settings, rate, key)
      : nextAlphaGradients(state, batch, settings, key);
  clippedStep(
    state.alphaOptimizer,
    state.alphas.named(),
    result.gradients,
    config.alphaOptimizer.clipNorm,
    learningRate(context, "alphaOptimizer", epoch),
  );
  computePending();
  holdBudget(state.alphas, config, settings.samplers);
  const parts = [result.total, result.crossEntropy, result.penalty, result.entropy];
  const images = batch.labels.size;
  tf.dispose(result.gradients as never);
  disposeBatch(batch);
  return async () => {
    const values = await Promise.all(parts.map(async (part) => (await part.data())[0] as number));
    tf.dispose(parts);
    const [total, crossEntropy, penalty, entropy] = values as [number, number, number, number];
    checkFiniteLoss(total, "search: the alpha loss", { epoch, step });
    meter.alphaSteps += 1;
    meter.alphaImages += images;
    meter.alphaTotal += total * images;
    meter.alphaCrossEntropy += crossEntropy * images;
    meter.alphaPenalty += penalty * images;
    meter.alphaEntropy += entropy * images;
  };
}

export function learningRate(
  context: Pick<SearchContext, "config">,
  which: "weightOptimizer" | "alphaOptimizer",
  epoch: number,
): number {
  return scheduleValue(context.config[which].learningRate, epoch, context.config.epochs);
}

/** Batches of the alpha split without end, pass after pass, from the one that belongs to `step` of `epoch`. */
async function* alphaStream(context: SearchContext, epoch: number, step: number): AsyncGenerator<EpochBatch> {
  const { config, data, split } = context;
  const { alphaSplit } = split;
  const perPass = Math.max(1, Math.floor(alphaSplit.length / config.batchSize));
  const key = fold(fold(context.key, "alphaBatches"), epoch);
  for (let pass = Math.floor(step / perPass), start = step % perPass; ; pass++, start = 0) {
    yield* epochBatches({
      ...trainingBatches(config, data, alphaSplit),
      key: fold(key, pass),
      startStep: start,
    });
  }
}

async function nextOf(stream: AsyncGenerator<EpochBatch>): Promise<EpochBatch> {
  const { value, done } = await stream.next();
  if (done) throw new Error("alphaStream ended, which it never does.");
  return value;
}
