import { builtInDatasets } from "../../config/datasets";
import { DataError } from "../../util/errors";
import { joinNotes } from "../imageSet";
import { cifar10 } from "./cifar10";
import type { CheckedSets, Dataset, ReadOptions } from "./dataset";
import { synthetic } from "./synthetic";

/**
 * CIFAR-10 if its files or its archive are in the folder, else downloaded if allowed, else the synthetic set, whose
 * note then says why. Files that are there but damaged are an error, never passed over.
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
  const { train, test, checked } = await synthetic.read(options);
  return {
    train: { ...train, note: joinNotes(train.note, why) },
    test: { ...test, note: joinNotes(test.note, why) },
    checked,
  };
}
