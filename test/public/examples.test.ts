import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { examplesOf, printedBy, runExample, typeErrors } from "./examples";
import { publicNames } from "./publicNames";

/** How many public values have an example that runs. Raise it when there are more; it never falls. */
const atLeast = 328;

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
  // What defines a variant has a page of docs/add-your-own instead, whose code runs in a test of its own.
  const pages = readdirSync(join(root, "docs/add-your-own"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => readFileSync(join(root, "docs/add-your-own", name), "utf8"));

  it("stand at every name of the top", () => {
    const without = names.filter(
      ({ place }) =>
        !place.includes(".") &&
        !examples.some((example) => example.place === place) &&
        !(place.startsWith("define") && pages.some((page) => page.includes(`${place}(`))),
    );
    expect(without.map(({ place, file }) => `${place} (lib/${file})`)).toEqual([]);
  });

  it("never get fewer", () => {
    const exampled = new Set(examples.map(({ place }) => place)).size;
    expect(exampled).toBeGreaterThanOrEqual(atLeast);
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
