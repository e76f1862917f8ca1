import { check, completeConfig, deepFreeze, must, type Overrides } from "./check";
import type { SpaceConfig } from "./spaceConfig";
import type { TrainConfig } from "./trainConfig";

/** What a budget may count, for one image, one multiply-accumulate = 1. */
export const evolutionMeasures = ["bops", "ops", "flops"] as const;

/** How an evolution goes. */
export interface EvolutionSettings {
  /** Architectures alive at once (P; 100 in the paper). */
  readonly population: number;
  /** Of them, how many are drawn to compete for being the next parent (S; 25 in the paper). 1: a random walk. */
  readonly sample: number;
  /** Architectures evaluated in all, those of the first population among them (C). Equal to `population`: random search. */
  readonly evaluations: number;
  /** Draws or mutations tried for one architecture within the budget before giving up. */
  readonly attempts: number;
  /** The most an architecture may cost; null sets no limit. */
  readonly budget: {
    readonly measure: (typeof evolutionMeasures)[number];
    readonly value: number | null;
  };
  readonly seed: number;
}

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

/** Smaller than the paper's, for a laptop. */
export const defaultEvolutionSettings: EvolutionSettings = deepFreeze<EvolutionSettings>({
  population: 50,
  sample: 10,
  evaluations: 500,
  attempts: 20_000,
  budget: { measure: "bops", value: null },
  seed: 0,
});

/** Completes and checks the settings of an evolution. Errors name the key. */
export function evolutionConfig(
  fitness: EvolutionFitness,
  overrides: Overrides<EvolutionSettings> = {},
  place = "evolutionConfig",
): EvolutionConfig {
  const settings = completeConfig(place, defaultEvolutionSettings, overrides);
  for (const key of ["population", "sample", "evaluations", "attempts"] as const)
    must.beInteger(place, key, settings[key], 1);
  const { population, evaluations, budget } = settings;
  check(
    place,
    "evaluations",
    evaluations >= population,
    `at least the population of ${population}`,
    evaluations,
  );
  must.beOneOf(`${place}.budget`, "measure", budget.measure, evolutionMeasures);
  const { value } = budget;
  check(
    `${place}.budget`,
    "value",
    value === null || (Number.isFinite(value) && value > 0),
    "a number above 0, or null for no limit",
    value,
  );
  must.beInteger(place, "seed", settings.seed, 0);
  checkFitness(`${place}.fitness`, fitness);
  return deepFreeze({ ...settings, fitness });
}

function checkFitness(place: string, fitness: EvolutionFitness): void {
  switch (fitness.kind) {
    case "supernet":
      must.beInteger(place, "images", fitness.images, 0);
      return;
    case "training": {
      const { validationShare, start } = fitness.train;
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
      return;
    }
    default:
      fitness satisfies never;
  }
}
