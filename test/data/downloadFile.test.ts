import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type DownloadRequest, downloadFile } from "../../lib/data/downloadFile";
import { storageError } from "../../lib/data/storageError";
import { integers, randomKey } from "../../lib/random/randomKey";
import { DataError } from "../../lib/util/errors";

const body = Buffer.from(Uint8Array.from(integers(randomKey(0), 300_000, 256)));
const md5 = createHash("md5").update(body).digest("hex");
const half = body.length / 2;

let answer: (request: IncomingMessage, response: ServerResponse, visit: number) => void;
let ranges: (string | undefined)[] = [];
let server: Server;
let url: string;
let root: string;
let path: string;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "bars-download-"));
  server = createServer((request, response) => {
    ranges.push(request.headers.range);
    answer(request, response, ranges.length);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/archive.tar.gz`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(root, { recursive: true, force: true });
});
beforeEach(() => {
  ranges = [];
  path = join(mkdtempSync(join(root, "case-")), "new", "archive.tar.gz");
});
afterEach(() => server.closeAllConnections());

const load = (more: Partial<DownloadRequest> = {}) =>
  downloadFile({ url, path, md5, retryDelayMs: 1, ...more });
const partial = () => `${path}.partial`;

/** Puts the first half of the file where an interrupted download would have left it. */
async function leaveHalf(bytes: Uint8Array = body.subarray(0, half)): Promise<void> {
  answer = (_, response) => response.writeHead(404).end();
  await load().catch(() => {});
  writeFileSync(partial(), bytes);
  ranges = [];
}

function sendWhole(_: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { "content-length": body.length }).end(body);
}

function sendRange(request: IncomingMessage, response: ServerResponse): void {
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
  if (from >= body.length) {
    response.writeHead(416, { "content-range": `bytes */${body.length}` }).end();
  } else if (from > 0) {
    const headers = { "content-range": `bytes ${from}-${body.length - 1}/${body.length}` };
    response.writeHead(206, { ...headers, "content-length": body.length - from }).end(body.subarray(from));
  } else sendWhole(request, response);
}

function expectWhole(): void {
  expect(readFileSync(path).equals(body)).toBe(true);
  expect(existsSync(partial())).toBe(false);
}

describe("downloadFile", () => {
  it("puts the checked file in place, makes its folder and reports the progress in megabytes", async () => {
    answer = sendWhole;
    const calls: unknown[][] = [];
    const progress = {
      start: (...call: unknown[]) => calls.push(["start", ...call]),
      update: (...call: unknown[]) => calls.push(["update", ...call]),
      stop: (...call: unknown[]) => calls.push(["stop", ...call]),
    };
    await load({ progress });
    expectWhole();
    expect(calls[0]).toEqual(["start", "downloading archive.tar.gz", 0.3, "MB"]);
    expect(calls.at(-2)).toEqual(["update", 0.3]);
    expect(calls.at(-1)).toEqual(["stop"]);
  });

  it("takes an answer of unknown length", async () => {
    answer = (_, response) => {
      response.write(body.subarray(0, half));
      response.end(body.subarray(half));
    };
    await load();
    expectWhole();
  });

  it("takes no file that the server encodes, or says it does, without being asked: it comes decoded", async () => {
    for (const encoding of ["gzip", "x-gzip"]) {
      const packed = gzipSync(body);
      answer = (_, response) =>
        response
          .writeHead(200, { "content-encoding": encoding, "content-length": packed.length })
          .end(packed);
      ranges = [];
      await expect(load({ md5: createHash("md5").update(packed).digest("hex") })).rejects.toThrow(
        `downloadFile: ${url} must answer with the file as it is, got it with content-encoding "${encoding}", though none was asked for. Take another address, or fetch the file by hand.`,
      );
      expect([ranges.length, existsSync(partial())]).toEqual([1, false]);
    }
    answer = (_, response) =>
      response.writeHead(200, { "content-encoding": "identity", "content-length": body.length }).end(body);
    await load();
    expectWhole();
  });

  it("continues a partial file with a range request", async () => {
    await leaveHalf();
    answer = sendRange;
    await load();
    expectWhole();
    expect(ranges).toEqual([`bytes=${half}-`]);
  });

  it("starts anew when the server ignores the range", async () => {
    await leaveHalf(Buffer.alloc(half + 1000, 1));
    answer = sendWhole;
    await load();
    expectWhole();
    expect(ranges).toEqual([`bytes=${half + 1000}-`]);
  });

  it("keeps a partial file that is already whole", async () => {
    await leaveHalf(body);
    answer = sendRange;
    await load();
    expectWhole();
    expect(ranges).toEqual([`bytes=${body.length}-`]);
  });

  it("drops a partial file that is longer than the file", async () => {
    await leaveHalf(Buffer.concat([body, body]));
    answer = sendRange;
    await load();
    expectWhole();
    expect(ranges).toEqual([`bytes=${2 * body.length}-`, undefined]);
  });

  it("fetches a continued file once more from the beginning when its checksum is wrong", async () => {
    await leaveHalf(Buffer.alloc(half, 1));
    answer = sendRange;
    await load();
    expectWhole();
    expect(ranges).toEqual([`bytes=${half}-`, undefined]);
  });

  it("goes on where a connection broke off, without losing what was received", async () => {
    answer = (request, response, visit) => {
      if (visit > 2) return sendRange(request, response);
      const from = (visit - 1) * 100_000;
      const headers = visit > 1 ? { "content-range": `bytes ${from}-${body.length - 1}/${body.length}` } : {};
      response.writeHead(visit > 1 ? 206 : 200, { ...headers, "content-length": body.length - from });
      response.write(body.subarray(from, from + 100_000), () => setTimeout(() => response.destroy(), 50));
    };
    await load();
    expectWhole();
    expect(ranges).toEqual([undefined, "bytes=100000-", "bytes=200000-"]);
  });

  it("gives up after the retries, keeps the partial file and says so", async () => {
    answer = (_, response, visit) => {
      if (visit > 1) return response.writeHead(503, "Service Unavailable").end();
      response.writeHead(200, { "content-length": body.length });
      // What was sent arrives before the connection ends.
      response.write(body.subarray(0, half), () => response.socket?.end());
    };
    const { message } = await load({ retries: 0 }).then(
      () => new Error("it was loaded"),
      (error: Error) => error,
    );
    const told = new RegExp(`^downloadFile: ${url} broke off after (\\d+) of ${body.length} bytes \\(`).exec(
      message,
    );
    // What had arrived but was not read yet goes with the connection.
    const kept = readFileSync(partial());
    expect(kept.length, message).toBe(Number(told?.[1]));
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.equals(body.subarray(0, kept.length)) && kept.length <= half).toBe(true);
    await expect(load({ retries: 2 })).rejects.toThrow(
      `downloadFile: ${url} must answer with the file, got HTTP status 503 (Service Unavailable).`,
    );
    expect(ranges.length).toBe(4);
    expect(existsSync(partial())).toBe(true);
    expect(existsSync(path)).toBe(false);
  });

  it("gives up a connection that brings nothing", async () => {
    answer = (_, response) => {
      response.writeHead(200, { "content-length": body.length });
      response.write(body.subarray(0, 1000));
    };
    await expect(load({ retries: 0, stallMs: 2000 })).rejects.toThrow(
      `downloadFile: ${url} broke off after 1000 of ${body.length} bytes (nothing came for 2 s). They are kept; load again to go on.`,
    );
  });

  it("bears with a slow connection as long as something comes", async () => {
    answer = (_, response) => {
      response.writeHead(200, { "content-length": body.length });
      for (let i = 0; i < 6; i++) {
        setTimeout(() => response.write(body.subarray(i * 50_000, (i + 1) * 50_000)), 450 * i);
      }
    };
    await load({ retries: 0, stallMs: 2000 });
    expectWhole();
  });

  it("removes a file with another checksum and names both", async () => {
    const other = Buffer.alloc(1000, 3);
    const got = createHash("md5").update(other).digest("hex");
    answer = (_, response) => response.end(other);
    await expect(load()).rejects.toThrow(
      `downloadFile: ${url} must have the md5 ${md5}, got ${got}; it is another file or was damaged on the way. ` +
        "It has been removed; load again, or check the address.",
    );
    expect(existsSync(partial())).toBe(false);
    expect(existsSync(path)).toBe(false);
    expect(ranges.length).toBe(1);
  });

  it("does not retry a missing address", async () => {
    answer = (_, response) => response.writeHead(404, "Not Found").end();
    await expect(load()).rejects.toThrow(
      `downloadFile: ${url} must answer with the file, got HTTP status 404 (Not Found).`,
    );
    expect(ranges.length).toBe(1);
  });

  it("refuses a range that begins elsewhere than asked", async () => {
    await leaveHalf();
    answer = (_, response) => response.writeHead(206, { "content-range": "bytes 5-9/300000" }).end("abcde");
    await expect(load()).rejects.toThrow(
      `downloadFile: ${url} was asked for the bytes from ${half} on and must answer with them, got "bytes 5-9/300000".`,
    );
  });

  it("says that nobody answers, and why", async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const nobody = `http://127.0.0.1:${port}/archive.tar.gz`;
    await expect(load({ url: nobody })).rejects.toThrow(
      `downloadFile: cannot reach ${nobody} (connect ECONNREFUSED 127.0.0.1:${port}).`,
    );
  });

  it.skipIf(!existsSync("/dev/full"))("reports a full disk and how to go on", async () => {
    await leaveHalf();
    rmSync(partial());
    symlinkSync("/dev/full", partial());
    answer = sendWhole;
    const error = (await load().catch((thrown: unknown) => thrown)) as Error;
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toBe(
      `downloadFile: cannot write ${partial()}: the disk is full; free some space and load again (ENOSPC). What was received is kept.`,
    );
  });

  it("reports a directory that cannot be made", async () => {
    answer = sendWhole;
    const blocked = join(root, "file");
    writeFileSync(blocked, "");
    await expect(load({ path: join(blocked, "inner", "archive.tar.gz") })).rejects.toThrow(
      `downloadFile: cannot write ${join(blocked, "inner", "archive.tar.gz.partial")}: a part of that path is a file; choose another directory (ENOTDIR).`,
    );
  });
});

describe("storageError", () => {
  const failure = (code: string) => Object.assign(new Error(`${code}: reason`), { code, syscall: "open" });

  it.each([
    ["EACCES", "this user has no permission; choose another directory or change its rights (EACCES)"],
    ["EROFS", "the disk is read-only; choose another directory (EROFS)"],
    ["EIO", "EIO: reason (EIO)"],
  ])("explains %s", (code, reason) => {
    const error = storageError("place", "a/b", failure(code));
    expect(error).toBeInstanceOf(DataError);
    expect((error as Error).message).toBe(`place: cannot write a/b: ${reason}. What was received is kept.`);
  });

  it("leaves other errors as they are", () => {
    for (const error of [
      new DataError("x"),
      new TypeError("y"),
      Object.assign(new Error("z"), { code: "ERR_Z" }),
    ]) {
      expect(storageError("place", "a", error)).toBe(error);
    }
  });
});
