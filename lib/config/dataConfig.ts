import { completeConfig, must, type Overrides } from "./check";

/** Which images, how many, and how they are changed before they reach a network. Plain data. */
export interface DataConfig {
  /** "auto" takes CIFAR-10 when its files are found or can be downloaded, else the synthetic set, and says so. */
  readonly dataset: "auto" | "cifar10" | "cifar100" | "synthetic";
  /** Folder that holds (or receives) the extracted archives; relative to the working folder. */
  readonly directory: string;
  /** Whether missing files may be downloaded. */
  readonly download: boolean;
  /** Training images used, drawn evenly over the classes; 0 means all. */
  readonly trainImages: number;
  /** Test images used; 0 means all. */
  readonly testImages: number;
  readonly augment: AugmentConfig;
}

/** Random changes of each training image (facts: crop 32 with a border of 4, flip, optional cutout). */
export interface AugmentConfig {
  /** Pixels of zero border from which a crop of the original size is taken; 0 turns cropping off. */
  readonly cropBorder: number;
  /** Mirror left-right with probability 1/2. */
  readonly flip: boolean;
  /** Side of the zeroed square (DeVries & Taylor 2017, arXiv:1708.04552); 0 turns it off. */
  readonly cutout: number;
}

export const defaultDataConfig: DataConfig = Object.freeze({
  dataset: "auto",
  directory: "data/raw",
  download: true,
  trainImages: 0,
  testImages: 0,
  augment: Object.freeze({ cropBorder: 4, flip: true, cutout: 0 }),
});

/** Completes and checks the data settings. */
export function dataConfig(overrides: Overrides<DataConfig> = {}, place = "dataConfig"): DataConfig {
  const config = completeConfig(place, defaultDataConfig, overrides);
  must.beOneOf(place, "dataset", config.dataset, ["auto", "cifar10", "cifar100", "synthetic"]);
  must.beBoolean(place, "download", config.download);
  must.beInteger(place, "trainImages", config.trainImages, 0);
  must.beInteger(place, "testImages", config.testImages, 0);
  must.beInteger(`${place}.augment`, "cropBorder", config.augment.cropBorder, 0, 16);
  must.beInteger(`${place}.augment`, "cutout", config.augment.cutout, 0, 32);
  must.beBoolean(`${place}.augment`, "flip", config.augment.flip);
  return config;
}
