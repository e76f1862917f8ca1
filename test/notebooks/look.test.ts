import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

interface Cell {
  readonly cell_type: string;
  readonly source: string | readonly string[];
  readonly outputs?: readonly unknown[];
  readonly execution_count?: number | null;
}

const folder = resolve(__dirname, "../../notebooks");
const sourceOf = ({ source }: Cell): string => [source].flat().join("");

const notebooks = readdirSync(folder)
  .filter((name) => name.endsWith(".ipynb"))
  .map((name) => ({
    name,
    cells: (JSON.parse(readFileSync(join(folder, name), "utf8")) as { cells: Cell[] }).cells,
  }));

/** What a code cell defines besides values: functions, classes, and loops that belong in the library. */
function definitions(code: string): string[] {
  const plain = code.replaceAll(/(["'`])(?:\\.|(?!\1)[^\\])*\1/gs, '""').replaceAll(/\/\/.*$/gm, "");
  const patterns = [
    /\bfunction\b\s*\w*/g,
    /\bclass\s+\w+/g,
    /\b(?:const|let|var)\s+\w+\s*(?::[^=]+)?=\s*(?:async\s*)?(?:\([^()]*\)|\w+)\s*(?::\s*[\w<>[\]]+\s*)?=>/g,
    /\bwhile\s*\(/g,
  ];
  return patterns.flatMap((pattern) => plain.match(pattern) ?? []);
}

/** What a notebook is about that asks a question of its own: a function that the library takes. */
const ownFunctions: Readonly<Record<string, readonly string[]>> = {
  "06-own-question.ipynb": ["function weightsUnlessBeaten"],
};

describe.each(notebooks)("$name", ({ name, cells }) => {
  it("says in its first cell what runs, with which preset, and how long it takes", () => {
    const first = cells[0] as Cell;
    expect(first.cell_type).toBe("markdown");
    const text = sourceOf(first);
    expect(text).toMatch(/^# .{10,}/);
    expect(text).toMatch(/`(smoke|laptop|paper)`/);
    expect(text).toMatch(/\b(seconds?|minutes?|hours?)\b/);
  });

  it("is stored without outputs", () => {
    const code = cells.filter(({ cell_type }) => cell_type === "code");
    expect(code.length).toBeGreaterThan(2);
    for (const cell of code) expect([cell.outputs, cell.execution_count]).toEqual([[], null]);
  });

  it("has code lines of at most 100 columns", () => {
    const long = cells
      .filter(({ cell_type }) => cell_type === "code")
      .flatMap((cell) => sourceOf(cell).split("\n"))
      .filter((line) => [...line].length > 100);
    expect(long).toEqual([]);
  });

  it("defines no function and no class but a variant of its own: that is what the library is for", () => {
    const found = cells
      .filter(({ cell_type }) => cell_type === "code")
      .flatMap((cell) => definitions(sourceOf(cell)));
    expect(found).toEqual(ownFunctions[name] ?? []);
  });

  it("links to the functions it uses, and every link to a file leads somewhere", () => {
    const prose = cells
      .filter(({ cell_type }) => cell_type === "markdown")
      .map(sourceOf)
      .join("\n");
    const links = [...prose.matchAll(/\]\((?!https?:|#|attachment:)([^)#\s]+)[^)]*\)/g)].map(
      ([, link]) => link as string,
    );
    expect(links.some((link) => link.startsWith("../lib/"))).toBe(true);
    expect(links.filter((link) => !existsSync(join(folder, link)))).toEqual([]);
  });

  it("has prose before each part of its code: at most three code cells in a row", () => {
    const kinds = cells.map(({ cell_type }) => cell_type[0]).join("");
    expect(kinds).not.toContain("cccc");
  });
});

describe("definitions", () => {
  it.each([
    ["const f = (x: number) => x + 1;", ["const f = (x: number) =>"]],
    ["const f = async x => x;", ["const f = async x =>"]],
    ["function f() {}", ["function f"]],
    ["class A {}", ["class A"]],
    ["while (true) {}", ["while ("]],
    ["const names = list.map((x) => x.name);", []],
    ['console.log("a function of x", `class A`); // const f = (x) => x', []],
  ])("finds in %s: %j", (code, found) => {
    expect(definitions(code)).toEqual(found);
  });
});
