import { join } from "node:path";
import { cifarArchives } from "./cifarArchive";
import { readCifarRecords, readLines } from "./cifarRecords";
import { type ImageSet, imageBytes, sharedBytes } from "./imageSet";

const shape = { imageSize: 32, channels: 3 } as const;
const coarseClasses = 20;
const fineClasses = 100;

export interface Cifar100Options {
  /** The 100 classes (default) or the 20 groups of five they form. */
  readonly classes?: "fine" | "coarse";
}

/**
 * Reads CIFAR-100 from `<directory>/cifar-100-binary`: 50,000 training and 10,000 test images of 32x32x3.
 *
 * Both label bytes of every record are checked, whichever becomes the label.
 *
 * @throws DataError if a file is missing or damaged (see `readCifarRecords`).
 *
 * Source of the format: https://www.cs.toronto.edu/~kriz/cifar.html, "binary version".
 */
export async function readCifar100(
  directory: string,
  options: Cifar100Options = {},
): Promise<{ train: ImageSet; test: ImageSet }> {
  const folder = join(directory, cifarArchives.cifar100.folder);
  const fine = (options.classes ?? "fine") === "fine";
  const classNames = fine
    ? await readLines(join(folder, "fine_label_names.txt"), fineClasses)
    : await readLines(join(folder, "coarse_label_names.txt"), coarseClasses);
  const read = async (name: string, records: number): Promise<ImageSet> => {
    const images = sharedBytes(records * imageBytes(shape));
    const labels = { coarse: new Uint8Array(records), fine: new Uint8Array(records) };
    const file = { path: join(folder, name), records, classes: [coarseClasses, fineClasses] };
    await readCifarRecords(file, images, [labels.coarse, labels.fine], 0);
    return {
      name: fine ? "CIFAR-100" : "CIFAR-100 (coarse)",
      images,
      labels: fine ? labels.fine : labels.coarse,
      classNames,
      ...shape,
      note: `CIFAR-100, binary version, ${fine ? "100 fine" : "20 coarse"} classes.`,
    };
  };
  return { train: await read("train.bin", 50_000), test: await read("test.bin", 10_000) };
}
