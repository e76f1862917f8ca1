import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { builtInDatasets } from "../../config/datasets";
import { DataError } from "../../util/errors";
import { downloadFile } from "../downloadFile";
import { withLock } from "../folderLock";
import { readIdx } from "../idxFile";
import { type ImageSet, sharedBytes } from "../imageSet";
import { storageError } from "../storageError";
import type { Dataset, ReadOptions } from "./dataset";

/** A set of four files in the idx form: where they are looked for and fetched from, and what they must hold. */
interface MnistSet {
  readonly facts: (typeof builtInDatasets)["mnist" | "fashion-mnist"];
  /** Folders in which its files are looked for: in the data directory, unless absolute. */
  readonly folders: readonly string[];
  readonly url: string;
  /** Environment variable that replaces `url`, for a mirror. The checksums stay the same. */
  readonly urlVariable: string;
  /** Of the packed files, as published; in the order of {@link files}. */
  readonly md5: readonly [string, string, string, string];
  readonly classNames: readonly string[];
  /** Images of each class. */
  readonly train: readonly number[];
  readonly test: readonly number[];
  readonly about: string;
}

const files = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
] as const;

const ten = (count: number) => Array.from({ length: 10 }, () => count);

/** Where Debian's package `dataset-fashion-mnist` puts its files. */
export const debianFashionMnist = "/usr/share/datasets/fashion-mnist";

/** Names of the classes of Fashion-MNIST, in the order of its labels. */
export const fashionClassNames: readonly string[] = [
  "T-shirt",
  "trouser",
  "pullover",
  "dress",
  "coat",
  "sandal",
  "shirt",
  "sneaker",
  "bag",
  "ankle boot",
];

/** What Fashion-MNIST is called where its images have the form of CIFAR's, as `auto` gives them. */
export const fashionInCifarForm = `${builtInDatasets["fashion-mnist"].title} as 32x32x3`;

/**
 * Fashion-MNIST: 28x28 grey pictures of ten kinds of clothing. Source: Xiao, Rasul & Vollgraf 2017, arXiv:1708.07747;
 * addresses and checksums: https://github.com/zalandoresearch/fashion-mnist.
 */
export const fashionMnist: Dataset = fromFiles({
  facts: builtInDatasets["fashion-mnist"],
  folders: ["fashion-mnist", "FashionMNIST/raw", debianFashionMnist],
  url: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
  urlVariable: "BARS_FASHION_MNIST_URL",
  md5: [
    "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "25c81989df183df01b3e8a0aad5dffbe",
    "bef4ecab320f06d8554ea6380940ec79",
    "bb300cfdad3c16e7a12a480ee83cd310",
  ],
  classNames: fashionClassNames,
  train: ten(6000),
  test: ten(1000),
  about: "Fashion-MNIST, 28x28 grey pictures of clothing (Xiao et al. 2017).",
});

/**
 * MNIST: 28x28 grey pictures of handwritten digits. Source: LeCun, Bottou, Bengio & Haffner 1998. The authors' page is
 * gone; the address is the copy of PyTorch's project, the checksums are those of the original files.
 */
export const mnist: Dataset = fromFiles({
  facts: builtInDatasets.mnist,
  folders: ["mnist", "MNIST/raw"],
  url: "https://ossci-datasets.s3.amazonaws.com/mnist/",
  urlVariable: "BARS_MNIST_URL",
  md5: [
    "f68b3c2dcbeaaa9fbdd348bbdeb94873",
    "d53e105ee54ea40749a09fcbcd1e9432",
    "9fb629c4189551a2d022fa330f9573f3",
    "ec29112dd5afa0611ce80d1b7f02629c",
  ],
  classNames: Array.from({ length: 10 }, (_, digit) => String(digit)),
  train: [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
  test: [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
  about: "MNIST, 28x28 grey pictures of handwritten digits (LeCun et al. 1998).",
});

function fromFiles(set: MnistSet): Dataset {
  const { title } = set.facts;
  return {
    ...set.facts,
    normalization: "measured",
    isFound: (directory) => folderOf(set, directory) !== null,
    fetch: (options) => fetchFiles(set, options),
    read: async ({ directory }) => {
      const folder = folderOf(set, directory);
      if (folder === null)
        throw new DataError(
          `${title}: expected ${files.join(", ")} in ${byHandFolder(set, directory)}, got none.`,
        );
      const part = (which: "train" | "test"): ImageSet => readPart(set, folder, which);
      const checked = [
        "sizes and labels",
        `${title === "MNIST" ? "the known numbers of" : "6000 training and 1000 test"} images of each class`,
        `from ${folder}`,
      ];
      return { train: part("train"), test: part("test"), checked };
    },
  };
}

const byHandFolder = ({ folders }: MnistSet, directory: string) => join(directory, folders[0] as string);

/** The first folder that has all files, packed or not. */
function folderOf({ folders }: MnistSet, directory: string): string | null {
  const places = folders.map((folder) => (folder.startsWith("/") ? folder : join(directory, folder)));
  return places.find((folder) => files.every((file) => pathOf(folder, file) !== null)) ?? null;
}

function pathOf(folder: string, file: string): string | null {
  // torchvision and others unpack to these names, some write a dot before "idx".
  const names = [file, `${file}.gz`, file.replace("-idx", ".idx")];
  return names.map((name) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

function readPart(set: MnistSet, folder: string, which: "train" | "test"): ImageSet {
  const [imageFile, labelFile] = which === "train" ? [files[0], files[1]] : [files[2], files[3]];
  const { imageSize, channels, title } = set.facts;
  const imagePath = pathOf(folder, imageFile) as string;
  const labelPath = pathOf(folder, labelFile) as string;
  const images = readIdx(imagePath, 3);
  const labels = readIdx(labelPath, 1);
  const [count, height, width] = images.shape as [number, number, number];
  const expected = set[which];
  const all = expected.reduce((sum, one) => sum + one, 0);
  if (count !== all || height !== imageSize || width !== imageSize) {
    throw new DataError(
      `${title}: ${imagePath} must hold ${all} images of ${imageSize}x${imageSize}, got ${count} of ${height}x${width}.`,
    );
  }
  const counts = new Array<number>(set.classNames.length).fill(0);
  for (const label of labels.bytes) counts[label] = (counts[label] ?? 0) + 1;
  const wrong = counts.findIndex((got, label) => got !== (expected[label] ?? 0));
  if (wrong >= 0) {
    throw new DataError(
      `${title}: ${labelPath} must have ${expected[wrong] ?? 0} labels ${wrong}, got ${counts[wrong]}. It is another file or damaged: delete it and load again.`,
    );
  }
  const pixels = sharedBytes(images.bytes.length);
  pixels.set(images.bytes);
  return {
    name: title,
    images: pixels,
    labels: Uint8Array.from(labels.bytes),
    classNames: set.classNames,
    imageSize,
    channels,
    note: set.about,
  };
}

async function fetchFiles(set: MnistSet, { directory, download, progress }: ReadOptions): Promise<void> {
  if (folderOf(set, directory) !== null) return;
  const folder = byHandFolder(set, directory);
  const { title } = set.facts;
  const base = process.env[set.urlVariable] || set.url;
  const debian = set.folders.includes(debianFashionMnist)
    ? ", or install Debian's dataset-fashion-mnist"
    : "";
  const byHand = `To provide ${title} by hand, put ${files.map((file) => `${file}.gz`).join(", ")} from ${base} into ${folder}${debian}; a mirror can be named in ${set.urlVariable}.`;
  if (!download)
    throw new DataError(`${title}: ${folder} lacks its files, and downloads are not allowed. ${byHand}`);
  try {
    await mkdir(folder, { recursive: true });
    await withLock(join(folder, ".lock"), async () => {
      for (const [i, file] of files.entries()) {
        if (pathOf(folder, file) !== null) continue;
        const url = `${base.replace(/\/?$/, "/")}${file}.gz`;
        await downloadFile({ url, path: join(folder, `${file}.gz`), md5: set.md5[i] as string, progress });
      }
    });
  } catch (error) {
    const reason = storageError(title, folder, error);
    if (!(reason instanceof DataError)) throw reason;
    throw new DataError(`${reason.message} ${byHand}`, { cause: error });
  }
}
