import { type EvolutionConfig, type EvolutionFitness, evolutionConfig } from "../config/evolutionConfig";
import { type SpaceConfig, spaceConfig } from "../config/spaceConfig";
import { trainConfig } from "../config/trainConfig";
import {
  acceptedBy,
  acceptedWhole,
  amount,
  count,
  kindOf,
  listOf,
  nullable,
  objectOf,
  oneOf,
  optional,
  sha256Text,
  share,
  text,
  timeText,
  wholeFrom,
} from "../util/shape";
import type { EvolutionEntry, EvolutionRecord } from "./evolutionRecord";
import {
  backendShape,
  checkBelow,
  checkFinished,
  checkNumbered,
  definedShape,
  genotypeShape,
  versionsShape,
} from "./recordShapes";

const fitnessShape = kindOf<EvolutionFitness>({
  supernet: objectOf<Extract<EvolutionFitness, { kind: "supernet" }>>({
    kind: oneOf(["supernet"]),
    search: sha256Text,
    images: count,
  }),
  training: objectOf<Extract<EvolutionFitness, { kind: "training" }>>({
    kind: oneOf(["training"]),
    space: acceptedBy(spaceConfig),
    train: acceptedBy(trainConfig),
    early: optional(
      objectOf<NonNullable<Extract<EvolutionFitness, { kind: "training" }>["early"]>>({
        steps: wholeFrom(1),
        lossSteps: wholeFrom(1),
      }),
    ),
  }),
});

/** Completes and checks settings of an evolution as a record holds them. */
export function storedEvolutionConfig(value: EvolutionConfig, place: string): EvolutionConfig {
  const { fitness, ...settings } = value;
  fitnessShape.check(fitness, `${place}.fitness`);
  return evolutionConfig(fitness, settings, place);
}

/** Every field of the record of an evolution. */
export const evolutionRecordShape = objectOf<EvolutionRecord>({
  kind: oneOf(["bars.evolution-record"]),
  schema: oneOf([1, 2, 3]),
  config: acceptedBy(storedEvolutionConfig),
  configHash: sha256Text,
  defined: optional(definedShape),
  createdAt: timeText,
  updatedAt: timeText,
  versions: versionsShape,
  backend: backendShape,
  space: acceptedWhole<SpaceConfig>(spaceConfig),
  data: nullable(
    objectOf<NonNullable<EvolutionRecord["data"]>>({
      name: text,
      note: text,
      contentHash: optional(sha256Text),
      images: count,
    }),
  ),
  status: oneOf(["running", "finished", "interrupted"]),
  statusDetail: nullable(text),
  seconds: amount,
  best: nullable(count),
  history: listOf(
    objectOf<EvolutionEntry>({
      index: count,
      parent: nullable(count),
      genotype: genotypeShape,
      fitness: share,
    }),
  ),
});

/** What fields say of each other. @throws RecordError for the first that do not agree. */
export function checkEvolutionParts({ config, status, best, history }: EvolutionRecord, place: string): void {
  const { length } = history;
  checkBelow(length, config.evaluations + 1, "the config's evaluations", `${place}: history.length`);
  checkNumbered(history, "index", `${place}: history`);
  checkFinished(status, length, config.evaluations, place, "architecture");
  for (const { index, parent } of history)
    checkBelow(parent, index, "its own index", `${place}: history[${index}].parent`);
  checkBelow(best, length, "the architectures that are there", `${place}: best`);
}
