import { existsSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../util/errors";
import { checkCifar } from "./checkCifar";
import { type CifarContent, cifarContents } from "./cifarContent";
import { readLines } from "./cifarRecords";
import type { CheckedSets } from "./datasets/dataset";
import { type ImageSet, joinNotes, selectImages } from "./imageSet";
import { cifarShape, readCifarPart } from "./readCifarPart";

const approximationFile = "test_batch.approx_indices.txt";

export interface Cifar10Options {
  /** Drop the test records that the approximation list (below) names. */
  readonly exactTestOnly?: boolean;
  /** What the files must hold; by default what is known of CIFAR-10. For sets of the same form with one label byte. */
  readonly content?: CifarContent;
}

/**
 * Reads CIFAR-10 from `<directory>/cifar-10-batches-bin`: 50,000 training and 10,000 test images of
 * 32x32x3 in 10 classes, in the official order, and checks their content (`checkCifar`).
 *
 * A copy rebuilt from another form of the set may hold test records that only approximate the official ones.
 * If such a copy lists their numbers in `test_batch.approx_indices.txt` (one a line, counted from 0), the
 * note of the test set says how many there are, its `approximate` which, and `exactTestOnly` drops them.
 *
 * @throws DataError if a file is missing or damaged, or does not hold what it should.
 *
 * Source of the format: https://www.cs.toronto.edu/~kriz/cifar.html, "binary version".
 */
export async function readCifar10(directory: string, options: Cifar10Options = {}): Promise<CheckedSets> {
  const content = options.content ?? cifarContents.cifar10;
  const folder = join(directory, content.folder);
  const classNames = await readLines(join(folder, "batches.meta.txt"), content.labels[0]?.classes);
  const train = await readCifarPart(folder, content, "train");
  const test = await readCifarPart(folder, content, "test");
  const approximations = existsSync(join(folder, approximationFile));
  const { checked, note } = checkCifar(content, { folder, train, test, approximations });
  const set = ({ images, labels }: typeof train): ImageSet => ({
    name: content.name,
    images,
    labels: labels[0] as Uint8Array,
    classNames,
    ...cifarShape,
    note: joinNotes(`${content.name}, binary version.`, note),
  });
  const marked = approximations
    ? await markApproximations(set(test), folder, options.exactTestOnly ?? false)
    : set(test);
  return { train: set(train), test: marked, checked };
}

async function markApproximations(test: ImageSet, folder: string, drop: boolean): Promise<ImageSet> {
  const records = test.labels.length;
  const approximate = new Set<number>();
  for (const line of await readLines(join(folder, approximationFile))) {
    const index = Number(line);
    if (!Number.isInteger(index) || index < 0 || index >= records) {
      throw new DataError(
        `readCifar10: ${approximationFile} in ${folder} must hold record numbers from 0 to ${records - 1}, ` +
          `one a line, got "${line}".`,
      );
    }
    approximate.add(index);
  }
  if (drop) {
    const exact = Array.from({ length: records }, (_, i) => i).filter((i) => !approximate.has(i));
    return selectImages(
      test,
      exact,
      `${approximate.size} approximate test records dropped (${approximationFile}).`,
    );
  }
  const note = `${approximate.size} of the ${records} test records are approximations (${approximationFile}).`;
  return {
    ...test,
    note: joinNotes(test.note, note),
    approximate: Uint32Array.from(approximate).sort(),
  };
}
