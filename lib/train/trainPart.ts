import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { BackendInfo } from "../backend";
import type { TrainConfig } from "../config/trainConfig";
import { checkFiniteLoss, stoppedAt } from "../loop/keptRun";
import { randomKey } from "../random/randomKey";
import type { ModelSpec } from "../records/modelSpec";
import { readRecordJson } from "../records/readRecord";
import { sealedText } from "../records/seal";
import type { Measurement, TestResult } from "../records/trainRecord";
import { removeDeadPartials, writeFileAtomic } from "../util/atomicFile";
import { epochNumber } from "../util/epochNumber";
import { InterruptedError, RecordError } from "../util/errors";
import { type Progress, silentProgress } from "../util/progress";
import { amount, finite, listOf, objectOf, sha256Text } from "../util/shape";
import { accuracyOf } from "./evaluateNetwork";
import { predictions, recalibrated, testResults } from "./measure";
import { trainHash } from "./train";
import { checkImages, stepsPerEpoch, type TrainContext, type TrainingData } from "./trainContext";
import { trainEpoch } from "./trainEpoch";
import { writeTrainedWeights } from "./trainedWeights";
import { allEpochs, phaseOf } from "./trainPhase";
import { TrainState } from "./trainState";

/** A place in a training: steps taken in epochs that are done, and in the one after them. */
export interface TrainPlace {
  /** Epochs that are done, over both training steps. */
  readonly epoch: number;
  /** Steps of the next one. */
  readonly step: number;
}

export interface TrainPartOptions {
  /** Where to stop. A training that stands there already takes no step; one that stands beyond begins anew. */
  readonly until: TrainPlace;
  readonly images: TrainingData;
  /** Folder of the training: its checkpoint and the losses of its steps lie there. Made if missing. */
  readonly directory: string;
  readonly backend: BackendInfo;
  /** Whether to measure on the held-out images, batch norms recalibrated. */
  readonly heldOut: boolean;
  /** Whether to measure on the test images, likewise, and to leave the weights that were measured. */
  readonly test: boolean;
  readonly progress?: Progress;
  /** Stops at the next step; everything is saved first. */
  readonly signal: AbortSignal;
  /** Called after every step, with the steps taken from the first on. */
  readonly onStep?: (steps: number) => void;
}

/** Where a training stands after a part of it. */
export interface TrainedPart {
  /** Mean loss of the images of every step from the first on, as it was minimised: before that step changed a weight. */
  readonly losses: readonly number[];
  /** Of all its steps, without measurements. */
  readonly seconds: number;
  readonly heldOut: Measurement | null;
  readonly tests: readonly TestResult[];
}

/** Files of a training in parts. */
export function trainPartFiles(directory: string) {
  return {
    /** Weights, statistics, optimizer and place ({@link TrainState}). */
    checkpoint: join(directory, "checkpoint.safetensors"),
    /** Losses of all steps up to the checkpoint, or beyond it after a crash. */
    losses: join(directory, "losses.json"),
    /** What was measured on the test images. */
    weights: join(directory, "last.safetensors"),
  };
}

/**
 * Trains a network up to a place in its training and leaves a checkpoint there, from which a later call goes on: the
 * schedule is that of the whole training, so a training in parts takes the same steps as one in a single piece, to the
 * last bit on the same engine with the same number of threads.
 *
 * A measurement on held-out images takes the statistics of batch norms anew first (`evaluation.recalibrationBatches`;
 * 0: the running ones) and leaves the checkpoint as it is.
 *
 * Written after every epoch (and every `checkpointSteps`): first the losses, then the checkpoint. A process that is
 * killed at any instant loses the steps since; they are taken again alike. A training that stands beyond the place, because who asks
 * has forgotten how far it was, begins anew, and takes the same steps.
 *
 * @throws DivergenceError if a loss stops being finite; RecordError for files of another training, or damaged ones;
 * InterruptedError after `signal`, when everything is saved.
 */
export async function trainPart(
  config: TrainConfig,
  model: ModelSpec,
  options: TrainPartOptions,
): Promise<TrainedPart> {
  const { images, directory, backend, signal } = options;
  checkImages(config, model, images);
  const configHash = trainHash(config, model);
  const files = trainPartFiles(directory);
  removeDeadPartials(directory, "owner.lock");
  const steps = stepsPerEpoch({ config, trainImages: images.trainImages });
  const until = wholeEpochs(options.until, steps);
  const kept: PartLosses = { configHash, seconds: 0, losses: [] };
  const context: TrainContext = {
    ...images,
    config,
    model,
    key: randomKey(config.seed),
    progress: options.progress ?? silentProgress,
    title: "",
    teacher: null,
    stopBefore: until,
    onLoss({ epoch, step, loss, images: count }) {
      const at = epoch * steps + step;
      kept.losses[at] = (kept.losses[at] ?? 0) + (loss * count) / config.batchSize;
      options.onStep?.(at + 1);
    },
  };
  let state = new TrainState(config, model, context.key);
  let begun = performance.now();
  const save = async () => {
    const now = performance.now();
    kept.seconds += (now - begun) / 1000;
    begun = now;
    writeFileAtomic(files.losses, sealedText(kept, 0));
    await state.save(files.checkpoint, configHash, backend);
  };
  try {
    restore(state, kept, files, steps);
    if (isBefore(until, state.position)) {
      state.dispose();
      state = new TrainState(config, model, context.key);
      Object.assign(kept, { seconds: 0, losses: [] });
    }
    begun = performance.now();
    while (isBefore(state.position, until)) {
      const { epoch } = state.position;
      const whole = await trainEpoch(context, state, signal, save);
      if (whole) state.enterEpoch(epoch + 1);
      await save();
      if (!whole && signal.aborted)
        throw new InterruptedError(`train: ${stoppedAt(state.position)}; everything is saved.`);
    }
    return { losses: kept.losses, seconds: kept.seconds, ...(await measured(context, state, options)) };
  } finally {
    state.dispose();
  }
}

/** The losses of a training's steps, as they lie on disk. */
interface PartLosses {
  readonly configHash: string;
  seconds: number;
  losses: number[];
}

const lossesShape = objectOf<{
  readonly configHash: string;
  readonly seconds: number;
  readonly losses: readonly number[];
}>({ configHash: sha256Text, seconds: amount, losses: listOf(finite) });

/**
 * Takes up what is on disk. A checkpoint whose losses are not there, which no crash leaves, is passed over: the training
 * begins anew, and takes the same steps.
 */
function restore(
  state: TrainState,
  kept: PartLosses,
  files: ReturnType<typeof trainPartFiles>,
  steps: number,
): void {
  if (!existsSync(files.checkpoint) || !existsSync(files.losses)) return;
  const stored = readRecordJson(files.losses, "the losses of a training");
  lossesShape.check(stored, `${files.losses}: `);
  const { configHash, seconds, losses } = stored as PartLosses;
  if (configHash !== kept.configHash) {
    throw new RecordError(
      `${files.losses}: holds the losses of another training (${configHash.slice(0, 12)}, this one is ${kept.configHash.slice(0, 12)}). Choose another folder than ${dirname(files.losses)}.`,
    );
  }
  state.restore(files.checkpoint, configHash, steps);
  const { epoch, step } = state.position;
  const taken = epoch * steps + step;
  if (losses.length < taken) {
    throw new RecordError(
      `${files.losses}: expected the losses of the ${taken} steps of the checkpoint beside it, got ${losses.length}. Remove both: the training then begins anew, and takes the same steps.`,
    );
  }
  kept.losses = losses.slice(0, taken);
  kept.seconds = seconds;
}

async function measured(
  context: TrainContext,
  { network, position }: TrainState,
  { heldOut, test, directory }: TrainPartOptions,
): Promise<Pick<TrainedPart, "heldOut" | "tests">> {
  if (!heldOut && !test) return { heldOut: null, tests: [] };
  const { config, data, validationImages } = context;
  // Of the epoch the last step belongs to.
  const epoch = Math.min(position.step > 0 ? position.epoch : position.epoch - 1, allEpochs(config) - 1);
  const phase = phaseOf(config, Math.max(0, epoch));
  const anew = config.evaluation.recalibrationBatches > 0;
  if (anew) await recalibrated(context, network, phase);
  let found: Measurement | null = null;
  if (heldOut) {
    const got = await predictions(context, network, phase, data.train, validationImages, "held-out images");
    const { images, loss, accuracy } = accuracyOf(got);
    checkFiniteLoss(
      loss,
      "train: the loss on the held-out images",
      `after epoch ${epochNumber(phase.epoch)}`,
    );
    found = { images, loss, accuracy };
  }
  if (!test) return { heldOut: found, tests: [] };
  const { weights } = trainPartFiles(directory);
  await writeTrainedWeights(weights, network, {
    configHash: trainHash(config, context.model),
    epoch,
    recalibrated: anew,
  });
  const got = await predictions(context, network, phase, data.test, undefined, "test images");
  return {
    heldOut: found,
    tests: testResults(data.test, got, { checkpoint: "last", epoch, recalibrated: anew }),
  };
}

/** A place after the last step of an epoch is one before the first of the next. */
function wholeEpochs({ epoch, step }: TrainPlace, steps: number): TrainPlace {
  return step === steps ? { epoch: epoch + 1, step: 0 } : { epoch, step };
}

function isBefore(a: TrainPlace, b: TrainPlace): boolean {
  return a.epoch < b.epoch || (a.epoch === b.epoch && a.step < b.step);
}
