import { type TrainConfig, trainConfig } from "../config/trainConfig";
import {
  acceptedBy,
  amount,
  count,
  finite,
  listOf,
  nullable,
  objectOf,
  oneOf,
  optional,
  pairOf,
  sha256Text,
  share,
  text,
  timeText,
  truth,
  wholeFrom,
} from "../util/shape";
import { modelShape } from "./modelSpec";
import {
  backendShape,
  checkBelow,
  checkFinished,
  checkNumbered,
  definedShape,
  modelSpecShape,
  versionsShape,
} from "./recordShapes";
import type { Measurement, TestResult, TrainEpochRecord, TrainRecord } from "./trainRecord";

const measurementFields = { images: wholeFrom(1), loss: finite, accuracy: share };
export const measurementShape = objectOf<Measurement>(measurementFields);
export const testResultShape = objectOf<TestResult>({
  ...measurementFields,
  correct: count,
  interval: pairOf(share),
  checkpoint: oneOf(["last", "best"]),
  epoch: count,
  recalibrated: truth,
  topFive: optional(share),
  which: oneOf(["all", "exact"]),
});
/** The images of a training. */
export const trainDataShape = objectOf<TrainRecord["data"]>({
  name: text,
  note: text,
  contentHash: optional(sha256Text),
  trainImages: wholeFrom(1),
  validationImages: count,
  testImages: count,
  mean: listOf(finite),
  std: listOf(amount),
});

/** Every field of a training record. */
export const trainRecordShape = objectOf<TrainRecord>({
  kind: oneOf(["bars.train-record"]),
  schema: oneOf([1, 2, 3]),
  config: acceptedBy<TrainConfig>(trainConfig),
  model: modelSpecShape,
  configHash: sha256Text,
  createdAt: timeText,
  updatedAt: timeText,
  versions: versionsShape,
  defined: optional(definedShape),
  backend: backendShape,
  data: trainDataShape,
  cost: objectOf<TrainRecord["cost"]>({
    flops: amount,
    bops: amount,
    ops: amount,
    binaryParameters: count,
    realParameters: count,
    bits: count,
  }),
  teacher: nullable(
    objectOf<NonNullable<TrainRecord["teacher"]>>({
      configHash: sha256Text,
      name: text,
      testAccuracy: share,
    }),
  ),
  status: oneOf(["running", "finished", "interrupted", "diverged"]),
  statusDetail: nullable(text),
  epochs: listOf(
    objectOf<TrainEpochRecord>({
      epoch: count,
      phase: oneOf([1, 2]),
      trainLoss: finite,
      trainAccuracy: share,
      validation: nullable(measurementShape),
      test: nullable(measurementShape),
      learningRate: amount,
      seconds: amount,
      imagesPerSecond: amount,
      peakMemoryBytes: amount,
      microBatch: wholeFrom(1),
    }),
  ),
  best: nullable(objectOf<NonNullable<TrainRecord["best"]>>({ epoch: count, accuracy: share })),
  tests: listOf(testResultShape),
});

/** What fields say of each other. @throws RecordError for the first that do not agree. */
export function checkTrainParts(
  { config, model, data, status, epochs, best, tests }: TrainRecord,
  place: string,
): void {
  const { imageChannels } = modelShape(model);
  listOf(finite, imageChannels).check(data.mean, `${place}: data.mean`);
  listOf(finite, imageChannels).check(data.std, `${place}: data.std`);
  const all = config.twoStep.firstEpochs + config.epochs;
  checkBelow(epochs.length, all + 1, "one for each of the config's epochs", `${place}: epochs.length`);
  checkNumbered(epochs, "epoch", `${place}: epochs`);
  checkFinished(status, epochs.length, all, place);
  checkBelow(best?.epoch, epochs.length, "the epochs that are there", `${place}: best.epoch`);
  for (const [i, { epoch, correct, images }] of tests.entries()) {
    checkBelow(epoch, epochs.length, "the epochs that are there", `${place}: tests[${i}].epoch`);
    checkBelow(correct, images + 1, "its images", `${place}: tests[${i}].correct`);
  }
}
