import { check, type Overrides } from "./check";
import { builtInDatasets, type DataChoice, datasets, formOf } from "./datasets";
import { folderSection, none } from "./folderSection";
import { complete, flag, integer, later, number, type SettingsOf, section, text, variantOf } from "./section";

/** Changes that came after settings were stored. */
const pictureChanges = {
  resizedCrop: later(
    number({
      default: 0,
      min: 0,
      max: 1,
      meaning:
        "Least share of a picture's area in a random crop that is resized to the image size, width to height from 3/4 to 4/3; 0 turns it off. It takes the place of cropBorder. 0.08 is usual for ImageNet.",
      source: "Szegedy et al. 2014, arXiv:1409.4842",
    }),
  ),
  colourJitter: later(
    number({
      default: 0,
      min: 0,
      max: 1,
      meaning:
        "Strength s of random brightness, contrast and saturation, each by a factor from 1 - s to 1 + s, in random order; 0 turns it off. Saturation leaves grey images alone.",
      source: "Krizhevsky et al. 2012; Howard 2013, arXiv:1312.5402",
    }),
  ),
  randomOperations: later(
    integer({
      default: 0,
      min: 0,
      max: 8,
      meaning: "How many random operations of RandAugment's fourteen change each image; 0 turns it off.",
      source: "Cubuk et al. 2019, arXiv:1909.13719",
    }),
  ),
  randomMagnitude: later(
    number({
      default: 9,
      min: 0,
      max: 30,
      meaning: "Magnitude of those operations, from 0 (none) to 30.",
      source: "Cubuk et al. 2019, arXiv:1909.13719",
    }),
  ),
  mixup: later(
    number({
      default: 0,
      min: 0,
      meaning:
        "Parameter of the beta distribution from which the share is drawn at which the images and labels of a batch are mixed with those of another order; 0 turns it off.",
      source: "Zhang et al. 2017, arXiv:1710.09412",
    }),
  ),
  cutmix: later(
    number({
      default: 0,
      min: 0,
      meaning:
        "The same, where a rectangle of that share is taken from the other image instead. With mixup as well, each batch takes one of the two, at even odds.",
      source: "Yun et al. 2019, arXiv:1905.04899",
    }),
  ),
} as const;

export const dataSection = section(
  { meaning: "Which images, how many, and how they are changed before they reach a network." },
  {
    dataset: variantOf(datasets, {
      default: builtInDatasets.auto.name,
      meaning:
        '"auto" takes CIFAR-10 when its files are found or can be downloaded, else Fashion-MNIST when its files are found, else the synthetic set, and says so.',
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
    folder: later(folderSection),
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
        ...pictureChanges,
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
  const config = complete(place, dataSection, overrides);
  checkData(place, config);
  return config;
}

/** What data settings ask of one another. */
export function checkData(place: string, { dataset, folder }: DataConfig): void {
  const needs = datasets.get(dataset, place).formInSettings === true;
  if (!needs) {
    const own = `left out where dataset is "${dataset}" (it is for "image-folder")`;
    check(place, "folder", folder === undefined, own, folder);
    return;
  }
  const say = "a folder with its path or list, imageSize and classes";
  check(place, "folder", folder !== undefined, say, folder);
  if (folder === undefined) return;
  const at = `${place}.folder`;
  const given = (folder.path === none) !== (folder.list === none);
  check(at, "path", given, "given, or list in its place, not both", folder.path);
  const { classes } = folder;
  const number = "the number of classes, at least 2 (imageFolder(path) counts them)";
  check(at, "classes", classes >= 2, number, classes);
}

/** @throws ConfigError where a network tells other classes apart than its data set has. */
export function checkClasses(place: string, classes: number, data: string | DataChoice): void {
  const expected = formOf(data).classes;
  const follow = `${expected}, the classes of data set "${typeof data === "string" ? data : data.dataset}" (left out, it follows the data set)`;
  check(place, "classes", classes === expected, follow, classes);
}
