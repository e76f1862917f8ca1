import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "../util/errors";
import { type Progress, silentProgress } from "../util/progress";
import { archiveUrl, type CifarArchive, missingFiles } from "./cifarArchive";
import { downloadFile, md5Of } from "./downloadFile";
import { withLock } from "./folderLock";
import { storageError } from "./storageError";
import { syncFolder } from "./syncFolder";
import { untarGz } from "./untarGz";

/**
 * Makes sure that the needed files of an archive are in `<directory>/<folder>`: finds them there, else takes
 * them out of the archive in `directory`, else downloads that first (if allowed).
 *
 * Several processes may call this at once: one works, the others wait. Files appear whole or not at all, and
 * files that are there already are never replaced.
 *
 * @throws DataError that says what is missing, what was tried, and how to provide the files by hand.
 */
export async function fetchCifar(
  archive: CifarArchive,
  directory: string,
  download: boolean,
  progress: Progress = silentProgress,
): Promise<void> {
  if (missingFiles(archive, directory).length === 0) return;
  const path = join(directory, archive.fileName);
  if (!download && !existsSync(path)) {
    const missing = missingFiles(archive, directory).join(", ");
    throw new DataError(
      `fetchCifar: ${join(directory, archive.folder)} lacks ${missing}, and downloads are not allowed. ${byHand(archive, directory)}`,
    );
  }
  try {
    await mkdir(directory, { recursive: true });
    await withLock(join(directory, `.${archive.folder}.lock`), async () => {
      if (missingFiles(archive, directory).length === 0) return;
      if (existsSync(path)) await checkArchive(archive, path);
      else await downloadFile({ url: archiveUrl(archive), path, md5: archive.md5, progress });
      await extract(archive, directory, path, progress);
    });
  } catch (error) {
    const reason = storageError("fetchCifar", directory, error);
    if (!(reason instanceof DataError)) throw reason;
    throw new DataError(`${reason.message} ${byHand(archive, directory)}`, { cause: error });
  }
}

function byHand(archive: CifarArchive, directory: string): string {
  return (
    `To provide ${archive.name} by hand, put ${archive.url} into ${directory}, or unpack it there so that ` +
    `${join(directory, archive.folder, archive.files[0] as string)} exists; a mirror can be named in ${archive.urlVariable}. ` +
    'Without it, choose dataset "synthetic".'
  );
}

async function checkArchive(archive: CifarArchive, path: string): Promise<void> {
  const got = await md5Of(path);
  if (got !== archive.md5) {
    throw new DataError(
      `fetchCifar: ${path} must have the md5 ${archive.md5}, got ${got}; the archive is incomplete or another one. ` +
        "Delete it and load again.",
    );
  }
}

/** Unpacks into a folder of its own beside the target, then moves the missing files over. */
async function extract(
  archive: CifarArchive,
  directory: string,
  path: string,
  progress: Progress,
): Promise<void> {
  const target = join(directory, archive.folder);
  await removeLeftOver(archive, directory);
  const temporary = await mkdtemp(join(directory, `.${archive.folder}-`));
  progress.start(`unpacking ${archive.fileName}`, archive.files.length, "files");
  try {
    await untarGz(
      path,
      archive.files.map((file) => `${archive.folder}/${file}`),
      temporary,
    );
    await mkdir(target, { recursive: true });
    const missing = missingFiles(archive, directory);
    for (const file of missing) await rename(join(temporary, file), join(target, file));
    await syncFolder(target);
    progress.update(archive.files.length);
  } finally {
    progress.stop();
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Folders of processes that were killed while they unpacked: whoever holds the lock is the only one that unpacks. */
async function removeLeftOver(archive: CifarArchive, directory: string): Promise<void> {
  const left = (await readdir(directory)).filter((name) => name.startsWith(`.${archive.folder}-`));
  for (const name of left) await rm(join(directory, name), { recursive: true, force: true });
}
