import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CifarContent } from "../../lib/data/cifarContent";

/** Records of a made-up set: the labels run through the classes in turn, every image is another one. */
export function cifarRecords(content: CifarContent, records: number, firstImage: number): Buffer {
  const labelBytes = content.labels.length;
  const bytes = Buffer.alloc(records * (labelBytes + 3072));
  const finest = content.labels.at(-1)?.classes ?? 1;
  for (let record = 0; record < records; record++) {
    const start = record * (labelBytes + 3072);
    const fine = (firstImage + record) % finest;
    for (const [byte, { classes }] of content.labels.entries())
      bytes[start + byte] = byte === labelBytes - 1 ? fine : Math.floor((fine * classes) / finest);
    bytes.fill(1 + ((firstImage + record) % 250), start + labelBytes, start + labelBytes + 3072);
    bytes.writeUInt32LE(firstImage + record, start + labelBytes);
  }
  return bytes;
}

/**
 * Writes a set that holds what `content` says, in the official form but for its pixels.
 * @param change may alter the bytes of a file first.
 */
export function writeCifar(
  directory: string,
  content: CifarContent,
  change: (name: string, bytes: Buffer) => void = () => {},
): string {
  const folder = join(directory, content.folder);
  mkdirSync(folder, { recursive: true });
  let image = 0;
  for (const { name, records } of [...content.train, ...content.test]) {
    const bytes = cifarRecords(content, records, image);
    change(name, bytes);
    writeFileSync(join(folder, name), bytes);
    image += records;
  }
  const names = (classes: number, prefix: string) =>
    Array.from({ length: classes }, (_, i) => `${prefix}${i}\n`).join("");
  const [first, second] = content.labels;
  if (second) {
    writeFileSync(join(folder, "coarse_label_names.txt"), names(first?.classes ?? 0, "coarse"));
    writeFileSync(join(folder, "fine_label_names.txt"), names(second.classes, "fine"));
  } else writeFileSync(join(folder, "batches.meta.txt"), names(first?.classes ?? 0, "class"));
  return folder;
}

/** What a set would hold with a hundredth of the images of each class. */
export function hundredth(content: CifarContent): CifarContent {
  const files = (all: CifarContent["train"]) => all.map((file) => ({ ...file, records: file.records / 100 }));
  const labels = content.labels.map((label) => ({
    ...label,
    trainPerClass: label.trainPerClass / 100,
    testPerClass: label.testPerClass / 100,
  }));
  return { ...content, train: files(content.train), test: files(content.test), labels };
}

/** Two training files and a test file of four classes, a record a class in each file. */
export const smallContent: CifarContent = {
  name: "Small",
  folder: "small-bin",
  train: [
    { name: "one.bin", records: 8 },
    { name: "two.bin", records: 8 },
  ],
  test: [{ name: "test.bin", records: 4 }],
  labels: [{ what: "class", classes: 4, trainPerClass: 4, testPerClass: 1 }],
  repeatsAtMost: 0,
  sharedAtMost: 0,
};
