import { builtInDatasets } from "../config/datasets";
import type { FolderConfig } from "../config/folderSection";
import { fashionClassNames, fashionInCifarForm } from "./datasets/mnist";
import { listPictures } from "./pictures/listPictures";
import { syntheticClasses } from "./syntheticClasses";

/** In the order of `batches.meta.txt`, which comes with the set. */
const cifar10ClassNames = [
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
];

const known: ReadonlyMap<string, readonly string[]> = new Map([
  [builtInDatasets.cifar10.title, cifar10ClassNames],
  [builtInDatasets["fashion-mnist"].title, fashionClassNames],
  [fashionInCifarForm, fashionClassNames],
  [builtInDatasets.synthetic.title, Object.keys(syntheticClasses)],
]);

/**
 * Names of the classes of the images a training used, without reading an image: of the sets whose names are part of the library, and
 * of a folder of pictures that still lies where it was. Else their numbers, from 0.
 */
export function classNamesOf(
  data: { readonly name: string },
  folder: FolderConfig | undefined,
  classes: number,
) {
  // A folder of pictures has its own name, which may be that of a set.
  const names = folder === undefined ? known.get(data.name) : namesInFolder(folder);
  return names?.length === classes ? names : Array.from({ length: classes }, (_, i) => String(i));
}

function namesInFolder(folder: FolderConfig): readonly string[] | undefined {
  try {
    return listPictures(folder).classNames;
  } catch {
    return undefined;
  }
}
