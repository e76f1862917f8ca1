import { ownValue } from "../config/check";
import { type EvolutionConfig, evolutionConfig, type TrainingFitness } from "../config/evolutionConfig";
import { complete, type SettingsOf } from "../config/section";
import type { SpaceConfig } from "../config/spaceConfig";
import { spaceFor } from "../config/spaceFor";
import { trainConfig } from "../config/trainConfig";
import { trainPresetConfig } from "../config/trainPresets";
import { rejectUnreachableBudget } from "../cost/budgetReach";
import { storedSearch } from "../evolution/storedSearch";
import { ConfigError } from "../util/errors";
import type { JobChoice } from "./jobChoice";
import { evolutionPart } from "./sweepSections";

/**
 * The settings of a job's evolution (part, budget and seed), and the space it looks in.
 * @throws ConfigError for parts that would have no effect, and a budget no architecture reaches; RecordError for a
 * stored search that cannot score.
 */
export function evolutionSettings(choice: JobChoice): {
  readonly config: EvolutionConfig;
  readonly space: SpaceConfig;
} {
  const { run, parts, budget, seed, place } = choice;
  const at = `${place}: evolution`;
  const given = parts.evolution ?? {};
  const { images, preset, space, train, ...pace } = complete(at, evolutionPart, given);
  const onSupernet = run.record !== null;
  const without = (onSupernet ? (["preset", "space", "train"] as const) : (["images"] as const)).find(
    (key) => ownValue(given, key) !== undefined,
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
    const { space: searched, binarization } = record.config;
    if (budget) rejectUnreachableBudget(searched, binarization, budget, place);
    const scores = { kind: "supernet", search: record.configHash, images } as const;
    return { config: evolutionConfig(scores, settings, at), space: searched };
  }
  const fitness = shortTraining({ preset, space, train }, at);
  if (budget) rejectUnreachableBudget(fitness.space, fitness.train.binarization, budget, place);
  return { config: evolutionConfig(fitness, settings, at), space: fitness.space };
}

/** Fitness by short trainings. Their seeds are drawn, so that the settings' own is 0 in every job. */
function shortTraining(
  { preset, space, train }: Pick<SettingsOf<typeof evolutionPart.fields>, "preset" | "space" | "train">,
  at: string,
): TrainingFitness {
  const overrides = { ...train.overrides, seed: 0 };
  const settings =
    train.preset === null
      ? trainConfig(overrides, `${at}.train`)
      : trainPresetConfig(train.preset, overrides);
  return {
    kind: "training",
    space: spaceFor(settings.data, preset, space, `${at}.space`),
    train: settings,
  };
}
