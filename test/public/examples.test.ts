import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { examplesOf, printedBy, runExample, typeErrors } from "./examples";
import { publicNames } from "./publicNames";

/** Public values without an example, and why none fits. */
const without: Readonly<Record<string, string>> = {
  "experiments.solvePlanted":
    "searches and trains networks until they solve a task: 7 seconds at the least; test/experiments runs it",
};

const root = resolve(__dirname, "../..");
const names = publicNames().filter(({ typeOnly }) => !typeOnly);
const examples = examplesOf(names);
const folder = mkdtempSync(join(tmpdir(), "bars-examples-"));
let bars: object;

beforeAll(() => {
  // Figures and tables are shown as outside a notebook, and are not kept.
  delete process.env["BARS_FIGURES_DIR"];
  vi.spyOn(console, "log").mockImplementation(() => {});
  bars = createRequire(__filename)(join(root, "lib/dist/index.js")) as object;
});
afterAll(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

describe("the examples of docstrings", () => {
  it("stand at every public value but those that say why not", () => {
    const exampled = new Set(examples.map(({ place }) => place));
    const bare = names.filter(({ place }) => !exampled.has(place));
    expect(bare.map(({ place }) => place)).toEqual(Object.keys(without));
  });

  it("have types that the notebook kernel takes", () => {
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    const wrong = { place: "wrong", file: "", code: "bars.costTable(1);" };
    expect(typeErrors([...examples, wrong], folder).map((line) => line.split(":")[0])).toEqual(["wrong"]);
  });

  // What they write in "runs/" lands in a folder of the test; what they read lies in the project, where tests run.
  it.each(examples)("$place: runs, and prints what it says", async ({ code }) => {
    const printed = await runExample(code.replaceAll('"runs/', `"${folder}/`), bars);
    const said = printedBy(code);
    expect(said, "a comment that says nothing").not.toContain("");
    expect(printed.length).toBeGreaterThanOrEqual(said.length);
    expect(printed.slice(0, said.length).map((line, i) => (said[i] === null ? null : line))).toEqual(said);
  });
});
