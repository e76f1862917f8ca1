// Links of pages that lead out of docs/: to a file the site has a page of, or, for source files, to nowhere. So the same
// text reads well on disk and in the site.
import { dirname, join } from "node:path/posix";

/** Files of the project that become pages, and where. `scripts/docs/pages.mjs` copies them. */
export const projectPages = {
  "environment.md": "project/environment.md",
  "CONTRIBUTING.md": "project/contributing.md",
  "CHANGELOG.md": "project/changelog.md",
  "data/README.md": "project/data.md",
  "data/records/README.md": "project/records.md",
};
const sourceOf = Object.fromEntries(Object.entries(projectPages).map(([source, page]) => [page, source]));

/**
 * Where a link of a page leads in the site, relative to docs/.
 * @param {string} page the page it stands on, relative to docs/
 * @param {string} link as written
 * @returns {string | null} null: to a file that is no page
 */
export function siteLink(page, link) {
  if (/^([a-z]+:|\/|#)/.test(link)) return link;
  const [path, hash] = link.split("#");
  const from = sourceOf[page] ?? join("docs", page);
  const target = join(dirname(from), path);
  const to = projectPages[target] ?? (target.startsWith("docs/") ? target.slice("docs/".length) : null);
  if (to === null) return null;
  return `/${to}${hash === undefined ? "" : `#${hash}`}`;
}

/** A markdown-it plugin: every link of a page goes where {@link siteLink} says. */
export function projectLinks(md) {
  md.core.ruler.push("project-links", ({ tokens, env }) => {
    for (const { children } of tokens) {
      const open = [];
      for (const token of children ?? []) {
        if (token.type === "link_open") {
          const to = siteLink(env.relativePath, token.attrGet("href"));
          if (to === null) {
            token.tag = "span";
            token.attrs = [];
            token.type = "plain_open";
          } else token.attrSet("href", to);
          open.push(to === null);
        } else if (token.type === "link_close" && open.pop()) {
          token.tag = "span";
          token.type = "plain_close";
        }
      }
    }
  });
}
