import { createHash } from "node:crypto";
import { existsSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { type FolderConfig, storedSizeOf } from "../../config/folderSection";
import { makeFolders } from "../../util/makeFolders";
import type { Progress } from "../../util/progress";
import { withLock } from "../folderLock";
import { storageError } from "../storageError";
import { buildPictures, decoder } from "./buildPictures";
import type { PictureList } from "./listPictures";
import { beingMended, mendPictures, restorePictures } from "./mendPictures";
import { type PictureIndex, readIndex } from "./pictureStore";

/**
 * The index of a set's pictures, decoded and resized once: read where it is stored already, else made, with their bytes
 * where `cache` is "disk".
 *
 * Making it can be interrupted at any moment and goes on where it was; it appears whole or not at all. Its name depends
 * on every file's name, size and time and on the form asked for, so a changed folder is decoded anew. Processes that
 * want the same at once wait for one. Files that the system could not read (no permission, a network disk that was away) are tried again
 * each time; the faults of the index are those of now.
 *
 * @throws DataError if the disk is full, or has less room than the pictures are estimated to need.
 */
export async function pictureIndex(
  list: PictureList,
  folder: FolderConfig,
  directory: string,
  progress: Progress,
): Promise<PictureIndex> {
  const path = storePath(list, folder, directory);
  const alone = async (work: () => Promise<void>) => {
    try {
      makeFolders(dirname(path));
      await withLock(`${path}.lock`, async () => {
        restorePictures(path);
        await work();
      });
    } catch (error) {
      throw storageError("image-folder", path, error);
    }
  };
  if (!existsSync(path) || beingMended(path)) {
    await alone(async () => {
      if (!existsSync(path)) await buildPictures(path, list, folder, progress);
    });
  }
  return mendPictures(await settled(path, alone), list, folder, progress, alone);
}

/** Reads an index that another process may be writing to. */
async function settled(
  path: string,
  alone: (work: () => Promise<void>) => Promise<void>,
): Promise<PictureIndex> {
  try {
    return readIndex(path);
  } catch {
    if (beingMended(path)) await alone(async () => {});
    return readIndex(path);
  }
}

/** Where the decoded pictures of a set are kept. */
function storePath(list: PictureList, folder: FolderConfig, directory: string): string {
  const hash = createHash("sha256");
  const { channels, convert } = folder;
  const stored = folder.cache === "disk";
  hash.update(JSON.stringify({ schema: 1, storedSize: storedSizeOf(folder), channels, convert, stored }));
  hash.update(JSON.stringify(decoder().versions));
  for (const { path } of list.pictures) {
    const found = statsOf(path);
    hash.update(`${relative(list.root, path)}\n${found?.size ?? -1} ${found?.mtimeMs ?? 0}\n`);
  }
  const name = basename(list.root).replaceAll(/[^\w-]/g, "_");
  return join(directory, "image-folder", `${name}-${hash.digest("hex").slice(0, 16)}.pictures`);
}

/** Undefined where there is no such file, or none that can be looked at: why, its fault says. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
