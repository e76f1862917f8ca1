import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { keptMemory } from "../../lib/util/keptMemory";

const kept = { MALLOC_TRIM_THRESHOLD_: "4294967296", MALLOC_MMAP_THRESHOLD_: "4294967296" };

it("keeps freed memory on Linux, unless the environment settles it", () => {
  expect(keptMemory({}, "linux")).toEqual(kept);
  expect(keptMemory({ MALLOC_ARENA_MAX: "1" }, "linux")).toEqual({});
  expect(keptMemory({ GLIBC_TUNABLES: "glibc.malloc.trim_threshold=1" }, "linux")).toEqual({});
  expect(keptMemory({}, "darwin")).toEqual({});
});

it("is what the notebook's kernel starts with", () => {
  const { env } = JSON.parse(readFileSync("jupyter/kernels/tslab/kernel.json", "utf8")) as { env: unknown };
  expect(env).toEqual(kept);
});
