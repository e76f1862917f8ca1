import { check, deepFreeze, must, type Overrides } from "./check";
import { costMeasures } from "./costMeasures";
import { checkClasses } from "./dataConfig";
import { kinds } from "./kinds";
import { complete, defaultsOf, flag, integer, oneOf, type SettingsOf, section, setting } from "./section";
import { type SpaceConfig, spaceConfig } from "./spaceConfig";
import { type TrainConfig, trainConfig } from "./trainConfig";

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
        measure: oneOf(costMeasures, { default: "bops", meaning: "What the budget counts." }),
        value: setting(kinds.nullable(kinds.number({ above: 0 }), "no limit"), {
          default: null,
          unit: "operations per image",
          meaning: "The budget, one multiply-accumulate = 1.",
        }),
        atLeast: setting(kinds.nullable(kinds.number({ above: 0 }), "no lower limit"), {
          default: null,
          unit: "operations per image",
          meaning:
            "The least an architecture may cost: with the budget a band, so that what is cheap and learns fast does not win by that. Left out where there is none.",
        }),
      },
    ),
    prune: flag({
      default: false,
      meaning:
        "Whether operations that start at a node nothing feeds, and cell groups none of whose cells is kept, are left out of every architecture before it is costed, evaluated and mutated: none pays for what adds nothing. Left out where it is false.",
    }),
    seed: integer({ default: 0, min: 0, meaning: "Seed of everything random." }),
  },
);

type AllSettings = SettingsOf<typeof evolutionSection.fields>;

/** How an evolution goes. */
export interface EvolutionSettings extends Omit<AllSettings, "budget" | "prune"> {
  readonly budget: Omit<AllSettings["budget"], "atLeast"> & {
    /** Left out where there is no lower limit. */
    readonly atLeast?: number;
  };
  /** Left out where it is false. */
  readonly prune?: boolean;
}

/** Settings that use nothing that came later stay what they were before, and so does their hash. */
function withoutLater({
  budget: { atLeast, ...budget },
  prune,
  ...settings
}: AllSettings): EvolutionSettings {
  return {
    ...settings,
    budget: atLeast === null ? budget : { ...budget, atLeast },
    ...(prune ? { prune } : {}),
  };
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
  /**
   * Instead: train only so many steps of the first epoch, all architectures by the training's own `seed` and on the same batches, and take the mean
   * loss `L` of the last `lossSteps` of them, on images they have not seen; fitness is `exp(−L)`, the geometric mean of the
   * probability given to the right class. Left out: the accuracy on held-out images after all epochs.
   */
  readonly early?: { readonly steps: number; readonly lossSteps: number };
}

export type EvolutionFitness = SupernetFitness | TrainingFitness;

/** Settings of one regularised evolution. Plain data: JSON in, JSON out. */
export interface EvolutionConfig extends EvolutionSettings {
  readonly fitness: EvolutionFitness;
}

export const defaultEvolutionSettings: EvolutionSettings = deepFreeze(
  withoutLater(defaultsOf(evolutionSection)),
);

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
  const settings = withoutLater(complete(place, evolutionSection, overrides));
  const { population, evaluations } = settings;
  const { value, atLeast } = settings.budget;
  const least = `at least the population of ${population}`;
  check(place, "evaluations", evaluations >= population, least, evaluations);
  const isBand = atLeast === undefined || value === null || atLeast <= value;
  check(`${place}.budget`, "atLeast", isBand, `at most the budget of ${value}`, atLeast);
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
  const early = fitness.early === undefined ? {} : { early: checkedEarly(`${place}.early`, fitness.early) };
  check(
    `${place}.train`,
    "validationShare",
    validationShare > 0 || fitness.early !== undefined,
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
  return { kind: fitness.kind, space, train, ...early };
}

const earlySection = section(
  { meaning: "Fitness by the loss early in a training." },
  {
    steps: integer({ default: 200, min: 1, unit: "steps", meaning: "Steps each architecture is trained." }),
    lossSteps: integer({
      default: 100,
      min: 1,
      unit: "steps",
      meaning: "The last so many, whose mean loss counts; at most all.",
    }),
  },
);

function checkedEarly(place: string, given: unknown): NonNullable<TrainingFitness["early"]> {
  const early = complete(place, earlySection, given);
  const { steps, lossSteps } = early;
  check(place, "lossSteps", lossSteps <= steps, `at most the ${steps} steps`, lossSteps);
  return early;
}
