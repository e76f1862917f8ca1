import { join } from "node:path";
import type { CifarContent, CifarFileContent } from "./cifarContent";
import { readCifarRecords } from "./cifarRecords";
import { imageBytes, sharedBytes } from "./imageSet";

/** Form of every image of the CIFAR sets. */
export const cifarShape = Object.freeze({ imageSize: 32, channels: 3 });

/** A file that was read, with the md5 it has. */
export interface CifarFileRead extends CifarFileContent {
  readonly found: string;
}

/** The training or the test images of a set as they were read, file after file. */
export interface CifarPart {
  readonly images: Uint8Array;
  /** `[count]` for each label byte. */
  readonly labels: readonly Uint8Array[];
  readonly files: readonly CifarFileRead[];
}

/**
 * Reads all files of one part of a set.
 *
 * @throws DataError if a file is missing or damaged (see `readCifarRecords`).
 */
export async function readCifarPart(
  folder: string,
  content: CifarContent,
  which: "train" | "test",
): Promise<CifarPart> {
  const count = content[which].reduce((sum, { records }) => sum + records, 0);
  const classes = content.labels.map((label) => label.classes);
  const images = sharedBytes(count * imageBytes(cifarShape));
  const labels = classes.map(() => new Uint8Array(count));
  const files: CifarFileRead[] = [];
  let at = 0;
  for (const file of content[which]) {
    const { name, records } = file;
    const { md5 } = await readCifarRecords(
      { path: join(folder, name), records, classes },
      images,
      labels,
      at,
    );
    files.push({ ...file, found: md5 });
    at += records;
  }
  return { images, labels, files };
}
