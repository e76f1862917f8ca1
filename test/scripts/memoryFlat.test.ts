import { execFile } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root } from "./scriptModule";

interface Look {
  readonly done: number;
  /** Resident memory without JavaScript's heap, whose size is the collector's choice. */
  readonly outside: number;
  readonly arrays: number;
  readonly tensors: number;
  readonly graphs: number;
  readonly compiled: number;
  readonly pooled: number;
}

/** What a process holds after trainings, in MiB and counts; `node scripts/memory-flat.mjs` looks at 300. */
function looks(...args: string[]): Promise<Look[]> {
  const env = { ...process.env };
  delete env["BARS_BACKEND"];
  return new Promise((done, failed) => {
    execFile(
      process.execPath,
      [join(root, "scripts/memory-flat.mjs"), ...args, "--json"],
      { env },
      (error, out) => (error ? failed(error) : done(JSON.parse(out).looks)),
    );
  });
}

it("holds no more after 16 trainings in one process than after 4: tensors, graphs, buffers, resident memory", async () => {
  const [early, , , late] = (await looks("--same", "--runs", "16", "--every", "4")) as [
    Look,
    Look,
    Look,
    Look,
  ];
  expect([early.done, late.done]).toEqual([4, 16]);
  const { tensors, graphs, compiled, pooled } = early;
  expect(late).toMatchObject({ tensors, graphs, pooled });
  // A training compiles its evaluation alone: the weights are constants in it. The graphs of its steps are found again.
  expect(late.compiled - compiled).toBe(12);
  expect(tensors).toBe(0);
  // Each training uploads a megabyte of batches: they must not wait for a garbage collection.
  expect(late.arrays).toBeLessThan(6);
  expect(late.outside - early.outside).toBeLessThan(16);
});
