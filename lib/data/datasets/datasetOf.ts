import { type BuiltInDataset, datasets } from "../../config/datasets";
import { auto } from "./auto";
import { cifar10 } from "./cifar10";
import { cifar100 } from "./cifar100";
import type { Dataset } from "./dataset";
import { imageFolder } from "./imageFolder";
import { fashionMnist, mnist } from "./mnist";
import { synthetic } from "./synthetic";

const builtIn = {
  auto,
  cifar10,
  cifar100,
  "fashion-mnist": fashionMnist,
  mnist,
  "image-folder": imageFolder,
  synthetic,
} as const satisfies Readonly<Record<BuiltInDataset, Dataset>>;

/**
 * A data set of the library, or of `defineDataset`, by name.
 *
 * @throws ConfigError for an unknown name, with those near it and what to define.
 */
export function datasetOf(name: string, place?: string): Dataset {
  if (Object.hasOwn(builtIn, name)) return builtIn[name as BuiltInDataset];
  // What users define goes through `defineDataset`, which puts whole data sets into the table.
  return datasets.get(name, place) as Dataset;
}
