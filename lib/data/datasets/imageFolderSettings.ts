import type { Overrides } from "../../config/check";
import type { DataConfig } from "../../config/dataConfig";
import { type FolderConfig, folderSection } from "../../config/folderSection";
import { complete } from "../../config/section";
import { countClasses } from "../pictures/listPictures";

/**
 * Settings of data that are a folder of pictures, for `data` of a search or a training. Looks at the folder's classes, so
 * that their number need not be given; reads no picture.
 *
 * @param path a folder with a folder of pictures for each class, or with `train` and `val` (or `test`) folders that have
 * those. One that is not absolute lies in the project.
 * @throws DataError for a folder without classes or with one alone, a class without pictures, or classes that are not the
 * same for training and testing.
 *
 * @example
 * ```ts
 * // Folders of any pictures, one for each class; here drawings of architectures.
 * const space = bars.space.spaceConfig({ cellLayout: [0, 1, 0], steps: 1 });
 * const drawing = bars.drawGenotype(bars.space.randomGenotype(space, bars.randomKey(0)));
 * for (const name of ["cells/a", "cells/b", "graphs/a", "graphs/b"])
 *   await bars.exportFigure(drawing, "runs/photos/" + name + ".png");
 * const data = bars.data.imageFolderSettings("runs/photos", { imageSize: 32 });
 * console.log(data.dataset, data.folder.classes); // image-folder 2
 * ```
 */
export function imageFolderSettings(
  path: string,
  settings: Overrides<Omit<FolderConfig, "path" | "list">> = {},
): Overrides<DataConfig> {
  return countedClasses({ ...settings, path });
}

/**
 * The same for a CSV list: `path,class` or `path,class,part` a line.
 *
 * @example
 * ```ts
 * const { writeFileSync } = await import("node:fs");
 * writeFileSync("runs/list.csv", "path,class,part\na.png,ant,train\nb.png,ant,test\nc.png,bee,train\nd.png,bee,test\n");
 * console.log(bars.data.imageListSettings("runs/list.csv").folder.classes); // 2
 * ```
 */
export function imageListSettings(
  list: string,
  settings: Overrides<Omit<FolderConfig, "path" | "list">> = {},
): Overrides<DataConfig> {
  return countedClasses({ ...settings, list });
}

function countedClasses(given: Overrides<FolderConfig>): Overrides<DataConfig> {
  const folder: FolderConfig = complete("data.folder", folderSection, given);
  return { dataset: "image-folder", folder: { ...given, classes: countClasses(folder) } };
}
