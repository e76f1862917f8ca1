import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { program } from "../../lib/cli/main";
import { settingsAt } from "../../lib/experiments/allSettings";
import { root, scriptModule } from "../scripts/scriptModule";

interface Room {
  readonly name: string;
  readonly imports: readonly string[];
  readonly level: number;
  readonly engine: boolean;
}
interface Rooms {
  readonly roomGraph: (imports?: readonly object[]) => Room[];
  readonly leastImports: (rooms: readonly Room[]) => { from: string; to: string }[];
  readonly pictureProblem: (file?: string) => string | null;
}
interface Pages {
  readonly madePages: () => Record<string, string>;
  readonly shortenSettings: (folder: string) => void;
}
interface Links {
  readonly siteLink: (page: string, link: string) => string | null;
  readonly projectPages: Record<string, string>;
}

let rooms: Rooms;
let pages: Pages;
let links: Links;
const docs = join(root, "docs");

beforeAll(async () => {
  rooms = await scriptModule<Rooms>("docs/rooms.mjs");
  pages = await scriptModule<Pages>("docs/pages.mjs");
  links = (await import(pathToFileURL(join(docs, ".vitepress/projectLinks.mjs")).href)) as Links;
});

describe("the picture of the rooms", () => {
  it("shows the imports the sources have", () => {
    expect(rooms.pictureProblem()).toBeNull();
  });

  it("that shows other imports is refused, with what to do", () => {
    const folder = mkdtempSync(join(tmpdir(), "bars-rooms-"));
    const file = join(folder, "rooms.svg");
    expect(rooms.pictureProblem(file)).toMatch(
      /rooms\.svg: there is no picture\. Run node scripts\/docs\/rooms\.mjs and commit it\.$/,
    );
    const stored = readFileSync(join(docs, "public/rooms.svg"), "utf8");
    writeFileSync(file, stored.replace("imports nothing", "imports space"));
    expect(rooms.pictureProblem(file)).toMatch(/the picture shows other imports than the sources have/);
    rmSync(folder, { recursive: true });
  });

  it("leaves out lines that other lines imply, and puts a room above all it imports", () => {
    const imports = [
      { file: "search/a.ts", target: "space/b.ts", typeOnly: false },
      { file: "search/a.ts", target: "util/c.ts", typeOnly: false },
      { file: "space/b.ts", target: "util/c.ts", typeOnly: true },
      { file: "search/a.ts", target: "backend/index.ts", typeOnly: false },
    ];
    const graph = rooms.roomGraph(imports);
    expect(graph.map(({ name, level, engine }) => [name, level, engine])).toEqual([
      ["backend", 0, true],
      ["util", 0, false],
      ["space", 1, false],
      ["search", 2, true],
    ]);
    expect(rooms.leastImports(graph)).toEqual([
      { from: "space", to: "util" },
      { from: "search", to: "backend" },
      { from: "search", to: "space" },
    ]);
  });
});

describe("the map of the rooms in CONTRIBUTING.md", () => {
  it("has every room at the rank that test/rooms.test.ts holds", () => {
    const ranked = /const rank[^{]*\{([^}]*)\}/.exec(readFileSync(join(root, "test/rooms.test.ts"), "utf8"));
    const held = [...(ranked?.[1] ?? "").matchAll(/"?([\w/]+)"?: (\d+)/g)].map(([, name, rank]) => [
      rank,
      name,
    ]);
    const map = readFileSync(join(root, "CONTRIBUTING.md"), "utf8").matchAll(/^\| (\d+) \| (`[^|]*) \|/gm);
    const shown = [...map].flatMap(([, rank, names]) =>
      [...(names as string).matchAll(/`([^`]+)`/g)].map(([, name]) => [rank, name]),
    );
    expect(held.length).toBeGreaterThan(20);
    expect(shown.map(String).sort()).toEqual(held.map(String).sort());
  });
});

describe("the pages that are made", () => {
  it("list every setting, with its default and meaning", () => {
    const page = pages.madePages()["reference/settings.md"] as string;
    const rows = settingsAt(undefined);
    expect(rows.length).toBeGreaterThan(100);
    const lines = page.split("\n");
    const missing = rows.filter(
      ({ path, meaning }) =>
        !lines.some(
          (line) => line.startsWith(`| <code v-pre>${path}</code> |`) && line.includes(meaning.slice(0, 12)),
        ),
    );
    expect(missing.map(({ path }) => path)).toEqual([]);
  });

  it("list every command and every option", () => {
    const page = pages.madePages()["reference/cli.md"] as string;
    for (const command of program().commands) {
      expect(page).toContain(`## bars ${command.name()}\n`);
      for (const { flags } of command.options) expect(page).toContain(flags.replaceAll("<", "&lt;"));
    }
    expect(page).not.toContain("bars sweep job");
  });

  it("hold nothing that the site's templates would run", () => {
    for (const page of Object.values(pages.madePages())) {
      expect(page).not.toContain("{{");
      expect(page.replaceAll(/`[^`]*`/g, "")).not.toMatch(/<(?!\/?code|br>)/);
    }
  });

  it("show a section of settings in the API as a link", () => {
    const folder = mkdtempSync(join(tmpdir(), "bars-api-"));
    writeFileSync(
      join(folder, "a.md"),
      '| `cost` | `SettingsOf`\\<\\{ `a`: `Field`\\<`"x"` \\| `"y"`\\>; \\}\\> | - |\n',
    );
    pages.shortenSettings(folder);
    expect(readFileSync(join(folder, "a.md"), "utf8")).toBe(
      "| `cost` | [settings](/reference/settings.md) | - |\n",
    );
    rmSync(folder, { recursive: true });
  });
});

describe("the links of the built site", () => {
  it("are found out where they lead nowhere", async () => {
    const { brokenLinks } = await scriptModule<{
      brokenLinks: (folder: string, base?: string) => string[];
    }>("docs/builtLinks.mjs");
    const folder = mkdtempSync(join(tmpdir(), "bars-site-"));
    writeFileSync(
      join(folder, "index.html"),
      '<a href="/b/a.html#x">1</a><a href="/b/">2</a><a href="/b/no">3</a>',
    );
    writeFileSync(join(folder, "a.html"), '<img src="/a.png"><a href="https://a.b/">1</a>');
    expect(brokenLinks(folder, "/b/").sort()).toEqual(["a.html: /a.png", "index.html: /b/no"]);
    rmSync(folder, { recursive: true });
  });
});

describe("the pages that are written", () => {
  const written = readdirSync(docs, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".md") && !/node_modules|^reference|^project|\.vitepress/.test(name),
  );

  it("link to pages that exist", () => {
    const broken = written.flatMap((page) => {
      const text = readFileSync(join(docs, page), "utf8").replaceAll(/```[\s\S]*?```/g, "");
      return [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
        .map(([, link]) => link as string)
        .filter((link) => !/^[a-z]+:/.test(link) && !existsSync(resolve(docs, page, "..", link)))
        .filter((link) => !/(^|\/)reference\/(settings|cli|api)/.test(link))
        .map((link) => `${page}: ${link}`);
    });
    expect(written.length).toBeGreaterThan(10);
    expect(broken).toEqual([]);
  });

  it("of the project go into the site with their links", () => {
    expect(Object.keys(links.projectPages).filter((file) => !existsSync(join(root, file)))).toEqual([]);
    expect(links.siteLink("architecture.md", "../CONTRIBUTING.md")).toBe("/project/contributing.md");
    expect(links.siteLink("project/environment.md", "docs/engine.md")).toBe("/engine.md");
    expect(links.siteLink("project/records.md", "../README.md#x")).toBe("/project/data.md#x");
    expect(links.siteLink("engine.md", "../lib/backend/index.ts")).toBeNull();
    expect(links.siteLink("engine.md", "https://a.b/c")).toBe("https://a.b/c");
  });
});
