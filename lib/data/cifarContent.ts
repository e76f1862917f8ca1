import type { cifarArchives } from "./cifarArchive";
/** One file of records, and what is known of it. */
export interface CifarFileContent {
  readonly name: string;
  readonly records: number;
  /** Of the official file; absent where it is not known for certain. */
  readonly md5?: string;
}

/** One label byte of every record. */
export interface CifarLabelContent {
  /** For messages: "class", "coarse class". */
  readonly what: string;
  readonly classes: number;
  /** Images of each class, the same for every class. */
  readonly trainPerClass: number;
  readonly testPerClass: number;
}

/**
 * What is known of the content of a set in the CIFAR form, and is checked whenever it is read (`checkCifar`).
 * Plain data: a set of other files, classes or sizes is another value.
 */
export interface CifarContent {
  readonly name: string;
  readonly folder: string;
  readonly train: readonly CifarFileContent[];
  readonly test: readonly CifarFileContent[];
  /** In the order of the label bytes. */
  readonly labels: readonly CifarLabelContent[];
  /** How many images the genuine set may hold that repeat an earlier one of the same part, bit for bit. */
  readonly repeatsAtMost: number;
  /** How many test images of the genuine set may also be training images, bit for bit. */
  readonly sharedAtMost: number;
}

/**
 * The official sets.
 *
 * CIFAR-10. The checksums of the training files were computed from files whose images agree with several
 * independent copies, and are those that other projects list for the files of the archive. That of the test file is
 * of the same lists. No image of CIFAR-10 is there twice: the 50,000 training images and 9,980 lossless test images
 * at hand are all different, and the other 20, known as JPEG copies, have nothing near them. The study of Barz &
 * Denzler (2020, arXiv:1902.00423) found near duplicates (3.3 % of the test images).
 *
 * CIFAR-100. The same study found 10 % of the test images to have a duplicate of some kind among the training images. How
 * many of these are exact is not known here; 1,000, all of them, is the bound that a genuine copy cannot exceed.
 */
export const cifarContents = Object.freeze({
  cifar10: Object.freeze({
    name: "CIFAR-10",
    folder: "cifar-10-batches-bin",
    train: Object.freeze([
      { name: "data_batch_1.bin", records: 10_000, md5: "5dd7e06a14cb22eb9f671a540d1b7c25" },
      { name: "data_batch_2.bin", records: 10_000, md5: "5ea93a67294ea407fff1d09f752e9692" },
      { name: "data_batch_3.bin", records: 10_000, md5: "942cd6a4bcdd0dd3c604fbe906cb4421" },
      { name: "data_batch_4.bin", records: 10_000, md5: "ae636b3ba5c66a11e91e8cb52e771fcb" },
      { name: "data_batch_5.bin", records: 10_000, md5: "53f37980c15c3d472c316c40844f3f0d" },
    ]),
    test: Object.freeze([
      { name: "test_batch.bin", records: 10_000, md5: "803d5f7f4d78ea53de84dbe85f74fb6d" },
    ]),
    labels: Object.freeze([{ what: "class", classes: 10, trainPerClass: 5_000, testPerClass: 1_000 }]),
    repeatsAtMost: 0,
    sharedAtMost: 0,
  }),
  cifar100: Object.freeze({
    name: "CIFAR-100",
    folder: "cifar-100-binary",
    train: Object.freeze([{ name: "train.bin", records: 50_000 }]),
    test: Object.freeze([{ name: "test.bin", records: 10_000 }]),
    labels: Object.freeze([
      { what: "coarse class", classes: 20, trainPerClass: 2_500, testPerClass: 500 },
      { what: "fine class", classes: 100, trainPerClass: 500, testPerClass: 100 },
    ]),
    repeatsAtMost: 1_000,
    sharedAtMost: 1_000,
  }),
}) satisfies Record<keyof typeof cifarArchives, CifarContent>;
