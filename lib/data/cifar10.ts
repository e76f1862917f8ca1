import { existsSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../util/errors";
import { cifarArchives } from "./cifarArchive";
import { readCifarRecords, readLines } from "./cifarRecords";
import { type ImageSet, imageBytes, joinNotes, selectImages, sharedBytes } from "./imageSet";

const shape = { imageSize: 32, channels: 3 } as const;
const fileRecords = 10_000;
const approximationFile = "test_batch.approx_indices.txt";

export interface Cifar10Options {
  /** Drop the test records that the approximation list (below) names. */
  readonly exactTestOnly?: boolean;
}

/**
 * Reads CIFAR-10 from `<directory>/cifar-10-batches-bin`: 50,000 training and 10,000 test images of
 * 32x32x3 in 10 classes, in the official order.
 *
 * A copy rebuilt from another form of the set may hold test records that only approximate the official ones.
 * If such a copy lists their numbers in `test_batch.approx_indices.txt` (one a line, counted from 0), the
 * note of the test set says how many there are, its `approximate` which, and `exactTestOnly` drops them.
 *
 * @throws DataError if a file is missing or damaged (see `readCifarRecords`).
 *
 * Source of the format: https://www.cs.toronto.edu/~kriz/cifar.html, "binary version".
 */
export async function readCifar10(
  directory: string,
  options: Cifar10Options = {},
): Promise<{ train: ImageSet; test: ImageSet }> {
  const folder = join(directory, cifarArchives.cifar10.folder);
  const classNames = await readLines(join(folder, "batches.meta.txt"), 10);
  const read = async (files: readonly string[]): Promise<ImageSet> => {
    const images = sharedBytes(files.length * fileRecords * imageBytes(shape));
    const labels = new Uint8Array(files.length * fileRecords);
    for (const [i, name] of files.entries()) {
      const file = { path: join(folder, name), records: fileRecords, classes: [10] };
      await readCifarRecords(file, images, [labels], i * fileRecords);
    }
    return { name: "CIFAR-10", images, labels, classNames, ...shape, note: "CIFAR-10, binary version." };
  };
  const train = await read([1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`));
  const test = await markApproximations(
    await read(["test_batch.bin"]),
    folder,
    options.exactTestOnly ?? false,
  );
  return { train, test };
}

async function markApproximations(test: ImageSet, folder: string, drop: boolean): Promise<ImageSet> {
  const path = join(folder, approximationFile);
  if (!existsSync(path)) return test;
  const approximate = new Set<number>();
  for (const line of await readLines(path)) {
    const index = Number(line);
    if (!Number.isInteger(index) || index < 0 || index >= fileRecords) {
      throw new DataError(
        `readCifar10: ${approximationFile} in ${folder} must hold record numbers from 0 to ${fileRecords - 1}, ` +
          `one a line, got "${line}".`,
      );
    }
    approximate.add(index);
  }
  if (drop) {
    const exact = Array.from({ length: fileRecords }, (_, i) => i).filter((i) => !approximate.has(i));
    return selectImages(
      test,
      exact,
      `${approximate.size} approximate test records dropped (${approximationFile}).`,
    );
  }
  const note = `${approximate.size} of the ${fileRecords} test records are approximations (${approximationFile}).`;
  return {
    ...test,
    note: joinNotes(test.note, note),
    approximate: Uint32Array.from(approximate).sort(),
  };
}
