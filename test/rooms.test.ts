import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

/** A room of lib/ may import from rooms of a lower rank, and from itself. Nothing else. */
const rank: Readonly<Record<string, number>> = {
  util: 0,
  primitives: 1,
  random: 2,
  config: 2,
  text: 2,
  backend: 2,
  space: 3,
  data: 3,
  optim: 3,
  cost: 4,
  records: 4,
  layers: 4,
  supernet: 5,
  network: 5,
  derive: 5,
  packed: 5,
  loop: 6,
  search: 7,
  train: 7,
  analysis: 8,
  frontier: 8,
  evolution: 8,
  deploy: 8,
  race: 9,
  "figures/frame": 9,
  "figures/drawings": 10,
  "figures/plots": 11,
  "figures/export": 12,
  "figures/notebook": 13,
  page: 14,
  sweep: 14,
  experiments: 15,
  explore: 16,
  report: 17,
  cli: 18,
  public: 19,
};
/** Rooms whose work needs no tensor engine: what is on disk can be read, costed, derived and drawn without one. */
const engineFree = [
  "util",
  "primitives",
  "random",
  "config",
  "text",
  "space",
  "data",
  "cost",
  "records",
  "derive",
  "packed",
  "frontier",
  "analysis",
  "figures/frame",
  "figures/drawings",
  "figures/plots",
  "figures/export",
  "figures/notebook",
  "page",
];
/** The room of a file: its folder, and within `figures` the folder in there. */
const roomOf = (path: string) =>
  path
    .split("/")
    .slice(0, path.startsWith("figures/") ? 2 : 1)
    .join("/");

const root = resolve(__dirname, "../lib");
const sources = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
  (entry) => /\.tsx?$/.test(entry) && entry.includes("/") && !/^(dist|node_modules)\//.test(entry),
);

interface Import {
  readonly file: string;
  readonly room: string;
  readonly target: string;
  /** The file imported from. */
  readonly targetFile: string;
  readonly typeOnly: boolean;
  /** Loaded only when the code gets there. */
  readonly later: boolean;
}

const imports: Import[] = sources.flatMap((file) => {
  // What a comment quotes is no import.
  const source = readFileSync(join(root, file), "utf8").replace(/\/\*\*[\s\S]*?\*\//g, "");
  const found = [
    ...source.matchAll(/(import|export)\s+(type\s)?[^;]*?from "(\.[^"]+)"|import\(\s*"(\.[^"]+)"\s*\)/g),
  ];
  return found.map(([, , typeOnly, specifier, dynamic]) => {
    const path = relative(root, resolve(root, dirname(file), (specifier ?? dynamic) as string)).replace(
      /(\/index)?\.js$/,
      "",
    );
    return {
      file,
      room: roomOf(file),
      target: roomOf(path),
      targetFile: [`${path}.ts`, `${path}.tsx`].find((one) => sources.includes(one)) ?? `${path}/index.ts`,
      typeOnly: typeOnly !== undefined,
      later: dynamic !== undefined,
    };
  });
});

/** Ways from a file through what it imports back to it, one for every import that closes one. */
function cycles(reached: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, way: readonly string[]): void => {
    const at = way.indexOf(file);
    if (at >= 0) found.push([...way.slice(at), file].join(" -> "));
    if (at >= 0 || done.has(file)) return;
    for (const next of reached.get(file) ?? []) walk(next, [...way, file]);
    done.add(file);
  };
  for (const file of reached.keys()) walk(file, []);
  return found;
}

describe("the rooms of lib/", () => {
  it("are all ranked", () => {
    expect([...new Set(sources.map(roomOf))].filter((room) => !(room in rank))).toEqual([]);
    expect(imports.length).toBeGreaterThan(200);
  });

  it("import downward only", () => {
    const wrong = imports.filter(
      ({ room, target }) => room !== target && !((rank[target] ?? 99) < (rank[room] ?? 0)),
    );
    expect(wrong.map(({ file, target }) => `lib/${file} imports lib/${target}`)).toEqual([]);
  });

  it("that need no tensor engine reach none, not even through files of other rooms", () => {
    const reached = new Map<string, string[]>();
    for (const { file, targetFile, typeOnly } of imports)
      if (!typeOnly) reached.set(file, [...(reached.get(file) ?? []), targetFile]);
    const way = (file: string, seen: Set<string>): string[] | null => {
      if (file.startsWith("backend/")) return [file];
      for (const next of reached.get(file) ?? []) {
        if (seen.has(next)) continue;
        seen.add(next);
        const rest = way(next, seen);
        if (rest) return [file, ...rest];
      }
      return null;
    };
    const free = sources.filter((file) => engineFree.includes(roomOf(file)));
    expect(free.flatMap((file) => way(file, new Set())?.join(" -> ") ?? [])).toEqual([]);
    // The search itself does reach it: the way is looked for in the right place.
    expect(way("search/search.ts", new Set())?.at(-1)).toMatch(/^backend\//);
  });

  it("of the command line load no tensor engine before a command computes", () => {
    const reached = new Set(["cli/main.ts", "cli/runProgram.ts", "sweep/jobMain.ts"]);
    for (const from of reached)
      for (const { file, targetFile, typeOnly, later } of imports)
        if (file === from && !typeOnly && !later) reached.add(targetFile);
    expect(reached.size).toBeGreaterThan(100);
    expect([...reached].filter((file) => file.startsWith("backend/")).sort()).toEqual([
      "backend/backendChoice.ts",
      "backend/backendInfo.ts",
    ]);
    // Those that compute do, later.
    expect(imports.filter(({ file, later }) => file.startsWith("cli/") && later).length).toBeGreaterThan(9);
  });

  it("have no import cycles, not even of types", () => {
    const reached = new Map<string, Set<string>>();
    for (const { file, targetFile } of imports)
      reached.set(file, (reached.get(file) ?? new Set()).add(targetFile));
    expect(cycles(reached)).toEqual([]);
    // What a cycle looks like when there is one.
    const circle = new Map([
      ["a", new Set(["b"])],
      ["b", new Set(["c", "d"])],
      ["c", new Set(["a"])],
    ]);
    expect(cycles(circle)).toEqual(["a -> b -> c -> a"]);
  });

  it("name an engine only in lib/backend", () => {
    const wrong = sources.filter(
      (file) =>
        !file.startsWith("backend/") &&
        /from "@tensorflow\/|require\("@tensorflow\//.test(readFileSync(join(root, file), "utf8")),
    );
    expect(wrong).toEqual([]);
  });

  it("keep files under 400 lines and have no default exports, utils or index files", () => {
    const long = sources.filter((file) => readFileSync(join(root, file), "utf8").split("\n").length > 400);
    const banned = sources.filter(
      (file) => /(^|\/)(utils|index)\.ts$/.test(file) && file !== "backend/index.ts",
    );
    const defaults = sources.filter((file) =>
      /^export default/m.test(readFileSync(join(root, file), "utf8")),
    );
    expect({ long, banned, defaults }).toEqual({ long: [], banned: [], defaults: [] });
  });

  it("never draw from Math.random", () => {
    const code = (file: string) =>
      readFileSync(join(root, file), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    expect(sources.filter((file) => /Math\.random/.test(code(file)))).toEqual([]);
  });
});
