import type { DataConfig } from "../config/dataConfig";
import { fold, type RandomKey } from "../random/randomKey";
import { ConfigError } from "../util/errors";
import { type Progress, silentProgress } from "../util/progress";
import { projectPath } from "../util/projectFolder";
import { type ChannelStatistics, channelStatistics } from "./channelStatistics";
import { datasetOf } from "./datasets/datasetOf";
import { drawBalanced } from "./drawBalanced";
import { type ImageSet, joinNotes, selectImages } from "./imageSet";

/** What to say of the data in a record or a figure. Plain data. */
export interface DataInfo extends ChannelStatistics {
  readonly name: string;
  /** Where the images came from, and anything a reader must know of them. */
  readonly note: string;
  /** SHA-256 of all images and labels, of a set that the user defined. */
  readonly contentHash?: string;
}

/** The images of a run. */
export interface LoadedData {
  /** Training images; `splitTraining` halves them for a search. */
  readonly train: ImageSet;
  /** Held-out images. */
  readonly test: ImageSet;
  /** With mean and standard deviation of the training images in use. */
  readonly info: DataInfo;
  /** What was looked at and holds of the whole set, a phrase each; empty for images the library draws. */
  readonly checked: readonly string[];
}

/**
 * Loads the images that a config asks for: fetches them where that is allowed and needed, reads and checks them
 * (`Dataset`), and draws some where the config limits their number.
 *
 * @param key decides which images are used where the config limits their number; class by class.
 * @throws ConfigError for an unknown data set, and for a limit above what the set has; DataError if the files are missing,
 * damaged or cannot be fetched.
 *
 * @example
 * ```ts
 * const config = bars.config.dataConfig({ dataset: "synthetic", trainImages: 20, testImages: 10 });
 * const { train, test } = await bars.loadData(config, bars.randomKey(0));
 * console.log(train.labels.length, test.labels.length); // 20 10
 * ```
 */
export async function loadData(
  config: DataConfig,
  key: RandomKey,
  progress: Progress = silentProgress,
): Promise<LoadedData> {
  const { dataset, directory, download, trainImages, testImages, folder } = config;
  const set = datasetOf(dataset, "loadData");
  const options = { directory: projectPath(directory), download, trainImages, testImages, progress, folder };
  await set.fetch?.(options);
  const sets = await set.read(options);
  const train = limit(sets.train, trainImages, "trainImages", fold(key, "train"));
  const test = limit(sets.test, testImages, "testImages", fold(key, "test"));
  const note = joinNotes(
    sets.train.note,
    beyond(sets.train, sets.test),
    beyond(sets.train, train),
    beyond(sets.test, test),
  );
  return {
    train,
    test,
    checked: sets.checked,
    info: {
      name: train.name,
      note,
      ...(sets.contentHash === undefined ? {} : { contentHash: sets.contentHash }),
      ...(set.normalization === "measured" ? channelStatistics(train) : set.normalization),
    },
  };
}

function limit(set: ImageSet, count: number, field: string, key: RandomKey): ImageSet {
  const all = set.labels.length;
  if (count === 0 || count === all) return set;
  if (count > all) {
    throw new ConfigError(
      `loadData: data.${field} must be at most ${all} (all of ${set.name}), got ${count}; 0 takes all.`,
    );
  }
  return selectImages(
    set,
    drawBalanced(set.labels, count, key),
    `${field}: ${count} of ${all}, drawn evenly over the classes.`,
  );
}

/** What the note of a set says beyond that of another one. */
function beyond(base: ImageSet, set: ImageSet): string {
  return set.note.startsWith(base.note) ? set.note.slice(base.note.length).trim() : set.note;
}
