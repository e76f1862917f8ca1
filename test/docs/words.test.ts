import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { publicNames, publicNamespaces } from "../public/publicNames";

const root = resolve(__dirname, "../..");
const inFolder = (folder: string, ending: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending) && !/node_modules|\.vitepress|^reference|^project/.test(name))
    .map((name) => `${folder}/${name}`);
/** A page as it stands; of a notebook, its cells. */
function textOf(page: string): string {
  const text = readFileSync(join(root, page), "utf8");
  if (!page.endsWith(".ipynb")) return text;
  const { cells } = JSON.parse(text) as { cells: { source: string | string[] }[] };
  return cells.map(({ source }) => [source].flat().join("")).join("\n");
}
/** Everything a user reads that names parts of the library. The changelog speaks of what was. */
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "environment.md",
  "data/README.md",
  "data/records/README.md",
  ...inFolder("docs", ".md"),
  ...inFolder("notebooks", ".ipynb"),
].map((page) => ({ page, text: textOf(page) }));

/** Paths of the project that a text names and that are not there. */
function lostPaths(text: string): string[] {
  return [...text.matchAll(/(?<![\w/.-])(lib|scripts|test|docs|notebooks)\/[\w./-]*\w/g)]
    .map(([path]) => path)
    .filter((path) => !existsSync(join(root, path)) && !existsSync(join(root, `${path}.ts`)))
    .filter((path) => !/^docs\/(\.vitepress\/dist|reference|project)/.test(path));
}

const names = new Set([...publicNames().map(({ place }) => place), ...publicNamespaces()]);
/** What a text takes from `bars` and the library does not export. */
function lostNames(text: string): string[] {
  return [...text.matchAll(/(?<![\w"'/.-])(?:\.\.\.)?bars\.([A-Za-z]\w*)(?:\.(\w+))?/g)]
    .filter(([, first = "", second]) =>
      publicNamespaces().includes(first)
        ? second !== undefined && !names.has(`${first}.${second}`)
        : !names.has(first),
    )
    .map(([whole]) => whole);
}

describe("pages and notebooks", () => {
  it.each(pages)("$page names files that exist", ({ text }) => {
    expect(lostPaths(text)).toEqual([]);
  });

  it.each(pages)("$page names what the library exports, by its place", ({ text }) => {
    expect(lostNames(text)).toEqual([]);
  });

  it("would be found out: an old room, an old name, a name without its namespace", () => {
    expect(lostPaths("see `lib/complexity/cost.ts` and docs/engine.md")).toEqual(["lib/complexity/cost.ts"]);
    expect(
      lostNames("bars.lossFigure(x); bars.figures.lossFigure(x); bars.figures.lost; bars.tf.add"),
    ).toEqual(["bars.lossFigure", "bars.figures.lost"]);
  });
});
