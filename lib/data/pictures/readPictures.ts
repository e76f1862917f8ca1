import { statSync } from "node:fs";
import { DataError } from "../../util/errors";
import type { ChannelStatistics } from "../channelStatistics";
import * as changes from "./imageChanges";
import { filesBelow, suffixText } from "./listPictures";
import { makeImage } from "./pictureFunctions";
import type { DecodeAnswer } from "./pictureThread";
import { pictureThreads } from "./pictureThreads";
import { pictureStride, planPictures } from "./planPictures";

/** What pictures become. */
export interface ReadForm extends ChannelStatistics {
  /** Height and width of the images, in pixels. */
  readonly imageSize: number;
  /** 1 or 3. */
  readonly channels: number;
  /** Whether grey may become colour and colour grey. */
  readonly convert: boolean;
  /** Whether pictures of another size are faults. */
  readonly exact: boolean;
}

/** Some pictures of a list. */
export interface PictureBatch {
  /** Of those that could be read, in order. */
  readonly paths: readonly string[];
  /** Normalised, `[paths, imageSize, imageSize, channels]`, flat. */
  readonly images: Float32Array;
  readonly faults: readonly PictureFault[];
}

/** A picture that could not be read, and why, as a clause. */
interface PictureFault {
  /** Among the pictures of its batch, readable or not, from 0. */
  readonly place: number;
  readonly path: string;
  readonly why: string;
}

/**
 * The files that some places name: files are taken as they are, of folders all pictures at any depth, in the order of their names.
 * @throws DataError for a folder without pictures.
 */
export function pictureFiles(places: readonly string[]): string[] {
  return places.flatMap((place) => {
    if (!statSync(place).isDirectory()) return [place];
    const files = filesBelow(place, place, []);
    if (files.length > 0) return files;
    throw new DataError(
      `${place}: expected a folder with pictures, found none whose name ends in ${suffixText}.`,
    );
  });
}

/**
 * Reads pictures as images of a network, some at a time: turned as their EXIF says, in sRGB (or grey), transparency over black, the
 * shorter side resized to `imageSize` by a triangle filter, the centre cut out, `(pixel / 255 − mean) / std`. A picture that cannot be
 * read is a fault of its batch; the others are read.
 *
 * @throws DataError if images of that many channels cannot be made of pictures.
 */
export async function* readPictures(
  files: readonly string[],
  form: ReadForm,
  batchSize = 64,
): AsyncGenerator<PictureBatch, void, undefined> {
  const { imageSize, channels, convert } = form;
  if (channels !== 1 && channels !== 3)
    throw new DataError(
      `readPictures: a network that reads pictures has 3 channels (colour) or 1 (grey), got ${channels}.`,
    );
  const source = { kind: "files", form: { storedSize: imageSize, channels, convert } } as const;
  const threads = pictureThreads(source, null, Math.min(4, files.length));
  try {
    for (let first = 0; first < files.length; first += batchSize) {
      const chosen = files.slice(first, first + batchSize);
      const each = Math.ceil(chosen.length / threads.length);
      const parts = threads.map((thread, t) =>
        thread.wait(thread.decode(chosen.slice(t * each, (t + 1) * each))),
      );
      yield batchOf(chosen, (await Promise.all(parts)).flat(), form);
    }
  } finally {
    await Promise.all(threads.map((thread) => thread.close()));
  }
}

function batchOf(files: readonly string[], answers: readonly DecodeAnswer[], form: ReadForm): PictureBatch {
  const { imageSize, channels, mean, std, exact } = form;
  const length = imageSize * imageSize * channels;
  const images = new Float32Array(files.length * length);
  const paths: string[] = [];
  const faults: PictureFault[] = [];
  const geometry = { imageSize, channels, cutout: 0, mean, std };
  for (const [i, answer] of answers.entries()) {
    const path = files[i] as string;
    if ("fault" in answer) {
      faults.push({ place: i, path, why: answer.fault });
      continue;
    }
    const { fileHeight, fileWidth, height, width } = answer;
    if (exact && (fileHeight !== imageSize || fileWidth !== imageSize)) {
      faults.push({
        place: i,
        path,
        why: `is ${fileWidth}x${fileHeight} pixels, expected ${imageSize}x${imageSize}, as the network reads`,
      });
      continue;
    }
    // Without augmentation nothing is drawn: the window in the centre.
    const plan = planPictures([0], null, { imageSize, channels, sizeOf: () => [height, width] }, 0, noKey);
    makeImage(
      answer,
      plan.subarray(0, pictureStride(null)),
      geometry,
      images,
      paths.length * length,
      changes,
    );
    paths.push(path);
  }
  return { paths, images: images.slice(0, paths.length * length), faults };
}

const noKey = { hi: 0, lo: 0 } as const;
