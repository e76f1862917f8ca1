import { DataError } from "../util/errors";
import { siAmount } from "../util/siAmount";
import type { Pictures } from "./pictures/pictures";

/** One label for each image: a byte up to 256 classes, two beyond. */
export type Labels = Uint8Array | Uint16Array;

/** Zeroed labels for so many images of so many classes. */
export function labelArray(count: number, classes: number): Labels {
  return classes > 256 ? new Uint16Array(count) : new Uint8Array(count);
}

/**
 * Labelled square images: in memory, as bytes, or made of pictures on the disk when they are needed. Treat the arrays as
 * read-only: batches are made from them in place.
 */
export interface ImageSet {
  /** Short name for tables: "CIFAR-10", "synthetic". */
  readonly name: string;
  /** `[count, imageSize, imageSize, channels]` (NHWC), row by row, 0 … 255; empty where there are `pictures`. */
  readonly images: Uint8Array;
  /** Where images are made of pictures on the disk. */
  readonly pictures?: Pictures;
  /** `[count]`, each below `classNames.length`. */
  readonly labels: Labels;
  readonly classNames: readonly string[];
  /** Height and width, in pixels. */
  readonly imageSize: number;
  readonly channels: number;
  /** What a reader of a result must know of these images. */
  readonly note: string;
  /** Places of images that only approximate the official ones, ascending; absent where all are exact. */
  readonly approximate?: Uint32Array;
}

/**
 * Zeroed bytes that other threads can read without a copy. The readers of this room put their images there,
 * so that a batch worker starts at once whatever the size of the set.
 *
 * @throws DataError where there is no memory for them.
 */
export function sharedBytes(count: number): Uint8Array {
  try {
    return new Uint8Array(new SharedArrayBuffer(count));
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new DataError(
      `data: images of ${siAmount(count)}B must fit into memory at once. Take fewer: data.trainImages and data.testImages.`,
      { cause },
    );
  }
}

/** Bytes of one image: `imageSize² · channels`. */
export function imageBytes(set: Pick<ImageSet, "imageSize" | "channels">): number {
  return set.imageSize * set.imageSize * set.channels;
}

/**
 * Checks that the parts of a set fit together and returns it. For sets made outside this room.
 *
 * @throws DataError if the bytes do not make `labels.length` images, or a label has no class name.
 */
export function imageSet(set: ImageSet): ImageSet {
  const expected = set.pictures ? 0 : set.labels.length * imageBytes(set);
  if (set.images.length !== expected) {
    throw new DataError(
      `imageSet "${set.name}": images must hold ${expected} bytes (${set.labels.length} labels of ` +
        `${set.imageSize}x${set.imageSize}x${set.channels}), got ${set.images.length}.`,
    );
  }
  const wrong = set.labels.findIndex((label) => label >= set.classNames.length);
  if (wrong >= 0) {
    throw new DataError(
      `imageSet "${set.name}": labels must be below ${set.classNames.length} (the number of class names), ` +
        `got ${set.labels[wrong]} at index ${wrong}.`,
    );
  }
  return set;
}

/** Labels of the images at `indices`, in that order. */
export function labelsAt(set: Pick<ImageSet, "labels" | "classNames">, indices: ArrayLike<number>): Labels {
  const labels = labelArray(indices.length, set.classNames.length);
  for (let i = 0; i < indices.length; i++) labels[i] = set.labels[indices[i] as number] as number;
  return labels;
}

/**
 * A new set of the images at `indices`, in that order. `note`, if given, is appended to the set's own.
 *
 * @throws DataError if an index is not below the number of images.
 */
export function selectImages(set: ImageSet, indices: ArrayLike<number>, note = ""): ImageSet {
  checkIndices("selectImages", set, indices);
  const size = set.pictures ? 0 : imageBytes(set);
  const images = sharedBytes(indices.length * size);
  const labels = labelsAt(set, indices);
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i] as number;
    if (size > 0) images.set(set.images.subarray(from * size, (from + 1) * size), i * size);
  }
  const { approximate, pictures, ...rest } = set;
  const chosen = pictures && {
    ...pictures,
    places: Uint32Array.from(indices, (index) => pictures.places[index] as number),
  };
  const own = chosen ? { pictures: chosen } : {};
  const selected = { ...rest, ...own, images, labels, note: joinNotes(set.note, note) };
  if (!approximate) return selected;
  const among = new Set(approximate);
  const places = Uint32Array.from(indices, (_, place) => place);
  const still = places.filter((place) => among.has(indices[place] as number));
  return still.length > 0 ? { ...selected, approximate: still } : selected;
}

/**
 * The bytes of a set in memory.
 * @param place what needs them, for the message.
 * @throws DataError for a set whose pictures stay on the disk.
 */
export function pixelsOf(place: string, set: ImageSet): Uint8Array {
  if (!set.pictures) return set.images;
  throw new DataError(
    `${place}: expected images in memory, got ${set.name}, whose pictures stay on the disk; take them from sequentialBatches or epochBatches.`,
  );
}

/** Sentences side by side, empty ones left out. */
export function joinNotes(...notes: readonly string[]): string {
  return notes.filter((note) => note !== "").join(" ");
}

/** @throws DataError for the first of `indices` that names no image of the set. */
export function checkIndices(place: string, set: ImageSet, indices: ArrayLike<number>): void {
  const count = set.labels.length;
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] as number;
    if (!Number.isInteger(index) || index < 0 || index >= count) {
      throw new DataError(
        `${place}: indices of ${set.name} must be integers from 0 to ${count - 1}, got ${index} at place ${i}.`,
      );
    }
  }
}
