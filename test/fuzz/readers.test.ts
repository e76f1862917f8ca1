import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startBackend } from "../../lib/backend";
import { fold, randomKey } from "../../lib/random/randomKey";
import { type FuzzCounts, fuzzReader, fuzzTable } from "./fuzz";
import { allReaders } from "./readers";

/** `node scripts/fuzz-readers.mjs 10000` sets it; the test alone takes a tenth. */
const inputs = Number(process.env["BARS_FUZZ_INPUTS"] ?? 1000);
const seed = Number(process.env["BARS_FUZZ_SEED"] ?? 0);
const only = process.env["BARS_FUZZ_READER"];

const folder = mkdtempSync(join(tmpdir(), "bars-fuzz-"));
let close = () => {};
const all: FuzzCounts[] = [];

beforeAll(async () => {
  await startBackend();
  const made = await allReaders(folder);
  close = made.close;
  const readers = made.readers.filter(({ name }) => only === undefined || name === only);
  if (readers.length === 0)
    throw new Error(
      `BARS_FUZZ_READER: expected one of ${made.readers.map(({ name }) => name).join(", ")}; got ${only}.`,
    );
  for (const reader of readers) {
    const key = fold(randomKey(seed), reader.name);
    all.push(await fuzzReader(reader, Math.ceil(inputs / made.readers.length), key));
  }
  console.log(fuzzTable(all));
  for (const { name, examples } of all) for (const example of examples) console.log(`${name}: ${example}`);
}, 1_800_000);
afterAll(() => {
  close();
  rmSync(folder, { recursive: true, force: true });
});

it("every damaged input is refused with one of the project's own errors, or still means what such inputs mean", () => {
  const faults = all.flatMap(({ name, silent, foreign, examples }) =>
    silent + foreign > 0 ? [`${name}: ${silent} silent, ${foreign} foreign; ${examples.join("; ")}`] : [],
  );
  expect(faults).toEqual([]);
});

it("the damage is real: most inputs of every reader are refused", () => {
  for (const { name, inputs: given, refused } of all) expect(refused / given, name).toBeGreaterThan(0.3);
});
