import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { type FolderConfig, storedSizeOf } from "../../config/folderSection";
import { writeFileAtomic } from "../../util/atomicFile";
import { type Progress, silentProgress } from "../../util/progress";
import { shownPath } from "../../util/shownPath";
import { enter, lineOf, writeAll } from "./buildPictures";
import type { PictureList } from "./listPictures";
import { type PictureIndex, readIndex, writeIndex } from "./pictureStore";
import { type DecodeAnswer, passingFault } from "./pictureThread";
import { pictureThreads } from "./pictureThreads";

/** Pictures that a thread decodes before it answers. */
const atOnce = 8;
/** Pictures that are decoded before an index with them is written. */
const keptAtOnce = 8192;

/** Decodes files of a set anew, with their places. */
type DecodeAgain = (places: readonly number[]) => AsyncGenerator<readonly [number, DecodeAnswer]>;

/**
 * Tries the files again that the system could not read when an index was made. What it can read now is added to the file of
 * pictures, behind all that is there: whoever reads pictures from that file finds them where they were.
 *
 * @param alone does something while no other process may.
 * @returns the index, its faults those of now.
 */
export async function mendPictures(
  index: PictureIndex,
  list: PictureList,
  folder: FolderConfig,
  progress: Progress,
  alone: (work: () => Promise<void>) => Promise<void>,
): Promise<PictureIndex> {
  const places = index.faults.filter(isPassing).map(([place]) => place);
  if (places.length === 0) return index;
  const now = await reasonsOf(decodeAgain(places, list, folder, silentProgress));
  if (now !== null)
    return { ...index, faults: index.faults.map(([place, reason]) => [place, now.get(place) ?? reason]) };
  const again: DecodeAgain = (some) => decodeAgain(some, list, folder, progress);
  for (let first = 0; first < places.length; first += keptAtOnce)
    await alone(() => addPictures(index.path, new Set(places.slice(first, first + keptAtOnce)), again));
  return readIndex(index.path);
}

/** Whether a fault is none of the file itself. */
function isPassing([, reason]: readonly [number, string]): boolean {
  return reason.startsWith(passingFault);
}

/** Why the system still cannot read any of some files; null where it can read one. */
async function reasonsOf(answers: ReturnType<DecodeAgain>): Promise<ReadonlyMap<number, string> | null> {
  const reasons = new Map<number, string>();
  for await (const [place, answer] of answers) {
    if (!("fault" in answer && isPassing([place, answer.fault]))) return null;
    reasons.set(place, answer.fault);
  }
  return reasons;
}

async function* decodeAgain(
  places: readonly number[],
  { root, pictures }: PictureList,
  folder: FolderConfig,
  progress: Progress,
): ReturnType<DecodeAgain> {
  const { channels, convert } = folder;
  const form = { storedSize: storedSizeOf(folder), channels, convert };
  const threads = pictureThreads({ kind: "files", form }, null, folder.threads);
  const title = `trying pictures of ${shownPath(root)} again that could not be read`;
  progress.start(title, places.length, "pictures");
  try {
    for (let next = 0; next < places.length; ) {
      const chunks = threads.map((_, t) => places.slice(next + t * atOnce, next + (t + 1) * atOnce));
      const paths = (chunk: readonly number[]) =>
        chunk.map((place) => (pictures[place] as { path: string }).path);
      const found = await Promise.all(
        threads.map((thread, t) => thread.wait(thread.decode(paths(chunks[t] as number[])))),
      );
      for (const [i, answer] of found.flat().entries()) yield [places[next + i] as number, answer];
      next += threads.length * atOnce;
      progress.update(Math.min(next, places.length));
    }
  } finally {
    progress.stop();
    await Promise.all(threads.map((thread) => thread.close()));
  }
}

/** Where the length is noted that a file of pictures has before it is added to. */
const notePath = (path: string) => `${path}.length`;

/** Whether a file of pictures is being added to, or was when a process died. */
export function beingMended(path: string): boolean {
  return existsSync(notePath(path));
}

/** Takes off what a process that died while it added to a file of pictures left there. For who is alone with the file. */
export function restorePictures(path: string): void {
  if (!beingMended(path)) return;
  if (existsSync(path)) truncateSync(path, Number(readFileSync(notePath(path), "utf8")));
  rmSync(notePath(path));
}

/** Adds pictures, and an index that knows them, to the end of the file, from where an index is read. */
async function addPictures(path: string, wanted: ReadonlySet<number>, again: DecodeAgain): Promise<void> {
  // Another process may have added some meanwhile.
  const index = readIndex(path);
  const places = index.faults.filter((fault) => wanted.has(fault[0]) && isPassing(fault)).map(([at]) => at);
  const { count, channels, storedSize, stored } = index;
  const reasons = new Map(index.faults);
  const misnamed = index.misnamed.map(([at, format]): [number, string] => [at, format]);
  let end = statSync(path).size;
  writeFileAtomic(notePath(path), String(end));
  try {
    const file = openSync(path, "r+");
    try {
      for await (const [place, answer] of again(places)) {
        const faults: [number, string][] = [];
        enter(lineOf(answer, stored ? end : -1), place, index, channels, faults, misnamed);
        reasons.delete(place);
        for (const [at, reason] of faults) reasons.set(at, reason);
        if (!stored || !("pixels" in answer)) continue;
        writeAll(file, answer.pixels, end);
        end += answer.pixels.length;
      }
    } finally {
      closeSync(file);
    }
    const faults = [...reasons].sort(([a], [b]) => a - b);
    misnamed.sort(([a], [b]) => a - b);
    writeIndex(path, end, index, { count, channels, storedSize, stored, faults, misnamed });
    rmSync(notePath(path));
  } catch (error) {
    restorePictures(path);
    throw error;
  }
}
