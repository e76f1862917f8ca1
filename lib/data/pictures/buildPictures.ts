import { createHash } from "node:crypto";
import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { type FolderConfig, storedSizeOf } from "../../config/folderSection";
import { DataError } from "../../util/errors";
import type { Progress } from "../../util/progress";
import { shownPath } from "../../util/shownPath";
import { siAmount } from "../../util/siAmount";
import { syncFolder } from "../syncFolder";
import type { PictureList } from "./listPictures";
import { emptyColumns, type PictureColumns, writeIndex } from "./pictureStore";
import type { DecodeAnswer, PictureThread } from "./pictureThread";
import { pictureThreads } from "./pictureThreads";

/** Pictures that a thread decodes before it answers. */
const atOnce = 8;
/** Pictures between two moments at which what was decoded is safe on the disk. */
const flushEvery = 256;
/** Pictures whose size is looked at to estimate that of all. */
const estimatedFrom = 200;

/** One line of the journal: place of its bytes (−1: none), height, width, checksum, moments, format if misnamed; or a fault. */
type JournalLine =
  | readonly [
      offset: number,
      height: number,
      width: number,
      sum: string,
      moments: readonly number[],
      misnamed: string,
    ]
  | readonly [fault: string];

interface Decoder {
  readonly versions: Readonly<Record<string, string>>;
  (path: string): { metadata(): Promise<{ width: number; height: number }> };
}

/** The library that decodes pictures, loaded where it is needed. */
export function decoder(): Decoder {
  return createRequire(__filename)("sharp") as Decoder;
}

/**
 * Decodes the pictures of a set into the file `path`: their bytes where `cache` is "disk", and the index. Goes on where an interrupted
 * process was; the file appears whole or not at all.
 *
 * @throws DataError if the disk has less room than the pictures are estimated to need; what the file system throws.
 */
export async function buildPictures(
  path: string,
  list: PictureList,
  folder: FolderConfig,
  progress: Progress,
): Promise<void> {
  const { pictures } = list;
  const { channels } = folder;
  const stored = folder.cache === "disk";
  const [partial, journal] = [`${path}.partial`, `${path}.journal`];
  const begun = taken(partial, journal, pictures.length, channels);
  const size = stored ? await checkRoom(list, folder, path, begun.end) : null;
  const columns = emptyColumns(pictures.length, channels);
  const faults: [number, string][] = [];
  const misnamed: [number, string][] = [];
  begun.lines.forEach((line, i) => {
    enter(line, i, columns, channels, faults, misnamed);
  });
  const what = size === null ? "checking" : "decoding";
  const where = size === null ? "" : ` to ${shownPath(path)} (about ${siAmount(size)}B)`;
  progress.start(`${what} pictures of ${shownPath(list.root)}${where}`, pictures.length, "pictures");
  progress.update(begun.lines.length);
  const form = { storedSize: storedSizeOf(folder), channels, convert: folder.convert };
  const threads = pictureThreads({ kind: "files", form }, null, folder.threads);
  const file = openSync(partial, "r+");
  let end = begun.end;
  let waiting: string[] = [];
  const flush = () => {
    fsyncSync(file);
    appendFileSync(journal, waiting.join(""), { flush: true } as object);
    waiting = [];
  };
  try {
    let next = begun.lines.length;
    const queue: { thread: PictureThread; answer: Promise<DecodeAnswer[]> }[] = [];
    let asked = next;
    while (next < pictures.length) {
      while (queue.length < 2 * threads.length && asked < pictures.length) {
        const thread = threads[((asked / atOnce) % threads.length) | 0] as PictureThread;
        const paths = pictures.slice(asked, asked + atOnce).map((picture) => picture.path);
        queue.push({ thread, answer: thread.decode(paths) });
        asked += paths.length;
      }
      const head = queue.shift() as (typeof queue)[number];
      for (const answer of await head.thread.wait(head.answer)) {
        const line = lineOf(answer, stored ? end : -1);
        if ("pixels" in answer && stored) {
          writeAll(file, answer.pixels, end);
          end += answer.pixels.length;
        }
        enter(line, next, columns, channels, faults, misnamed);
        waiting.push(`${JSON.stringify(line)}\n`);
        next += 1;
        if (waiting.length >= flushEvery) flush();
      }
      progress.update(next, faults.length === 0 ? {} : { faults: String(faults.length) });
    }
    flush();
  } finally {
    closeSync(file);
    progress.stop();
    await Promise.all(threads.map((thread) => thread.close()));
  }
  const header = { count: pictures.length, channels, storedSize: form.storedSize, stored, faults, misnamed };
  writeIndex(partial, end, columns, header);
  renameSync(partial, path);
  await syncFolder(dirname(path));
  rmSync(journal, { force: true });
}

/** What is kept of one file. */
export function lineOf(answer: DecodeAnswer, offset: number): JournalLine {
  if ("fault" in answer) return [answer.fault];
  const { height, width, sum, moments, misnamed } = answer;
  return [offset, height, width, sum, moments, misnamed];
}

/** Enters what is kept of picture `i` into the columns and lists of all. */
export function enter(
  line: JournalLine,
  i: number,
  { offsets, sizes, sums, moments }: PictureColumns,
  channels: number,
  faults: [number, string][],
  misnamed: [number, string][],
): void {
  if (line.length === 1) {
    faults.push([i, line[0]]);
    return;
  }
  const [offset, height, width, sum, own, format] = line;
  offsets[i] = offset;
  sizes.set([height, width], 2 * i);
  sums.set(Buffer.from(sum, "hex"), 8 * i);
  moments.set(own, 2 * channels * i);
  if (format !== "") misnamed.push([i, format]);
}

/** What an interrupted process left that is whole; the rest is cut off. */
function taken(
  partial: string,
  journal: string,
  count: number,
  channels: number,
): { readonly lines: readonly JournalLine[]; readonly end: number } {
  if (!existsSync(partial)) closeSync(openSync(partial, "w"));
  const lines: JournalLine[] = [];
  let end = 0;
  const size = statSync(partial).size;
  const text = existsSync(journal) ? readFileSync(journal, "utf8") : "";
  for (const one of text.slice(0, text.lastIndexOf("\n") + 1).split("\n")) {
    if (one === "" || lines.length === count) break;
    const line = JSON.parse(one) as JournalLine;
    const [offset, height = 0, width = 0] = line as unknown as readonly [number, number?, number?];
    const after = line.length === 1 || offset < 0 ? end : offset + height * width * channels;
    if (after > size || !sameBytes(partial, line, channels)) break;
    end = after;
    lines.push(line);
  }
  // The journal may hold more than is whole: it is written anew, and the bytes behind it are cut off.
  const file = openSync(partial, "r+");
  ftruncateSync(file, end);
  closeSync(file);
  const kept = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  if (kept !== text) {
    rmSync(journal, { force: true });
    appendFileSync(journal, kept);
  }
  return { lines, end };
}

/** Whether the bytes of a line are those it says. */
function sameBytes(path: string, line: JournalLine, channels: number): boolean {
  if (line.length === 1 || line[0] < 0) return true;
  const [offset, height, width, sum] = line;
  const bytes = Buffer.alloc(height * width * channels);
  const file = openSync(path, "r");
  try {
    return (
      readSync(file, bytes, 0, bytes.length, offset) === bytes.length &&
      createHash("sha256").update(bytes).digest("hex").startsWith(sum)
    );
  } finally {
    closeSync(file);
  }
}

export function writeAll(file: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(file, bytes, done, bytes.length - done, at + done);
}

/** The bytes all pictures are estimated to take. @throws DataError if there is less room than that. */
async function checkRoom(
  list: PictureList,
  folder: FolderConfig,
  path: string,
  have: number,
): Promise<number> {
  const sharp = decoder();
  const { pictures } = list;
  const step = Math.max(1, Math.floor(pictures.length / estimatedFrom));
  const short = storedSizeOf(folder);
  let [sum, seen] = [0, 0];
  for (let i = 0; i < pictures.length; i += step) {
    const { width, height } = await sharp((pictures[i] as { path: string }).path)
      .metadata()
      .catch(() => ({ width: 0, height: 0 }));
    if (!(width > 0 && height > 0)) continue;
    sum += (short * short * folder.channels * Math.max(width, height)) / Math.min(width, height);
    seen += 1;
  }
  const needed = seen === 0 ? 0 : (sum / seen) * pictures.length;
  const { bavail, bsize } = statfsSync(dirname(path));
  const free = bavail * bsize;
  if (needed - have > free) {
    throw new DataError(
      `image-folder: the decoded pictures of ${shownPath(list.root)} need about ${siAmount(needed)}B in ${shownPath(dirname(path))} (estimated from ${seen} of them), and ${siAmount(free)}B are free. Choose another directory, a smaller folder.storedSize, or folder.cache "none".`,
    );
  }
  return needed;
}
