import { type Variant, VariantTable } from "../util/variantTable";

/** What settings must know of a data set before an image of it is read. Plain data. */
export interface DatasetFacts extends Variant {
  /** Its name in tables and figures: "CIFAR-10". */
  readonly title: string;
  /** One sentence for a menu. */
  readonly about: string;
  /** How many classes it tells apart. */
  readonly classes: number;
  /** Height and width of its images, in pixels. */
  readonly imageSize: number;
  readonly channels: number;
  /** Image size, channels and classes stand in the settings (`data.folder`), not here. */
  readonly formInSettings?: boolean;
}

const colour32 = { imageSize: 32, channels: 3 } as const;
const grey28 = { imageSize: 28, channels: 1 } as const;

/**
 * The data sets of the library. How each is found and read: `lib/data/datasets`, which does not compile without one
 * for every name here.
 */
export const builtInDatasets = {
  auto: {
    name: "auto",
    title: "CIFAR-10, Fashion-MNIST or the synthetic set",
    about:
      "CIFAR-10 when its files are found or can be downloaded, else Fashion-MNIST when its are found, else the synthetic set, and says so.",
    classes: 10,
    ...colour32,
  },
  cifar10: {
    name: "cifar10",
    title: "CIFAR-10",
    about: "60,000 photographs of animals and vehicles (Krizhevsky 2009).",
    classes: 10,
    ...colour32,
  },
  cifar100: {
    name: "cifar100",
    title: "CIFAR-100",
    about: "60,000 photographs of 100 things (Krizhevsky 2009).",
    classes: 100,
    ...colour32,
  },
  "fashion-mnist": {
    name: "fashion-mnist",
    title: "Fashion-MNIST",
    about: "70,000 grey pictures of ten kinds of clothing (Xiao et al. 2017).",
    classes: 10,
    ...grey28,
  },
  mnist: {
    name: "mnist",
    title: "MNIST",
    about: "70,000 grey pictures of handwritten digits (LeCun et al. 1998).",
    classes: 10,
    ...grey28,
  },
  "image-folder": {
    name: "image-folder",
    title: "folder of images",
    about:
      "Pictures in folders of classes, or named by a CSV list; data.folder says where and at which size.",
    classes: 0,
    imageSize: 0,
    channels: 0,
    formInSettings: true,
  },
  synthetic: {
    name: "synthetic",
    title: "synthetic",
    about: "Patterns that the library draws; accuracies say nothing about photographs.",
    classes: 10,
    ...colour32,
  },
} as const satisfies Readonly<Record<string, DatasetFacts>>;

export type BuiltInDataset = keyof typeof builtInDatasets;

/** All data sets by name: the library's, and those of `defineDataset`. */
export const datasets = new VariantTable<DatasetFacts, BuiltInDataset>(
  "data set",
  "defineDataset",
  builtInDatasets,
);

/** Images and classes of a network. */
export interface ImageForm {
  readonly imageSize: number;
  readonly imageChannels: number;
  readonly classes: number;
}

/** What of data settings decides the form of the images. */
export interface DataChoice {
  readonly dataset: string;
  /** Of `image-folder`. */
  readonly folder?:
    | { readonly imageSize: number; readonly channels: number; readonly classes: number }
    | undefined;
}

/** What a network for a data set must read and tell apart, unless its settings say otherwise. */
export function formOf(data: string | DataChoice): ImageForm {
  const { dataset, folder } = typeof data === "string" ? { dataset: data, folder: undefined } : data;
  const { imageSize, channels, classes, formInSettings } = datasets.get(dataset);
  if (formInSettings === true && folder !== undefined)
    return { imageSize: folder.imageSize, imageChannels: folder.channels, classes: folder.classes };
  return { imageSize, imageChannels: channels, classes };
}
