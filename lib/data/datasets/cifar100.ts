import { builtInDatasets } from "../../config/datasets";
import { readCifar100 } from "../cifar100";
import { cifarArchives } from "../cifarArchive";
import { fromArchive } from "./cifar10";
import type { Dataset } from "./dataset";

/** CIFAR-100 with its 100 fine classes, binary version: https://www.cs.toronto.edu/~kriz/cifar.html. */
export const cifar100: Dataset = {
  ...builtInDatasets.cifar100,
  normalization: "measured",
  ...fromArchive(cifarArchives.cifar100),
  read: ({ directory }) => readCifar100(directory),
};
