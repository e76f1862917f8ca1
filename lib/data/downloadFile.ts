import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { DataError } from "../util/errors";
import { type Progress, silentProgress } from "../util/progress";
import { storageError } from "./storageError";
import { syncFolder } from "./syncFolder";

export interface DownloadRequest {
  readonly url: string;
  /** Where the file goes. What is received meanwhile stands in `<path>.partial`. */
  readonly path: string;
  /** Checksum of the whole file, in hexadecimal. */
  readonly md5: string;
  readonly progress?: Progress;
  /** How often a connection that broke off, or a server in trouble, is tried again (default 4). */
  readonly retries?: number;
  /** Wait before the first retry, in milliseconds; doubles each time (default 1000). */
  readonly retryDelayMs?: number;
  /** A connection that brings nothing for this long, in milliseconds, counts as broken (default 30,000). */
  readonly stallMs?: number;
}

/** Worth another try: the connection broke, or the server reported trouble of its own. */
class BrokenDownload extends DataError {}

const megabyte = 1e6;

/**
 * Downloads one file over HTTP, checks it and puts it in place by a rename, so `path` is never half a file.
 *
 * A `.partial` file left by an earlier attempt is continued by an HTTP range request; a server that ignores the
 * range sends everything and the file starts anew. If a continued file fails its checksum it is fetched once
 * more from the beginning.
 *
 * @throws DataError that names the address if it cannot be reached, answers with an error or with an encoded file, breaks off too
 * often or sends a file with another checksum; DataError that names the path if the disk is full or not writable. The
 * partial file is kept, except when its checksum is wrong.
 */
export async function downloadFile(request: DownloadRequest): Promise<void> {
  const { path, url, md5 } = request;
  const partial = `${path}.partial`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const continued = await receiveAll(request, partial);
    let got = await md5Of(partial);
    if (got !== md5 && continued) {
      await rm(partial);
      await receiveAll(request, partial);
      got = await md5Of(partial);
    }
    if (got !== md5) {
      await rm(partial);
      throw new DataError(
        `downloadFile: ${url} must have the md5 ${md5}, got ${got}; it is another file or was damaged on the way. ` +
          "It has been removed; load again, or check the address.",
      );
    }
    await rename(partial, path);
    await syncFolder(dirname(path));
  } catch (error) {
    throw storageError("downloadFile", partial, error);
  }
}

/** @returns whether bytes from an earlier connection are part of the file. */
async function receiveAll(request: DownloadRequest, partial: string): Promise<boolean> {
  const { retries = 4, retryDelayMs = 1000 } = request;
  for (let attempt = 0; ; attempt++) {
    try {
      return (await receive(request, partial)) || attempt > 0;
    } catch (error) {
      if (!(error instanceof BrokenDownload) || attempt >= retries) throw error;
      await new Promise((resolve) => setTimeout(resolve, retryDelayMs * 2 ** attempt));
    }
  }
}

/** One connection: appends to the partial file until the end of the answer. */
async function receive(request: DownloadRequest, partial: string): Promise<boolean> {
  const { url, stallMs = 30_000 } = request;
  const held = await stat(partial).then(
    (found) => found.size,
    () => 0,
  );
  const abort = new AbortController();
  const stalled = new Error(`nothing came for ${stallMs / 1000} s`);
  const timer = setTimeout(() => abort.abort(stalled), stallMs);
  try {
    const response = await ask(url, held, abort.signal);
    if (response.status === 416) {
      await response.body?.cancel();
      if (contentRange(response).total === held) return true;
      await rm(partial);
      throw new BrokenDownload(
        `downloadFile: ${url} does not fit the ${held} bytes received so far; they were removed.`,
      );
    }
    const from = await startOf(response, url, held);
    await requireAsItIs(response, url);
    const total = from + Number(response.headers.get("content-length") ?? Number.NaN);
    const file = await open(partial, from > 0 ? "r+" : "w");
    try {
      await writeBody(response, file, from, total, request, () => timer.refresh());
      await file.sync();
    } finally {
      await file.close();
    }
    return from > 0;
  } finally {
    clearTimeout(timer);
  }
}

async function ask(url: string, held: number, signal: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (held > 0) headers["range"] = `bytes=${held}-`;
  try {
    return await fetch(url, { headers, signal });
  } catch (error) {
    const message = `downloadFile: cannot reach ${url} (${reasonOf(error)}).`;
    // With bytes in hand the address was right a moment ago: the network may come back.
    throw held > 0 ? new BrokenDownload(message, { cause: error }) : new DataError(message, { cause: error });
  }
}

/** The place in the file at which the answer's body begins. */
async function startOf(response: Response, url: string, held: number): Promise<number> {
  if (response.status === 200) return 0;
  if (response.status === 206 && contentRange(response).start === held) return held;
  await response.body?.cancel();
  if (response.status === 206) {
    throw new DataError(
      `downloadFile: ${url} was asked for the bytes from ${held} on and must answer with them, ` +
        `got "${response.headers.get("content-range")}".`,
    );
  }
  const message = `downloadFile: ${url} must answer with the file, got HTTP status ${response.status} (${response.statusText}).`;
  const passing = response.status >= 500 || response.status === 408 || response.status === 429;
  throw passing ? new BrokenDownload(message) : new DataError(message);
}

/** An encoded body is decoded before it gets here: it would be another file, of another length. */
async function requireAsItIs(response: Response, url: string): Promise<void> {
  const encoding = response.headers.get("content-encoding") ?? "identity";
  if (encoding.toLowerCase() === "identity") return;
  await response.body?.cancel();
  throw new DataError(
    `downloadFile: ${url} must answer with the file as it is, got it with content-encoding "${encoding}", ` +
      "though none was asked for. Take another address, or fetch the file by hand.",
  );
}

async function writeBody(
  response: Response,
  file: FileHandle,
  from: number,
  total: number,
  request: DownloadRequest,
  onData: () => void,
): Promise<void> {
  const { url, path, progress = silentProgress } = request;
  const known = Number.isFinite(total);
  let at = from;
  progress.start(`downloading ${basename(path)}`, known ? total / megabyte : 0, "MB");
  try {
    const reader = response.body?.getReader();
    for (;;) {
      const part = await read(reader, url, at, total);
      if (!part) break;
      onData();
      for (let done = 0; done < part.length; ) {
        done += (await file.write(part, done, part.length - done, at + done)).bytesWritten;
      }
      at += part.length;
      progress.update(at / megabyte);
    }
  } finally {
    progress.stop();
  }
  if (known && at !== total) throw broken(url, at, total, "the answer ended early");
}

async function read(
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
  url: string,
  at: number,
  total: number,
): Promise<Uint8Array | undefined> {
  try {
    const result = await reader?.read();
    return result?.value;
  } catch (error) {
    throw broken(url, at, total, reasonOf(error), error);
  }
}

function broken(url: string, at: number, total: number, why: string, cause?: unknown): BrokenDownload {
  const of = Number.isFinite(total) ? ` of ${total}` : "";
  const message = `downloadFile: ${url} broke off after ${at}${of} bytes (${why}). They are kept; load again to go on.`;
  return new BrokenDownload(message, cause === undefined ? {} : { cause });
}

/** `Content-Range: bytes 100-199/200` or, with status 416, `bytes *` + `/200`. */
function contentRange(response: Response): { start: number; total: number } {
  const match = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "");
  return { start: Number(match?.[1] ?? Number.NaN), total: Number(match?.[2] ?? Number.NaN) };
}

/** The innermost cause says what happened; `fetch` itself says only "fetch failed". */
function reasonOf(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  if (inner instanceof AggregateError && inner.errors[0] instanceof Error) inner = inner.errors[0];
  return inner instanceof Error ? inner.message || inner.name : String(inner);
}

/** The md5 checksum of a file, in hexadecimal. */
export async function md5Of(path: string): Promise<string> {
  const hash = createHash("md5");
  for await (const part of createReadStream(path)) hash.update(part as Buffer);
  return hash.digest("hex");
}
