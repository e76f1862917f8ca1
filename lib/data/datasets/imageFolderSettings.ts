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
 */
export function imageFolderSettings(
  path: string,
  settings: Overrides<Omit<FolderConfig, "path" | "list">> = {},
): Overrides<DataConfig> {
  return countedClasses({ ...settings, path });
}

/** The same for a CSV list: `path,class` or `path,class,part` a line. */
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
