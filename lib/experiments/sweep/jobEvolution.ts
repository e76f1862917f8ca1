import { completeConfig, type Overrides } from "../../config/check";
import {
  defaultEvolutionSettings,
  type EvolutionConfig,
  type EvolutionFitness,
  evolutionConfig,
} from "../../config/evolutionConfig";
import { presetConfig } from "../../config/presets";
import { type SpaceConfig, spaceConfig } from "../../config/spaceConfig";
import { type TrainConfig, trainConfig } from "../../config/trainConfig";
import { trainPresetConfig } from "../../config/trainPresets";
import { ConfigError } from "../../util/errors";
import { storedSearch } from "../evolution/storedSearch";
import { rejectUnreachableBudget } from "./budgetReach";
import type { JobChoice } from "./expandSweep";

const { population, sample, evaluations, attempts } = defaultEvolutionSettings;
/**
 * The part of a run. `images`: with a record. `preset` (of searches: its space; null: the library's default space),
 * `space` and `train` (the short training): without one.
 */
const part = {
  ...{ population, sample, evaluations, attempts },
  images: 1000,
  preset: null as string | null,
  space: {} as Overrides<SpaceConfig>,
  train: {} as Overrides<ShortTraining>,
};

interface ShortTraining {
  readonly preset: string;
  readonly overrides: Overrides<TrainConfig>;
}

/**
 * The settings of a job's evolution: part, budget and seed.
 * @throws ConfigError for parts that would have no effect, and a budget no architecture reaches; RecordError for a
 * stored search that cannot score.
 */
export function evolutionSettings(choice: JobChoice): EvolutionConfig {
  const { run, parts, budget, seed, place } = choice;
  const at = `${place}: evolution`;
  const given = (parts.evolution ?? {}) as Partial<typeof part>;
  const { images, preset, space, train, ...pace } = completeConfig(at, part, given, ["space", "train"]);
  const onSupernet = run.record !== null;
  const without = (onSupernet ? (["preset", "space", "train"] as const) : (["images"] as const)).find(
    (key) => given[key] !== undefined,
  );
  if (without !== undefined) {
    const why = onSupernet
      ? "its record's supernet says how fit an architecture is"
      : "without a record short trainings say how fit an architecture is";
    throw new ConfigError(`${at}: "${without}" has no effect, because ${why}. Leave it out.`);
  }
  const settings = { ...pace, seed, ...(budget === null ? {} : { budget }) };
  if (onSupernet) {
    const { record } = storedSearch(run.record as string);
    if (budget) rejectUnreachableBudget(record.config.space, record.config.binarization, budget, place);
    return evolutionConfig({ kind: "supernet", search: record.configHash, images }, settings, at);
  }
  const fitness = shortTraining(preset, space, train, at);
  if (budget) rejectUnreachableBudget(fitness.space, fitness.train.binarization, budget, place);
  return evolutionConfig(fitness, settings, at);
}

/** Fitness by short trainings. Their seeds are drawn, so that the settings' own is 0 in every job. */
function shortTraining(
  preset: string | null,
  changes: Overrides<SpaceConfig>,
  train: Overrides<ShortTraining>,
  at: string,
): Extract<EvolutionFitness, { kind: "training" }> {
  for (const key of Object.keys(train)) {
    if (key !== "preset" && key !== "overrides")
      throw new ConfigError(`${at}.train: unknown key "${key}". Known keys: preset, overrides.`);
  }
  const overrides = { ...train.overrides, seed: 0 };
  return {
    kind: "training",
    space:
      preset === null ? spaceConfig(changes, `${at}.space`) : presetConfig(preset, { space: changes }).space,
    train:
      train.preset === undefined
        ? trainConfig(overrides, `${at}.train`)
        : trainPresetConfig(train.preset, overrides),
  };
}
