import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DataConfig } from "../config/dataConfig";
import { fold, type RandomKey, randomKey } from "../random/randomKey";
import { DataError } from "../util/errors";
import { type Progress, silentProgress } from "../util/progress";
import { projectPath } from "../util/projectFolder";
import { type ChannelStatistics, channelStatistics } from "./channelStatistics";
import { type CheckedSets, readCifar10 } from "./cifar10";
import { readCifar100 } from "./cifar100";
import { cifarArchives, missingFiles } from "./cifarArchive";
import { drawBalanced } from "./drawBalanced";
import { fetchCifar } from "./fetchCifar";
import { type ImageSet, joinNotes, selectImages } from "./imageSet";
import { syntheticImages } from "./syntheticImages";

/** What to say of the data in a record or a figure. Plain data. */
export interface DataInfo extends ChannelStatistics {
  readonly name: string;
  /** Where the images came from, and anything a reader must know of them. */
  readonly note: string;
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

/** Images of the synthetic set when no number is asked for. */
export const syntheticDefault = Object.freeze({ train: 10_000, test: 2_000 });

/**
 * Loads the images that a config asks for.
 *
 * "auto" takes CIFAR-10 if its files or its archive are in `directory`, else downloads them if allowed, else draws
 * the synthetic set and says in the note why. Files that are there but damaged, or hold other images than the set has
 * (`checkCifar`, wherever they come from), are an error, never passed over.
 *
 * The synthetic set is one fixed set, like any other: the same images for every seed, 10,000 for training and
 * 2,000 for testing unless the config says otherwise (more than that is drawn if asked for).
 *
 * @param key decides which images are used where the config limits their number; class by class.
 * @throws DataError if the files are missing, damaged or cannot be fetched, or a limit exceeds the set.
 */
export async function loadData(
  config: DataConfig,
  key: RandomKey,
  progress: Progress = silentProgress,
): Promise<LoadedData> {
  const sets = await readSets({ ...config, directory: projectPath(config.directory) }, progress);
  const train = limit(sets.train, config.trainImages, "trainImages", fold(key, "train"));
  const test = limit(sets.test, config.testImages, "testImages", fold(key, "test"));
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
    info: { name: train.name, note, ...channelStatistics(train) },
  };
}

async function readSets(config: DataConfig, progress: Progress): Promise<CheckedSets> {
  const { dataset, directory, download } = config;
  switch (dataset) {
    case "cifar10":
      await fetchCifar(cifarArchives.cifar10, directory, download, progress);
      return readCifar10(directory);
    case "cifar100":
      await fetchCifar(cifarArchives.cifar100, directory, download, progress);
      return readCifar100(directory);
    case "synthetic":
      return synthetic(config);
    case "auto":
      return automatic(config, progress);
    default:
      return dataset satisfies never;
  }
}

async function automatic(config: DataConfig, progress: Progress): Promise<CheckedSets> {
  const { directory, download } = config;
  const archive = cifarArchives.cifar10;
  const present = missingFiles(archive, directory).length < archive.files.length;
  if (present || existsSync(join(directory, archive.fileName)))
    return readSets({ ...config, dataset: "cifar10" }, progress);
  if (!download) return synthetic(config, `CIFAR-10 is not in ${directory} and downloads are not allowed.`);
  try {
    await fetchCifar(archive, directory, true, progress);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return synthetic(config, `CIFAR-10 could not be fetched: ${error.message}`);
  }
  return readCifar10(directory);
}

function synthetic(config: DataConfig, why = ""): CheckedSets {
  const key = fold(randomKey(0), "synthetic");
  const draw = (count: number, label: string) => {
    const set = syntheticImages(count, fold(key, label));
    return { ...set, note: joinNotes(set.note, why) };
  };
  return {
    train: draw(config.trainImages || syntheticDefault.train, "train"),
    test: draw(config.testImages || syntheticDefault.test, "test"),
    checked: [],
  };
}

function limit(set: ImageSet, count: number, field: string, key: RandomKey): ImageSet {
  const all = set.labels.length;
  if (count === 0 || count === all) return set;
  if (count > all) {
    throw new DataError(`loadData: ${field} must be at most ${all} (all of ${set.name}), got ${count}.`);
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
