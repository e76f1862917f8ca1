import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";
import { projectLinks } from "./projectLinks.mjs";

const docs = join(dirname(fileURLToPath(import.meta.url)), "..");
const titleOf = (page: string) =>
  /^# (.+)$/m.exec(readFileSync(join(docs, page), "utf8"))?.[1]?.replaceAll("`", "") ?? page;

/** Sidebar entries of the pages in a folder, by title. */
function pagesIn(folder: string) {
  if (!existsSync(join(docs, folder))) return [];
  return readdirSync(join(docs, folder))
    .filter((name) => name.endsWith(".md") && name !== "index.md")
    .map((name) => `${folder}/${name}`)
    .map((page) => ({ text: titleOf(page), link: `/${page.replace(/\.md$/, "")}` }));
}

/** The namespaces of the library, each with a page that lists its names. */
function namespaces() {
  const folder = "reference/api/bars/namespaces";
  if (!existsSync(join(docs, folder))) return [];
  return readdirSync(join(docs, folder))
    .sort()
    .map((name) => ({ text: `bars.${name}`, link: `/${folder}/${name}/` }));
}

/** Where the site will lie on its server: "/", or a folder, "/bars/". */
const base = process.env["BARS_DOCS_BASE"] ?? "/";

/** The guides, in the order in which an experiment meets them. */
const guides = {
  "In a notebook": ["notebooks", "datasets", "explore", "figures"],
  Search: ["strategies", "search-repairs", "collapse", "sweeps", "race"],
  "What a search found": [
    "derivation",
    "analysis",
    "ablations-and-comparisons",
    "frontier",
    "frontier-protocol",
    "frontier-earlier",
    "report",
  ],
  "Speed and size": ["engine", "scale"],
  "To a device": ["deploy", "packed-engine", "demo"],
};

/**
 * Tables whose cells hold long names and values stay inside the page; the picture of the front page is as large as it can be, and
 * stands below the words where both do not fit beside each other.
 */
const style = `
.vp-doc td code { white-space: normal; overflow-wrap: anywhere; }
.vp-doc td:first-child code, .vp-doc td a code { overflow-wrap: normal; }
.VPHero .image-src { max-width: 420px !important; max-height: 420px !important; width: 100%; background: white; border-radius: 12px; padding: 16px; }
@media (max-width: 959px) {
  .VPHero .main { order: 1 !important; }
  .VPHero .image { order: 2 !important; margin: 32px auto 0 !important; }
  .VPHero .image-container { width: 320px !important; height: 340px !important; }
  .VPHero .image-src { max-width: 320px !important; max-height: 340px !important; }
}
`;

export default defineConfig({
  title: "bars",
  description: "Search, derive and study binary neural networks from TypeScript notebooks",
  lang: "en",
  head: [
    ["style", {}, style],
    ["link", { rel: "icon", href: `${base}favicon.svg` }],
  ],
  // The built site also opens from a folder of a server, and nothing is fetched from elsewhere.
  base,
  cleanUrls: false,
  srcExclude: ["**/node_modules/**"],
  markdown: { config: projectLinks, lineNumbers: false },
  // Pages of a member each are many small files; in one chunk each they would be slow to build.
  metaChunk: true,
  // The page of the whole API is called as the site is.
  transformPageData(page) {
    if (page.relativePath === "reference/api/index.md") page.title = "API: every day";
  },
  themeConfig: {
    notFound: {
      title: "There is no such page",
      quote: "It may have moved: search for its subject above, or begin at the start.",
      linkText: "Start page",
      linkLabel: "To the start page",
    },
    search: { provider: "local" },
    outline: { level: [2, 3] },
    nav: [
      { text: "Start", link: "/tutorial" },
      { text: "Guides", link: "/notebooks" },
      { text: "Add your own", link: "/add-your-own/" },
      { text: "API", link: "/reference/api/" },
    ],
    sidebar: [
      {
        text: "Start",
        items: [
          { text: "A notebook of your own", link: "/tutorial" },
          { text: "The way data goes", link: "/architecture" },
        ],
      },
      {
        text: "Guides",
        items: Object.entries(guides).map(([text, names]) => ({
          text,
          collapsed: false,
          items: names.map((name) => ({ text: titleOf(`${name}.md`), link: `/${name}` })),
        })),
      },
      {
        text: "Add your own",
        collapsed: false,
        items: [{ text: "What can be added", link: "/add-your-own/" }, ...pagesIn("add-your-own")],
      },
      {
        text: "Reference",
        items: [
          { text: "Settings", link: "/reference/settings" },
          { text: "Command line", link: "/reference/cli" },
          { text: "API: every day", link: "/reference/api/" },
          { text: "API: namespaces", collapsed: true, items: namespaces() },
        ],
      },
      {
        text: "Project",
        collapsed: true,
        items: pagesIn("project"),
      },
    ],
  },
});
