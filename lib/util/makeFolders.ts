import { mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * Makes a folder and those above it that are missing, one by one: where nothing can be made, as in `/proc`, Node's own
 * recursive way never returns.
 *
 * @returns the first that was made; undefined where the folder was there.
 * @throws what the file system says, EEXIST where a part of the path is a file.
 */
export function makeFolders(folder: string): string | undefined {
  return made(folder, 5);
}

/** @param times how often it may begin anew, because another process removed what it had begun in. */
function made(folder: string, times: number): string | undefined {
  const path = resolve(folder);
  if (isFolder(path)) return undefined;
  const above = dirname(path);
  const first = above === path ? undefined : made(above, times);
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have made it meanwhile.
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && isFolder(path)) return first;
    if (code === "ENOENT" && times > 0 && !isFolder(above)) return made(folder, times - 1);
    throw error;
  }
  return first ?? path;
}

/** Whether there is a folder of that name; links count as what they lead to. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
