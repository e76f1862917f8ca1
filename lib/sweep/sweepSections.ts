import { evolutionSection } from "../config/evolutionConfig";
import { kinds } from "../config/kinds";
import { integer, number, section, setting } from "../config/section";

const overrides = (what: string) =>
  setting(kinds.settings, {
    default: Object.freeze({}),
    meaning: `Settings of ${what} laid over the preset.`,
  });

const presetOf = (what: string) =>
  setting(kinds.nullable(kinds.text, "the library's defaults"), {
    default: null,
    meaning: `Name of a preset of ${what}.`,
  });

/** The parts `search` and `train` of a run. */
export const presetPart = section(
  { meaning: "A preset with settings laid over it." },
  { preset: presetOf("searches, or of trainings"), overrides: overrides("the search, or of the training") },
);

/** The part of a run whose architecture is drawn. */
export const randomPart = section(
  { meaning: "An architecture drawn at random within a budget." },
  {
    preset: presetOf("searches, whose space is drawn from"),
    space: overrides("the space"),
    atLeast: number({
      default: 0.8,
      min: 0,
      max: 1,
      meaning: "Share of the budget that the architecture costs at least.",
    }),
    draws: integer({
      default: 20_000,
      min: 1,
      unit: "draws",
      meaning: "Draws tried before giving up.",
    }),
  },
);

const { population, sample, evaluations, attempts } = evolutionSection.fields;
/** The part of a run whose architecture is evolved. `images`: with a record; `preset`, `space`, `train`: without one. */
export const evolutionPart = section(
  { meaning: "An architecture found by regularised evolution." },
  {
    ...{ population, sample, evaluations, attempts },
    images: integer({
      default: 1000,
      min: 0,
      unit: "images",
      meaning: "With a record: images of its search's alpha split each architecture is measured on; 0: all.",
    }),
    preset: presetOf("searches, whose space it is; without a record"),
    space: overrides("the space; without a record"),
    train: section(
      { meaning: "The short training; without a record." },
      { preset: presetOf("trainings"), overrides: overrides("the training") },
    ),
  },
);
