import { pageBundle } from "../explore/pageBundle";
import { palette, probabilityScale } from "../figures/frame/theme";
import { packColumn, packRows } from "../page/report/packedRows";
import { type ReportMore, type ReportTable, type RunDetail, rowKeys } from "../page/report/reportData";
import { scriptJson } from "../text/scriptJson";
import { escapeXml } from "../text/svg";
import { version } from "../util/version";
import type { ReportContent } from "./readReport";
import type { RunEntry } from "./runEntry";

/** Names of a site's files. */
export const siteFiles = {
  page: "index.html",
  script: "report.js",
  table: "data/table.js",
  more: "data/more.js",
  run: (id: string) => `runs/${id}.js`,
} as const;

/** The whole HTML of a site: the data come in scripts of their own, which pages of files may load as well. */
export function reportHtml(title: string, { live = false } = {}): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeXml(title)}</title>
<style>body{margin:0;background:#f6f7f9}@media (prefers-color-scheme:dark){body{background:#15181c;color:#eceff3}}noscript p{margin:16px;font:14px system-ui,sans-serif}</style></head>
<body><main><div id="bars-report" class="bars-page"${live ? ' data-live="yes"' : ""}></div>
<noscript><p>This report draws its tables and figures by a script that came with it; it asks no other host. Allow scripts for it, or read the records themselves.</p></noscript></main>
<script src="${siteFiles.script}"></script><script src="${siteFiles.table}"></script></body></html>
`;
}

export function reportScript(): string {
  return pageBundle("report");
}

/** A call of the page's script with data: what pages of files can load, unlike JSON. */
function dataScript(call: "table" | "more" | "run", value: unknown): string {
  return `barsPage.${call}(${scriptJson(value)});\n`;
}

export function tableScript(content: ReportContent, title: string, made: string): string {
  const rows = content.entries.map(({ row }) => row);
  const table: ReportTable = {
    format: 1,
    title,
    bars: version,
    made,
    count: rows.length,
    rows: packRows(rows, rowKeys),
    problems: content.problems,
    notes: content.notes,
    theme: { probabilityScale: probabilityScale(), palette: { ...palette } },
  };
  return dataScript("table", table);
}

export function moreScript({ entries }: ReportContent): string {
  const more: ReportMore = {
    ids: entries.map(({ row }) => row.id),
    settings: packRows(
      entries.map(({ settings }) => settings ?? {}),
      differingKeys(entries),
    ),
    frontier: packRows(
      entries.map(({ frontier }) => frontier ?? {}),
      ["run", "model", "recipe", "testSet", "classes"],
    ),
    leftOut: packColumn(entries.map(({ leftOut }) => leftOut)),
  };
  return dataScript("more", more);
}

export function runScript(detail: RunDetail): string {
  return dataScript("run", detail);
}

/** Settings that are not the same in all runs that have them. */
function differingKeys(entries: readonly RunEntry[]): string[] {
  const first = new Map<string, unknown>();
  const differing = new Set<string>();
  for (const { settings } of entries) {
    for (const [key, value] of Object.entries(settings ?? {})) {
      if (!first.has(key)) first.set(key, value);
      else if (first.get(key) !== value) differing.add(key);
    }
  }
  return [...differing].sort();
}
