import { check, type Overrides } from "./check";
import { builtInDatasets, datasets, formOf } from "./datasets";
import { complete, flag, integer, type SettingsOf, section, text, variantOf } from "./section";

export const dataSection = section(
  { meaning: "Which images, how many, and how they are changed before they reach a network." },
  {
    dataset: variantOf(datasets, {
      default: builtInDatasets.auto.name,
      meaning:
        '"auto" takes CIFAR-10 when its files are found or can be downloaded, else the synthetic set, and says so.',
    }),
    directory: text({
      default: "data/raw",
      meaning:
        "Folder that holds (or receives) the extracted archives; one that is not absolute lies in the project.",
    }),
    download: flag({ default: true, meaning: "Whether missing files may be downloaded." }),
    trainImages: integer({
      default: 0,
      min: 0,
      unit: "images",
      meaning: "Training images used, drawn evenly over the classes; 0 means all.",
    }),
    testImages: integer({
      default: 0,
      min: 0,
      unit: "images",
      meaning: "Test images used, drawn evenly over the classes; 0 means all.",
    }),
    augment: section(
      { meaning: "Random changes of each training image." },
      {
        cropBorder: integer({
          default: 4,
          min: 0,
          max: 16,
          unit: "pixels",
          meaning: "Zero border from which a crop of the original size is taken; 0 turns cropping off.",
        }),
        flip: flag({ default: true, meaning: "Mirror left-right with probability 1/2." }),
        cutout: integer({
          default: 0,
          min: 0,
          max: 32,
          unit: "pixels",
          meaning: "Side of a square that is set to zero; 0 turns it off.",
          source: "DeVries & Taylor 2017, arXiv:1708.04552",
        }),
      },
    ),
  },
);

/** Which images, how many, and how they are changed. Plain data. */
export interface DataConfig extends SettingsOf<typeof dataSection.fields> {}
export type AugmentConfig = DataConfig["augment"];

/**
 * Completes and checks the data settings.
 *
 * @example
 * ```ts
 * console.log(bars.config.dataConfig({ dataset: "synthetic" }).dataset); // synthetic
 * ```
 */
export function dataConfig(overrides: Overrides<DataConfig> = {}, place = "dataConfig"): DataConfig {
  return complete(place, dataSection, overrides);
}

/** @throws ConfigError where a network tells other classes apart than its data set has. */
export function checkClasses(place: string, classes: number, dataset: string): void {
  const expected = formOf(dataset).classes;
  const follow = `${expected}, the classes of data set "${dataset}" (left out, it follows the data set)`;
  check(place, "classes", classes === expected, follow, classes);
}
