import { join } from "node:path";
import { checkCifar } from "./checkCifar";
import { type CifarContent, cifarContents } from "./cifarContent";
import { readLines } from "./cifarRecords";
import type { CheckedSets } from "./datasets/dataset";
import { type ImageSet, joinNotes } from "./imageSet";
import { cifarShape, readCifarPart } from "./readCifarPart";

export interface Cifar100Options {
  /** The 100 classes (default) or the 20 groups of five they form. */
  readonly classes?: "fine" | "coarse";
  /** What the files must hold; by default what is known of CIFAR-100. For sets of the same form with two label bytes. */
  readonly content?: CifarContent;
}

/**
 * Reads CIFAR-100 from `<directory>/cifar-100-binary`: 50,000 training and 10,000 test images of 32x32x3, and checks
 * their content (`checkCifar`), both label bytes of every record whichever becomes the label.
 *
 * @throws DataError if a file is missing or damaged, or does not hold what it should.
 *
 * Source of the format: https://www.cs.toronto.edu/~kriz/cifar.html, "binary version".
 */
export async function readCifar100(directory: string, options: Cifar100Options = {}): Promise<CheckedSets> {
  const content = options.content ?? cifarContents.cifar100;
  const folder = join(directory, content.folder);
  const fine = (options.classes ?? "fine") === "fine";
  const byte = fine ? 1 : 0;
  const classes = content.labels[byte]?.classes;
  const classNames = await readLines(join(folder, `${fine ? "fine" : "coarse"}_label_names.txt`), classes);
  const train = await readCifarPart(folder, content, "train");
  const test = await readCifarPart(folder, content, "test");
  const { checked, note } = checkCifar(content, { folder, train, test, approximations: false });
  const about = `${content.name}, binary version, ${classes} ${fine ? "fine" : "coarse"} classes.`;
  const set = ({ images, labels }: typeof train): ImageSet => ({
    name: fine ? content.name : `${content.name} (coarse)`,
    images,
    labels: labels[byte] as Uint8Array,
    classNames,
    ...cifarShape,
    note: joinNotes(about, note),
  });
  return { train: set(train), test: set(test), checked };
}
