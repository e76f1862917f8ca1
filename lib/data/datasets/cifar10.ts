import { existsSync } from "node:fs";
import { join } from "node:path";
import { builtInDatasets } from "../../config/datasets";
import { readCifar10 } from "../cifar10";
import { type CifarArchive, cifarArchives, missingFiles } from "../cifarArchive";
import { fetchCifar } from "../fetchCifar";
import type { Dataset } from "./dataset";

/** CIFAR-10, binary version: https://www.cs.toronto.edu/~kriz/cifar.html. */
export const cifar10: Dataset = {
  ...builtInDatasets.cifar10,
  normalization: "measured",
  ...fromArchive(cifarArchives.cifar10),
  read: ({ directory }) => readCifar10(directory),
};

/** How a set of an official archive is found and fetched. */
export function fromArchive(archive: CifarArchive): Required<Pick<Dataset, "isFound" | "fetch">> {
  return {
    isFound: (directory) =>
      missingFiles(archive, directory).length < archive.files.length ||
      existsSync(join(directory, archive.fileName)),
    fetch: ({ directory, download, progress }) => fetchCifar(archive, directory, download, progress),
  };
}
