import { existsSync } from "node:fs";
import type { BackendInfo } from "../backend";
import { definedField } from "../config/definitions";
import { spaceSection } from "../config/spaceConfig";
import { type TrainConfig, trainSection } from "../config/trainConfig";
import { dataLabel, type KnownData } from "../data/dataLabel";
import type { ModelSpec } from "../records/modelSpec";
import type { TrainEpochRecord, TrainRecord } from "../records/trainRecord";
import { trainRecordSchema } from "../records/trainRecordFile";
import { counted } from "../util/counted";
import { RecordError } from "../util/errors";
import { version } from "../util/version";
import { modelCost } from "./modelCost";
import type { TrainingData } from "./trainContext";
import type { TrainState } from "./trainState";

/** The record of a training that has not taken a step. */
export function newTrainRecord(
  config: TrainConfig,
  model: ModelSpec,
  configHash: string,
  backend: BackendInfo,
  images: TrainingData,
  teacher: TrainRecord["teacher"],
): TrainRecord {
  const now = new Date().toISOString();
  const { name, note, contentHash, mean, std } = images.data.info;
  return {
    kind: "bars.train-record",
    schema: trainRecordSchema,
    config,
    model,
    configHash,
    createdAt: now,
    updatedAt: now,
    versions: { bars: version, node: process.versions.node },
    ...definedField(...(model.kind === "genotype" ? [[spaceSection, model.genotype.space] as const] : []), [
      trainSection,
      config,
    ]),
    backend,
    data: {
      name,
      note,
      ...(contentHash === undefined ? {} : { contentHash }),
      trainImages: images.trainImages.length,
      validationImages: images.validationImages.length,
      testImages: images.data.test.labels.length,
      mean: [...mean],
      std: [...std],
    },
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
  if (record.configHash === configHash) return;
  const hint = "Choose another folder, or the settings and the model stored in that record.";
  throw new RecordError(
    `${path}: holds a training with other settings or of another model (${record.configHash.slice(0, 12)}, this one is ${configHash.slice(0, 12)}). ${hint}`,
  );
}

/**
 * Takes up an unfinished training: restores the state and drops epochs the record has beyond the checkpoint (the
 * record is written first, so a crash between the two leaves it one ahead).
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
  if (dataLabel(record.data) !== dataLabel(found)) {
    throw new RecordError(
      `${files.record}: this training began on ${dataLabel(record.data)}, the data found now are ${dataLabel(found)}. Provide the same data, or choose another folder.`,
    );
  }
  if (existsSync(files.checkpoint)) state.restore(files.checkpoint, record.configHash, stepsPerEpoch);
  const { epoch } = state.position;
  if (epoch > record.epochs.length) {
    throw new RecordError(
      `${files.checkpoint}: the checkpoint was written after ${counted(epoch, "epoch")}, the record beside it holds ${counted(record.epochs.length, "epoch")}; they are not of one moment. Put the record back that was written with it, or remove both and start again.`,
    );
  }
  const epochs = record.epochs.slice(0, epoch);
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
