import { builtInDatasets } from "../../config/datasets";
import { DataError } from "../../util/errors";
import { type ImageSet, imageBytes, joinNotes, sharedBytes } from "../imageSet";
import { cifar10 } from "./cifar10";
import type { CheckedSets, Dataset, ReadOptions } from "./dataset";
import { fashionInCifarForm, fashionMnist } from "./mnist";
import { synthetic } from "./synthetic";

/**
 * CIFAR-10 if its files or its archive are in the folder, else downloaded if allowed; else Fashion-MNIST if its files are
 * found, in the form of CIFAR's images; else the synthetic set. The note of what takes its place says why. Files that are there but damaged are an error, never passed over.
 */
export const auto: Dataset = {
  ...builtInDatasets.auto,
  normalization: "measured",
  read: async (options) => {
    const { directory, download } = options;
    if (cifar10.isFound?.(directory)) {
      await cifar10.fetch?.(options);
      return cifar10.read(options);
    }
    if (!download)
      return inItsPlace(options, `${cifar10.title} is not in ${directory} and downloads are not allowed.`);
    try {
      await cifar10.fetch?.(options);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      return inItsPlace(options, `${cifar10.title} could not be fetched: ${error.message}`);
    }
    return cifar10.read(options);
  },
};

async function inItsPlace(options: ReadOptions, why: string): Promise<CheckedSets> {
  const { train, test, checked } = fashionMnist.isFound?.(options.directory)
    ? inCifarForm(await fashionMnist.read(options))
    : await synthetic.read(options);
  return {
    train: { ...train, note: joinNotes(train.note, why) },
    test: { ...test, note: joinNotes(test.note, why) },
    checked,
  };
}

/** Images of 28x28x1 with a black border of 2 pixels and the grey in three channels: what networks for CIFAR read. */
function inCifarForm({ train, test, checked }: CheckedSets): CheckedSets {
  const widened = (set: ImageSet): ImageSet => {
    const form = { imageSize: 32, channels: 3 };
    const images = sharedBytes(set.labels.length * imageBytes(form));
    const border = (form.imageSize - set.imageSize) / 2;
    const rows = set.labels.length * set.imageSize;
    for (let row = 0, from = 0; row < rows; row++) {
      const image = Math.floor(row / set.imageSize);
      const y = image * form.imageSize + (row % set.imageSize) + border;
      let to = (y * form.imageSize + border) * form.channels;
      for (let column = 0; column < set.imageSize; column++) {
        const value = set.images[from++] as number;
        for (let c = 0; c < form.channels; c++) images[to++] = value;
      }
    }
    const note =
      "Its images are given a black border to 32x32 and the grey stands in three channels, the form of CIFAR's.";
    return { ...set, ...form, name: fashionInCifarForm, images, note: joinNotes(set.note, note) };
  };
  return { train: widened(train), test: widened(test), checked };
}
