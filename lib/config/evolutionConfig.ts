import { check, deepFreeze, must, type Overrides } from "./check";
import { checkClasses } from "./dataConfig";
import { kinds } from "./kinds";
import { complete, defaultsOf, integer, oneOf, type SettingsOf, section, setting } from "./section";
import { type SpaceConfig, spaceConfig } from "./spaceConfig";
import { type TrainConfig, trainConfig } from "./trainConfig";

/** What a budget may count, for one image, one multiply-accumulate = 1. */
export const evolutionMeasures = ["bops", "ops", "flops"] as const;

// Smaller than the paper's (arXiv:1802.01548), for a laptop.
export const evolutionSection = section(
  { meaning: "How an evolution goes." },
  {
    population: integer({
      default: 50,
      min: 1,
      unit: "architectures",
      meaning: "Architectures alive at once (P; 100 in the paper).",
    }),
    sample: integer({
      default: 10,
      min: 1,
      unit: "architectures",
      meaning:
        "Of them, how many are drawn to compete for being the next parent (S; 25 in the paper). 1: a random walk.",
    }),
    evaluations: integer({
      default: 500,
      min: 1,
      unit: "architectures",
      meaning:
        "Architectures evaluated in all, those of the first population among them (C). Equal to population: random search.",
    }),
    attempts: integer({
      default: 20_000,
      min: 1,
      unit: "draws",
      meaning: "Draws or mutations tried for one architecture within the budget before giving up.",
    }),
    budget: section(
      { meaning: "The most an architecture may cost." },
      {
        measure: oneOf(evolutionMeasures, { default: "bops", meaning: "What the budget counts." }),
        value: setting(kinds.nullable(kinds.number({ above: 0 }), "no limit"), {
          default: null,
          unit: "operations per image",
          meaning: "The budget, one multiply-accumulate = 1.",
        }),
      },
    ),
    seed: integer({ default: 0, min: 0, meaning: "Seed of everything random." }),
  },
);

/** How an evolution goes. */
export interface EvolutionSettings extends SettingsOf<typeof evolutionSection.fields> {}

/** Accuracy with the shared weights of a finished search, batch norms recalibrated for each architecture. */
export interface SupernetFitness {
  readonly kind: "supernet";
  /** `configHash` of the search. Its space, its data and its way of binarizing hold. */
  readonly search: string;
  /** Images of the alpha split each architecture is measured on; 0: all. */
  readonly images: number;
}

/** Accuracy on held-out training images after a short training from scratch, each with a seed of its own. */
export interface TrainingFitness {
  readonly kind: "training";
  readonly space: SpaceConfig;
  /** The short training. Its `seed` is not used; its `validationShare` is what fitness is measured on. */
  readonly train: TrainConfig;
}

export type EvolutionFitness = SupernetFitness | TrainingFitness;

/** Settings of one regularised evolution. Plain data: JSON in, JSON out. */
export interface EvolutionConfig extends EvolutionSettings {
  readonly fitness: EvolutionFitness;
}

export const defaultEvolutionSettings: EvolutionSettings = defaultsOf(evolutionSection);

/**
 * Completes and checks the settings of an evolution. Errors name the key.
 *
 * @example
 * ```ts
 * const train = bars.trainConfig({ validationShare: 0.1 });
 * const config = bars.config.evolutionConfig(
 *   { kind: "training", space: bars.space.spaceConfig(), train },
 *   { population: 20 },
 * );
 * console.log(config.population); // 20
 * ```
 */
export function evolutionConfig(
  fitness: EvolutionFitness,
  overrides: Overrides<EvolutionSettings> = {},
  place = "evolutionConfig",
): EvolutionConfig {
  const settings = complete(place, evolutionSection, overrides);
  const { population, evaluations } = settings;
  const least = `at least the population of ${population}`;
  check(place, "evaluations", evaluations >= population, least, evaluations);
  return deepFreeze({ ...settings, fitness: checkedFitness(`${place}.fitness`, fitness) });
}

const onSupernet = section(
  { meaning: "Fitness by the supernet of a search." },
  {
    kind: oneOf(["supernet"], { default: "supernet", meaning: "Which fitness." }),
    search: setting(kinds.text, { default: "", meaning: "configHash of the search." }),
    images: integer({ default: 1000, min: 0, unit: "images", meaning: "Images of its alpha split; 0: all." }),
  },
);

function checkedFitness(place: string, fitness: EvolutionFitness): EvolutionFitness {
  must.beSection(place, fitness);
  must.beOneOf(place, "kind", fitness.kind, ["supernet", "training"]);
  if (fitness.kind === "supernet") return complete(place, onSupernet, fitness);
  const space = spaceConfig(fitness.space, `${place}.space`);
  const train = trainConfig(fitness.train, `${place}.train`);
  const { validationShare, start, data } = train;
  check(
    `${place}.train`,
    "validationShare",
    validationShare > 0,
    "above 0 (fitness is the accuracy on held-out training images), e.g. 0.1",
    validationShare,
  );
  check(
    `${place}.train`,
    "start",
    start === "random",
    '"random" (for the weights of a supernet, let it be the fitness)',
    start,
  );
  checkClasses(`${place}.space`, space.classes, data);
  return { ...fitness, space, train };
}
