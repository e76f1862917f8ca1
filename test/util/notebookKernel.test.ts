import { afterEach, describe, expect, it } from "vitest";
import { notebookKernel } from "../../lib/util/notebookKernel";

const host = globalThis as { __tslab__?: unknown };

afterEach(() => {
  host.__tslab__ = undefined;
});

function fakeTslab(send: ((message: unknown, update: boolean) => void) | null) {
  const raw: unknown[][] = [];
  const display = { raw: (...values: unknown[]) => raw.push(values) };
  const modules: Record<string, unknown> = {
    tslab: { display, newDisplay: () => display },
    "tslab/dist/jupyter.js": { lastWriteDisplayData: send },
  };
  host.__tslab__ = { require: (name: string) => modules[name] };
  return raw;
}

describe("notebookKernel", () => {
  it("is undefined in a plain program", () => {
    expect(notebookKernel()).toBeUndefined();
  });

  it("is undefined where another program uses the same global name", () => {
    host.__tslab__ = {};
    expect(notebookKernel()).toBeUndefined();
    host.__tslab__ = {
      require() {
        throw new Error("not for you");
      },
    };
    expect(notebookKernel()).toBeUndefined();
    host.__tslab__ = { require: () => ({}) };
    expect(notebookKernel()).toBeUndefined();
  });

  it("sends all MIME types in one message, bytes as base64, and the size for images only", () => {
    const sent: unknown[][] = [];
    fakeTslab((...values) => sent.push(values));
    notebookKernel()?.write(
      { "image/png": Uint8Array.of(1, 2, 3), "text/plain": "x" },
      { width: 4, height: 5 },
    );
    const metadata = { "image/png": { width: 4, height: 5 } };
    expect(sent).toEqual([
      [{ data: { "image/png": "AQID", "text/plain": "x" }, metadata, transient: {} }, false],
    ]);
  });

  it("falls back to the richest type alone where the kernel's message channel is closed", () => {
    const raw = fakeTslab(null);
    notebookKernel()?.write({ "text/html": "<b>x</b>", "text/plain": "x" });
    expect(raw).toEqual([["text/html", "<b>x</b>"]]);
  });
});
