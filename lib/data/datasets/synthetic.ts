import { builtInDatasets } from "../../config/datasets";
import { fold, randomKey } from "../../random/randomKey";
import { syntheticImages } from "../syntheticImages";
import type { Dataset } from "./dataset";

/** Images of the synthetic set when no number is asked for. */
const syntheticDefault = Object.freeze({ train: 10_000, test: 2_000 });

/**
 * One fixed set, like any other: the same images for every seed, 10,000 for training and 2,000 for testing unless
 * another number is asked for (more than that is drawn then).
 */
export const synthetic: Dataset = {
  ...builtInDatasets.synthetic,
  normalization: "measured",
  read: async ({ trainImages, testImages }) => {
    const key = fold(randomKey(0), "synthetic");
    return {
      train: syntheticImages(trainImages || syntheticDefault.train, fold(key, "train")),
      test: syntheticImages(testImages || syntheticDefault.test, fold(key, "test")),
      checked: [],
    };
  },
};
