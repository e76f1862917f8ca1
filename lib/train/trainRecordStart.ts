import type { BackendInfo } from "../backend";
import { type TrainConfig, trainSection } from "../config/trainConfig";
import type { KnownData } from "../data/dataLabel";
import {
  checkSameData,
  checkSameRun,
  describedData,
  type RunWords,
  resumedEpochs,
  runHeader,
} from "../loop/runRecord";
import { type ModelSpec, modelSettings } from "../records/modelSpec";
import type { TrainEpochRecord, TrainRecord } from "../records/trainRecord";
import { trainRecordSchema } from "../records/trainRecordFile";
import { modelCost } from "./modelCost";
import type { TrainingData } from "./trainContext";
import type { TrainState } from "./trainState";

const words: RunWords = {
  run: "this training",
  other: "a training with other settings or of another model",
  hashes: ["", "this one is"],
  remedy: "the settings and the model",
};

/** The record of a training that has not taken a step. */
export function newTrainRecord(
  config: TrainConfig,
  model: ModelSpec,
  configHash: string,
  backend: BackendInfo,
  images: TrainingData,
  teacher: TrainRecord["teacher"],
): TrainRecord {
  return {
    kind: "bars.train-record",
    schema: trainRecordSchema,
    config,
    model,
    ...runHeader(configHash, backend, modelSettings(model), [trainSection, config]),
    data: describedData(images.data.info, {
      trainImages: images.trainImages.length,
      validationImages: images.validationImages.length,
      testImages: images.data.test.labels.length,
    }),
    cost: modelCost(model, config.binarization),
    teacher,
    status: "running",
    statusDetail: null,
    epochs: [],
    best: null,
    tests: [],
  };
}

/** @throws RecordError if a folder's record belongs to a training with other settings or of another model. */
export function checkSameTraining(record: TrainRecord, configHash: string, path: string): void {
  checkSameRun(record, configHash, path, words);
}

/**
 * Takes up an unfinished training: restores the state and drops epochs the record has beyond the checkpoint.
 *
 * @throws RecordError if the data are not those the training began on, or the checkpoint does not fit.
 */
export function resumedTraining(
  record: TrainRecord,
  state: TrainState,
  files: { readonly record: string; readonly checkpoint: string },
  found: KnownData,
  stepsPerEpoch: number,
): TrainRecord {
  checkSameData(record.data, found, files.record, words);
  const epochs = resumedEpochs(record, state, files.checkpoint, stepsPerEpoch);
  // Only test results depend on the recalibration, and an unfinished training has none.
  return { ...record, schema: trainRecordSchema, epochs, best: bestOf(epochs) };
}

/** The first epoch with the highest accuracy on the held-out images; epochs with real kernels do not count. */
export function bestOf(epochs: readonly TrainEpochRecord[]): TrainRecord["best"] {
  let best: TrainRecord["best"] = null;
  for (const { epoch, phase, validation } of epochs) {
    if (phase === 2 && validation && (!best || validation.accuracy > best.accuracy))
      best = { epoch, accuracy: validation.accuracy };
  }
  return best;
}
