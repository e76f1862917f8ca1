import { computePending, tf } from "../backend";
import { scheduleValue } from "../config/schedule";
import { type EpochBatch, epochBatches } from "../data/epochBatches";
import { disposeBatch, type PlainBatch, toTensors, trainingBatches } from "../loop/batchTensors";
import { checkFiniteLoss } from "../loop/keptRun";
import { fold } from "../random/randomKey";
import { epochNumber } from "../util/epochNumber";
import { nextTrainGradients } from "./replayedGradients";
import { stepsPerEpoch, type TrainContext } from "./trainContext";
import type { TrainGradients } from "./trainGradients";
import { allEpochs, passOf, phaseOf, ratesAt } from "./trainPhase";
import type { TrainPosition, TrainState } from "./trainState";
import { trainWork } from "./trainWork";

/**
 * Runs the rest of one epoch from `state.position`.
 *
 * @returns false if `signal`, or the context's `stopBefore`, asked to stop; the state then stands between two steps.
 * @throws DivergenceError if a loss is not a finite number.
 */
export async function trainEpoch(
  context: TrainContext,
  state: TrainState,
  signal: AbortSignal,
  save: () => Promise<void>,
): Promise<boolean> {
  const { config, progress } = context;
  const { epoch } = state.position;
  const steps = stepsPerEpoch(context);
  const { phase } = phaseOf(config, epoch);
  const which = phase === 1 ? " (real kernels)" : "";
  const batches = epochBatches({
    ...trainingBatches(config, context.data, context.trainImages),
    key: fold(fold(context.key, "batches"), epoch),
    startStep: state.position.step,
  });
  progress.start(
    `${context.title}epoch ${epochNumber(epoch)}/${allEpochs(config)}${which}`,
    steps,
    "steps",
    trainWork(context).training(epoch),
  );
  const startStep = state.position.step;
  if (startStep > 0) progress.update(startStep);
  let started = performance.now();
  // The step that is being computed while the next one is prepared; its numbers come when they are read.
  let running: Promise<void> | null = null;
  const settle = async (): Promise<void> => {
    const step = running;
    running = null;
    await step;
  };
  try {
    for await (const batch of batches) {
      const { position } = state;
      const checkpoint = config.checkpointSteps > 0 && position.step % config.checkpointSteps === 0;
      const reached = context.stopBefore?.epoch === epoch && context.stopBefore.step === position.step;
      if (signal.aborted || reached || (checkpoint && position.step > startStep)) {
        await settle();
        position.sums.seconds += (performance.now() - started) / 1000;
        if (signal.aborted || reached) return false;
        await save();
        started = performance.now();
      }
      const step = await trainStep(context, state, batch, steps);
      const earlier = running;
      running = step.counted;
      await earlier;
      position.step += 1;
      const now = performance.now();
      position.sums.seconds += (now - started) / 1000;
      started = now;
      progress.update(position.step, figures(position));
      // Lets signals, timers and the notebook's messages through between two steps.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await settle();
    state.position.sums.seconds += (performance.now() - started) / 1000;
    return true;
  } finally {
    // After an error: nothing may go on in the background.
    await (running as Promise<void> | null)?.catch(() => {});
    progress.stop();
  }
}

function figures({ sums }: TrainPosition): Record<string, string> {
  if (sums.images === 0) return {};
  const accuracy = `${((100 * sums.correct) / sums.images).toFixed(1)} %`;
  return { loss: (sums.loss / sums.images).toFixed(3), accuracy };
}

/**
 * One step of the optimizer, with the gradient of the whole batch or the mean of those of its equal parts. On an
 * engine that compiles, a part is one graph: its loss is the first value that is read.
 *
 * Returns when the step has been handed to the engine. `counted` follows when its loss is known and in the sums: the
 * next step may be prepared meanwhile.
 */
async function trainStep(
  context: TrainContext,
  state: TrainState,
  batch: EpochBatch,
  steps: number,
): Promise<{ readonly counted: Promise<void> }> {
  const { config } = context;
  const { network, position } = state;
  const { epoch, step, microBatch } = position;
  const phase = phaseOf(config, epoch);
  const pass = passOf(config, phase);
  const rate = scheduleValue(config.dropPath, phase.epoch, phase.epochs);
  const key = fold(fold(fold(context.key, "dropPath"), epoch), step);
  const parts = partsOf(batch, microBatch);
  // What an error on the way leaves to be freed.
  const open = { sum: null as Record<string, tf.Tensor> | null, collect: network.statistics.collector() };
  try {
    for (const [i, part] of parts.entries()) {
      const tensors = toTensors(part, network.imageSize, network.imageChannels);
      try {
        const how = { ...pass, dropRate: rate, key: fold(key, i) };
        const result = nextTrainGradients(context, state, tensors, how, open.collect);
        network.statistics.update(open.collect);
        open.sum = added(open.sum, result.gradients);
        if (i === parts.length - 1) {
          open.sum = scaled(open.sum, 1 / parts.length);
          const parameters = Object.fromEntries(network.parameters.entries());
          state.optimizer.step(parameters, open.sum, ratesAt(config, phase, step / steps));
          tf.dispose(open.sum);
          open.sum = null;
        }
        computePending();
        const counted = count(position, result, part.labels.length, context.onLoss);
        if (i === parts.length - 1) {
          // Whoever waits for it hears of its failure; until then nobody does.
          counted.catch(() => {});
          return { counted };
        }
        await counted;
      } finally {
        disposeBatch(tensors);
      }
    }
  } catch (error) {
    if (open.sum) tf.dispose(open.sum);
    for (const { mean, variance } of open.collect.values()) tf.dispose([mean, variance]);
    throw error;
  }
  throw new Error("train: a batch without images.");
}

/** Reads the loss of a part, which computes everything that is pending, and adds it to the epoch's sums. */
async function count(
  position: TrainPosition,
  result: TrainGradients,
  images: number,
  onLoss: TrainContext["onLoss"],
): Promise<void> {
  const { epoch, step } = position;
  try {
    const loss = (await result.loss.data())[0] as number;
    const correct = (await result.correct.data())[0] as number;
    checkFiniteLoss(loss, "train: the loss", { epoch, step });
    position.sums.images += images;
    position.sums.loss += loss * images;
    position.sums.correct += correct;
    onLoss?.({ epoch, step, loss, images });
  } finally {
    tf.dispose([result.loss, result.correct]);
  }
}

function partsOf(batch: PlainBatch, size: number): PlainBatch[] {
  const count = batch.labels.length;
  if (size >= count) return [batch];
  const pixels = batch.images.length / count;
  return Array.from({ length: Math.ceil(count / size) }, (_, i) => ({
    images: batch.images.subarray(i * size * pixels, (i + 1) * size * pixels),
    labels: batch.labels.subarray(i * size, (i + 1) * size),
    ...(batch.mix
      ? { mix: { ...batch.mix, labels: batch.mix.labels.subarray(i * size, (i + 1) * size) } }
      : {}),
  }));
}

/** `sum + gradients`, freeing both. */
function added(
  sum: Record<string, tf.Tensor> | null,
  gradients: Record<string, tf.Tensor>,
): Record<string, tf.Tensor> {
  if (!sum) return gradients;
  const next = Object.fromEntries(
    Object.entries(gradients).map(([name, gradient]) => [name, tf.add(sum[name] as tf.Tensor, gradient)]),
  );
  tf.dispose([sum, gradients] as never);
  return next;
}

/** `gradients · factor`, freeing them; the same tensors where the factor is 1. */
function scaled(gradients: Record<string, tf.Tensor>, factor: number): Record<string, tf.Tensor> {
  if (factor === 1) return gradients;
  const next = Object.fromEntries(
    Object.entries(gradients).map(([name, gradient]) => [name, tf.mul(gradient, factor)]),
  );
  tf.dispose(gradients);
  return next;
}
