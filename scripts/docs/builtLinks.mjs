// Links of the built site that lead nowhere, those of templates and of navigation included, which vitepress does not look at.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * @param {string} folder the built site
 * @param {string} base the folder of its server it will lie in: "/", "/bars/"
 * @returns {string[]} "page: link"
 */
export function brokenLinks(folder, base = "/") {
  const pages = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".html"),
  );
  const there = new Map();
  const exists = (link) => {
    if (!there.has(link)) {
      const path = join(folder, link.slice(base.length), link.endsWith("/") ? "index.html" : "");
      there.set(link, link.startsWith(base) && (existsSync(path) || existsSync(`${path}.html`)));
    }
    return there.get(link);
  };
  return pages.flatMap((page) => {
    const links = readFileSync(join(folder, page), "utf8").matchAll(/(?:href|src)="(\/[^"#?]*)/g);
    return [...new Set([...links].map(([, link]) => link))]
      .filter((link) => !exists(link))
      .map((link) => `${page}: ${link}`);
  });
}
