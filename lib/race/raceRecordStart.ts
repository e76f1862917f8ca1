import { type RaceConfig, raceSection } from "../config/raceConfig";
import { spaceSection } from "../config/spaceConfig";
import { trainSection } from "../config/trainConfig";
import { checkSameData, type RunWords, runHeader } from "../loop/runRecord";
import type { RaceRecord } from "../records/raceRecord";
import { raceRecordSchema } from "../records/raceRecordFile";
import type { Genotype } from "../space/genotype";
import { checkUnseen } from "../train/checkUnseen";
import { RecordError } from "../util/errors";
import type { WorkerAbout } from "./raceTask";

export const raceWords: RunWords = {
  run: "this race",
  other: "a race with other settings",
  hashes: ["", "this one is"],
  remedy: "the settings",
};

/** The record of a race that has proposed nothing. */
export function newRaceRecord(
  config: RaceConfig,
  own: readonly Genotype[],
  configHash: string,
  { backend, data }: WorkerAbout,
): RaceRecord {
  return {
    kind: "bars.race-record",
    schema: raceRecordSchema,
    config,
    own,
    ...runHeader(
      configHash,
      backend,
      [raceSection, config],
      [spaceSection, config.space],
      [trainSection, config.train],
    ),
    data,
    status: "running",
    statusDetail: null,
    seconds: 0,
    draws: { made: 0, outsideBand: 0, again: 0 },
    networks: [],
    fit: null,
    winner: null,
    tests: [],
  };
}

/** @throws RecordError if the data, the engine or its threads are not those a race began with: numbers would not compare. */
export function checkSameMachine(record: RaceRecord, { backend, data }: WorkerAbout, path: string): void {
  checkSameData(record.data, data, path, raceWords);
  if (record.schema === 1)
    throw new RecordError(
      `${path}: this race recalibrates batch norms on images as they are, as records of schema 1 do, later ones on augmented ones; its accuracies would not compare. Choose another folder, or finish it with the version that began it (bars ${record.versions.bars}).`,
    );
  const { name, threads } = record.backend;
  if (name === backend.name && threads === backend.threads) return;
  const text = (engine: string, count: number) =>
    `${engine} with ${count === 1 ? "1 thread" : `${count} threads`}`;
  // Workers in processes of their own have one thread whatever is set.
  const one = threads === 1 ? "" : ", workers to 0";
  throw new RecordError(
    `${path}: this race began on ${text(name, threads)}, now there is ${text(backend.name, backend.threads)}, whose numbers differ in their last digits. Set BARS_BACKEND to ${name}${one} and BARS_ONNX_THREADS to ${threads}, or choose another folder.`,
  );
}

/** @throws ConfigError if the first rung is longer than the first epoch: its images would have been seen before. */
export function rejectLongRung({ rungs, train }: RaceConfig, about: WorkerAbout): void {
  const { stepsPerEpoch: steps, data } = about;
  const { batchSize } = train;
  checkUnseen("race", "rungs.steps", rungs.steps, { steps, images: data.trainImages, batchSize });
}
