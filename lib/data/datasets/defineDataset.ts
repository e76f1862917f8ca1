import { resolve } from "node:path";
import { datasets } from "../../config/datasets";
import { ConfigError, DataError } from "../../util/errors";
import type { ChannelStatistics } from "../channelStatistics";
import { type ImageSet, imageBytes, imageSet, sharedBytes } from "../imageSet";
import { contentHash } from "./contentHash";
import type { CheckedSets, Dataset, ReadOptions } from "./dataset";

/** Images of one part of a set, as a user has them. */
export interface GivenImages {
  /** `[count, imageSize, imageSize, channels]`, row by row, whole numbers from 0 to 255. */
  readonly images: ArrayLike<number>;
  /** `[count]`, the place of each image's class in `classNames`. */
  readonly labels: ArrayLike<number>;
}

/** The training and the test images of a set. */
export interface GivenSets {
  readonly train: GivenImages;
  readonly test: GivenImages;
}

/** What a user says of a data set. */
export interface DatasetAbout {
  /** What settings call it: letters, digits, _ and -. */
  readonly name: string;
  /** Raise it when the set changes. */
  readonly version?: number;
  /** Its name in tables and figures; left out: `name`. */
  readonly title?: string;
  readonly classNames: readonly string[];
  /** Height and width of every image, in pixels. */
  readonly imageSize: number;
  readonly channels: number;
  /** What a reader of a result must know of these images. */
  readonly note?: string;
  /** What pixels, scaled to [0, 1], are normalised by; left out: measured on the training images in use. */
  readonly normalization?: ChannelStatistics;
}

/** A data set to define: its images given as arrays, or a function that reads them when they are needed. */
export type DatasetSpec = DatasetAbout &
  (GivenSets | { readonly read: (options: ReadOptions) => GivenSets | Promise<GivenSets> });

/**
 * Makes a data set of one's own known by name to all settings: `data: { dataset: name }`. Image size, channels and
 * classes of a network follow it unless they are given. Arrays are copied, so they may change afterwards.
 *
 * Records hold a hash of its images and labels: a search or a training does not go on with others.
 *
 * @returns the data set, as the table holds it.
 * @throws ConfigError for a name that is taken or no identifier, or a size, channels or class names that cannot be;
 * DataError for arrays that do not fit them (those of `read` when they are read).
 *
 * @example
 * ```ts
 * // Grey pictures of 4x4 pixels, dark ones and bright ones in turn.
 * const part = (count) => ({
 *   images: Array.from({ length: 16 * count }, (_, i) => (Math.floor(i / 16) % 2 ? 200 : 50)),
 *   labels: Array.from({ length: count }, (_, i) => i % 2),
 * });
 * bars.defineDataset({ name: "shades", classNames: ["dark", "bright"], imageSize: 4, channels: 1, train: part(20), test: part(10) });
 * const { train, info } = await bars.loadData(bars.config.dataConfig({ dataset: "shades" }), bars.randomKey(0));
 * console.log(train.labels.length, info.name, info.mean[0].toFixed(2)); // 20 shades 0.49
 * ```
 */
export function defineDataset(spec: DatasetSpec): Dataset {
  checkAbout(spec);
  const { name, version = 1, title = name, classNames, imageSize, channels, note = "" } = spec;
  const read = "read" in spec ? spec.read : null;
  const held = "read" in spec ? null : checkedSets(spec, spec);
  return datasets.define<Dataset>({
    name,
    version,
    title,
    about: note === "" ? "Defined in this process." : note,
    classes: classNames.length,
    imageSize,
    channels,
    normalization: spec.normalization ?? "measured",
    read: async (options) => {
      if (read === null) return held as CheckedSets;
      return checkedSets(spec, await read({ ...options, directory: resolve(options.directory) }));
    },
  });
}

function checkAbout(spec: DatasetSpec): void {
  const place = `defineDataset: ${JSON.stringify(spec.name)}`;
  const fail = (what: string, got: unknown): never => {
    throw new ConfigError(`${place}: ${what}, got ${got}.`);
  };
  const { classNames, imageSize, channels } = spec;
  if (!Number.isInteger(imageSize) || imageSize < 4)
    fail("imageSize must be an integer of at least 4 (pixels)", imageSize);
  if (!Number.isInteger(channels) || channels < 1)
    fail("channels must be an integer of at least 1", channels);
  const named = Array.isArray(classNames) && classNames.every((one) => typeof one === "string" && one !== "");
  if (!named) fail("classNames must be a list of texts", JSON.stringify(classNames));
  if (classNames.length < 2 || classNames.length > 256)
    fail("classNames must name 2 to 256 classes", classNames.length);
  const twice = classNames.find((one, i) => classNames.indexOf(one) !== i);
  if (twice !== undefined) fail("classNames must differ from each other", `"${twice}" twice`);
  if (!("read" in spec) && !("train" in spec && "test" in spec))
    fail("give the images as train and test, or a function read that returns both", Object.keys(spec));
}

/** Copies what a user gives into sets that the library can use. @throws DataError for what does not fit. */
function checkedSets(about: DatasetAbout, given: GivenSets): CheckedSets {
  const train = partOf(about, given?.train, "train");
  const test = partOf(about, given?.test, "test");
  return { train, test, checked: [], contentHash: contentHash(train, test) };
}

function partOf(about: DatasetAbout, given: GivenImages | undefined, which: "train" | "test"): ImageSet {
  const { name, title = name, classNames, imageSize, channels, note = "" } = about;
  const place = `defineDataset: ${which} of "${name}"`;
  const images = bytesOf(given?.images, `${place}: images`);
  const labels = bytesOf(given?.labels, `${place}: labels`);
  if (labels.length === 0) throw new DataError(`${place}: expected at least one image, got none.`);
  const set = {
    name: title,
    images,
    labels,
    classNames: Object.freeze([...classNames]),
    imageSize,
    channels,
    note,
  };
  const expected = labels.length * imageBytes(set);
  if (images.length !== expected) {
    throw new DataError(
      `${place}: images must hold ${expected} numbers (${labels.length} labels, each an image of ${imageSize}x${imageSize}x${channels}), got ${images.length}.`,
    );
  }
  return imageSet(set);
}

function bytesOf(given: ArrayLike<number> | undefined, place: string): Uint8Array {
  if (typeof given !== "object" || given === null || typeof given.length !== "number") {
    throw new DataError(
      `${place} must be an array of whole numbers from 0 to 255, e.g. a Uint8Array, got ${given === null ? "null" : typeof given}.`,
    );
  }
  const bytes = sharedBytes(given.length);
  if (given instanceof Uint8Array || given instanceof Uint8ClampedArray) {
    bytes.set(given);
    return bytes;
  }
  for (let i = 0; i < given.length; i++) {
    const value = given[i] as number;
    if (!Number.isInteger(value) || value < 0 || value > 255)
      throw new DataError(`${place} must be whole numbers from 0 to 255, got ${value} at place ${i}.`);
    bytes[i] = value;
  }
  return bytes;
}
