import { existsSync } from "node:fs";
import { join } from "node:path";

/** One official archive: where it comes from, how it is checked, which of its files are read. Plain data. */
export interface CifarArchive {
  readonly name: string;
  readonly url: string;
  /** Environment variable that replaces `url`, for a mirror. The checksum stays the same. */
  readonly urlVariable: string;
  /** Published with the archive. */
  readonly md5: string;
  /** Of the archive, inside the data directory. */
  readonly fileName: string;
  /** Of the extracted files, inside the data directory and inside the archive alike. */
  readonly folder: string;
  /** Needed files of that folder. */
  readonly files: readonly string[];
}

/**
 * The "binary version" of both sets.
 *
 * Source: A. Krizhevsky 2009, "Learning multiple layers of features from tiny images", technical report,
 * University of Toronto; archives, checksums and record formats at https://www.cs.toronto.edu/~kriz/cifar.html.
 */
export const cifarArchives = Object.freeze({
  cifar10: Object.freeze({
    name: "CIFAR-10",
    url: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    urlVariable: "BARS_CIFAR10_URL",
    md5: "c32a1d4ab5d03f1284b67883e8d87530",
    fileName: "cifar-10-binary.tar.gz",
    folder: "cifar-10-batches-bin",
    files: Object.freeze([
      "data_batch_1.bin",
      "data_batch_2.bin",
      "data_batch_3.bin",
      "data_batch_4.bin",
      "data_batch_5.bin",
      "test_batch.bin",
      "batches.meta.txt",
    ]),
  }),
  cifar100: Object.freeze({
    name: "CIFAR-100",
    url: "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
    urlVariable: "BARS_CIFAR100_URL",
    md5: "03b5dce01913d631647c71ecec9e9cb8",
    fileName: "cifar-100-binary.tar.gz",
    folder: "cifar-100-binary",
    files: Object.freeze(["train.bin", "test.bin", "fine_label_names.txt", "coarse_label_names.txt"]),
  }),
}) satisfies Readonly<Record<string, CifarArchive>>;

/** The archive's address: its environment variable where set, else the official one. */
export function archiveUrl(archive: CifarArchive): string {
  return process.env[archive.urlVariable] || archive.url;
}

/** Needed files that are not in `directory`, in the order of `archive.files`. Their contents are not looked at. */
export function missingFiles(archive: CifarArchive, directory: string): string[] {
  return archive.files.filter((file) => !existsSync(join(directory, archive.folder, file)));
}
