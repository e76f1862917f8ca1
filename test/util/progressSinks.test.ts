import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import type { Progress } from "../../lib/util/progress";
import { displayProgress, lineProgress, openProgress, terminalProgress } from "../../lib/util/progressSinks";

const host = globalThis as { __tslab__?: unknown };

afterEach(() => {
  host.__tslab__ = undefined;
});

function clock() {
  let at = 0;
  return { now: () => at, pass: (milliseconds: number) => (at += milliseconds) };
}

/** A display that keeps what each of its entries shows. */
function displays() {
  const entries: string[][] = [];
  const newDisplay = () => {
    const texts: string[] = [];
    entries.push(texts);
    return { raw: (_type: string, content: string | Uint8Array) => void texts.push(String(content)) };
  };
  return { entries, newDisplay };
}

function collect(stream: PassThrough): () => string {
  let text = "";
  stream.on("data", (data) => (text += data));
  return () => text;
}

describe("lineProgress", () => {
  it("writes a line at the start, at most one in five seconds, and one at the end", () => {
    const { now, pass } = clock();
    let text = "";
    const progress = lineProgress({ write: (part) => (text += part) }, now);
    progress.start("epoch 1", 100, "batches");
    for (let done = 1; done <= 100; done++) {
      pass(100);
      progress.update(done, { loss: "2.30" });
    }
    progress.stop();
    expect(text.split("\n")).toEqual([
      "epoch 1: 100 batches",
      "epoch 1: 50% 50/100 batches, 10 batches/s, 0:05 left, loss 2.30",
      "epoch 1: 100% 100/100 batches, 10 batches/s, 0:00 left, loss 2.30",
      "epoch 1: 100/100 batches in 0:10, loss 2.30",
      "",
    ]);
  });

  it("ends with the summary it is given, and ignores updates outside a piece of work", () => {
    let text = "";
    const progress = lineProgress({ write: (part) => (text += part) }, () => 0);
    progress.update(3);
    progress.stop("nothing");
    progress.start("files", 2, "files");
    progress.stop("2 files, 3 MB");
    expect(text).toBe("files: 2 files\n2 files, 3 MB\n");
  });
});

describe("displayProgress", () => {
  it("changes one entry of the output in place, at most four times a second", () => {
    const { now, pass } = clock();
    const { entries, newDisplay } = displays();
    const progress = displayProgress(newDisplay, now);
    progress.start("epoch 1", 100, "batches");
    for (let done = 1; done <= 100; done++) {
      pass(50);
      progress.update(done);
    }
    progress.stop();
    expect(entries).toHaveLength(1);
    expect(entries[0]).toHaveLength(1 + 20 + 1);
    expect(entries[0]?.[10]).toBe(
      "████████████░░░░░░░░░░░░ epoch 1: 50% 50/100 batches, 20 batches/s, 0:03 left",
    );
  });

  it("gives each piece of work an entry of its own", () => {
    const { entries, newDisplay } = displays();
    const progress = displayProgress(newDisplay, () => 0);
    for (const title of ["epoch 1", "epoch 2"]) {
      progress.start(title, 1, "batches");
      progress.stop(`${title} done`);
    }
    expect(entries.map((texts) => texts.at(-1))).toEqual(["epoch 1 done", "epoch 2 done"]);
  });
});

describe("terminalProgress", () => {
  it("draws a bar with rate and time left, then the summary below it", async () => {
    const stream = Object.assign(new PassThrough(), {
      isTTY: true,
      columns: 200,
      cursorTo() {},
      clearLine() {},
      moveCursor() {},
    });
    const text = collect(stream);
    const progress = terminalProgress(stream);
    progress.start("epoch 1", 4, "batches");
    progress.update(2, { loss: "2.30" });
    await new Promise((done) => setTimeout(done, 400));
    progress.update(4, { loss: "2.10" });
    progress.stop("epoch 1: loss 2.10");
    const plain = stripVTControlCharacters(text());
    expect(plain).toMatch(/epoch 1 █+░+ 50% 2\/4 batches, [\d.]+ batches\/s, .+ left, loss 2\.30/);
    expect(plain).toMatch(/100% 4\/4 batches.*loss 2\.10/);
    expect(plain.trimEnd().endsWith("epoch 1: loss 2.10")).toBe(true);
  });
});

describe("openProgress", () => {
  it("writes lines where nobody watches a terminal", () => {
    const stream = new PassThrough();
    const text = collect(stream);
    const progress = openProgress({ stream, now: () => 0 });
    progress.start("a", 1, "b");
    expect(stream.read()?.toString() ?? text()).toBe("a: 1 b\n");
  });

  it("changes the output of the cell inside a notebook kernel, whatever the stream is", () => {
    const { entries, newDisplay } = displays();
    host.__tslab__ = { require: () => ({ newDisplay, display: newDisplay() }) };
    const stream = Object.assign(new PassThrough(), { isTTY: true as const });
    openProgress({ stream, now: () => 0 }).start("a", 1, "b");
    expect(entries.at(-1)).toEqual(["a: 1 b"]);
    expect(stream.read()).toBeNull();
  });
});

describe("progress that cannot be written", () => {
  const lose = (): never => {
    throw Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
  };
  const run = (progress: Progress) => {
    progress.start("epoch", 2, "batches");
    progress.update(1, { loss: "1" });
    progress.update(2);
    progress.stop("done");
  };

  it("is dropped by every sink: the work it tells of goes on", () => {
    const stream = Object.assign(new PassThrough(), { write: lose, isTTY: true });
    for (const progress of [
      lineProgress({ write: lose }, () => 0),
      terminalProgress(stream),
      displayProgress(() => ({ raw: lose })),
      displayProgress(lose),
    ])
      expect(() => run(progress)).not.toThrow();
  });

  it("does not end the process where the stream tells of it later", () => {
    const stream = new PassThrough();
    run(openProgress({ stream }));
    expect(() => stream.emit("error", Object.assign(new Error("gone"), { code: "EPIPE" }))).not.toThrow();
  });
});
