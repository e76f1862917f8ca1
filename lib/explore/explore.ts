import { randomBytes } from "node:crypto";
import type { OwnRule } from "../derive/ownRule";
import { drawGenotype } from "../figures/drawings/drawGenotype";
import { svgToPng } from "../figures/export/svgToPng";
import { palette, probabilityScale } from "../figures/frame/theme";
import { settingsText } from "../page/explore/deriveCode";
import { type Derived, derivedOf, firstPlace } from "../page/explore/derived";
import type { ExploreData, PageSearch } from "../page/explore/exploreData";
import { spokenText } from "../page/explore/marginRows";
import type { Settings } from "../page/explore/settings";
import type { RaceRecord } from "../records/raceRecord";
import type { SearchRecord } from "../records/searchRecord";
import { BarsError } from "../util/errors";
import { notebookKernel } from "../util/notebookKernel";
import { version } from "../util/version";
import { bridgeChannel, onPage } from "./bridge";
import { type Exploration, LiveExploration } from "./exploration";
import { pageHtml } from "./pageHtml";
import { pagePrimitives } from "./pagePrimitives";
import { pageSearch } from "./pageSearch";

/** A search, or a race for the alphas fitted to it. */
type ExploredRecord = SearchRecord | RaceRecord;

/** One search or race, several, or several by name. */
export type Explored = ExploredRecord | readonly ExploredRecord[] | Readonly<Record<string, ExploredRecord>>;

export interface ExploreOptions {
  /** What copied code calls the variable that holds what was given; left out: `record`, or `records` for several. */
  readonly name?: string;
  /** Rules of your own. They are functions of the notebook, so the page has their results at each epoch, at default options. */
  readonly rules?: readonly OwnRule[];
}

/**
 * Derives live in the page: every rule of the library at every stored epoch, with its options, by the code that `derive` is.
 * Shows cells and layout, probabilities with the choices marked, cost by part against the budget, margins with how far they
 * moved over the last epochs, and warnings; pins derivations and compares them edge by edge; gives the call, the genotype and
 * the drawing of what is seen.
 *
 * The output is self-contained: one element, one script, no other host. It works in exported pages without a kernel. Viewers
 * without scripts keep a picture and a line of text. Outside a notebook it prints that line; see `explorePage` for a file.
 *
 * Of a race, the same from the alphas fitted to the scores of its first rung, which have no epochs; rule "budget" stays in its band.
 *
 * @param searches what cannot be shown, such as a record of another schema, is said in the page.
 * @returns what "use in notebook" writes to: `const picked = bars.explore(record)`, then `picked.genotype`.
 * @throws BarsError for an empty list.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const picked = bars.explore(record);
 * console.log(picked.genotype?.depth); // [1,1]
 * ```
 */
export function explore(searches: Explored, options: ExploreOptions = {}): Exploration {
  const kernel = notebookKernel();
  const page = `bars-explore-${randomBytes(6).toString("hex")}`;
  const data = { ...exploreData(searches, options), page, channel: kernel ? bridgeChannel() : null };
  const search = data.searches[data.start.search] as PageSearch;
  const { derived, settings } = firstOf(data, search);
  const text = textOf(search, derived, settings);
  const exploration = new LiveExploration(
    typeof derived === "string" ? null : derived.derivation,
    typeof derived === "string" ? "" : derived.code,
    text,
  );
  if (!kernel) {
    console.log(`[explorer: ${text}]`);
    return exploration;
  }
  let imageTail = "";
  if (typeof derived !== "string") {
    const still = stillOf(derived, settings);
    kernel.write(
      { "image/png": still.png, "text/plain": `[explorer: ${text}]` },
      { ...still.size, alt: text },
    );
    imageTail = still.png.toString("base64").slice(-48);
  }
  onPage(page, (message) => {
    const used = usedOf(data, message);
    if (used) exploration.use(used.derivation, used.code);
  });
  kernel.write({ "text/html": pageHtml({ name: "explore", id: page, data, text, imageTail }) });
  return exploration;
}

/** What a page's message asks to use, derived here; null for a message of another kind, or what cannot be derived. */
function usedOf(data: ExploreData, { kind, settings }: Readonly<Record<string, unknown>>): Derived | null {
  const asked = settings as Settings | undefined;
  const search = kind === "use" && asked ? data.searches[asked.search] : undefined;
  if (!search || !asked) return null;
  const derived = derivedOf(search, asked);
  return typeof derived === "string" ? null : derived;
}

/**
 * The page of {@link explore} as an HTML document of its own, e.g. for a supplement or a colleague without the project.
 *
 * @throws BarsError for an empty list.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const html = bars.figures.explorePage(record);
 * console.log(html.startsWith("<!doctype html>")); // true
 * ```
 */
export function explorePage(searches: Explored, options: ExploreOptions = {}): string {
  const data = exploreData(searches, options);
  const search = data.searches[data.start.search] as PageSearch;
  const { derived, settings } = firstOf(data, search);
  const text = textOf(search, derived, settings);
  const body = pageHtml({ name: "explore", id: "bars-explore", data, text, imageTail: "" });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>bars: explore derivations</title>
<style>body{margin:12px}h1{font:600 18px system-ui,sans-serif;margin:0 0 8px}@media (prefers-color-scheme:dark){body{background:#111417;color:#eceff3}}</style></head>
<body><main><h1>Derivations of stored searches</h1>${body}</main></body></html>
`;
}

/** All that the page gets. */
export function exploreData(searches: Explored, { name, rules = [] }: ExploreOptions): ExploreData {
  const found = named(searches, name).map(([label, expression, value]) =>
    pageSearch(value, { label, expression, rules }),
  );
  if (found.length === 0) throw new BarsError("explore: expected at least one search record, got none.");
  const shown = found.findIndex(({ record }) => record !== null);
  const search = Math.max(0, shown);
  const record = found[search]?.record ?? null;
  return {
    searches: found,
    primitives: pagePrimitives(found.flatMap((one) => (one.record ? [one.record.config] : []))),
    bars: version,
    theme: { probabilityScale: probabilityScale(), palette: { ...palette } },
    start: { search, epoch: record ? firstPlace(record) : "start" },
    channel: null,
    page: "bars-explore",
  };
}

function named(searches: Explored, name: string | undefined): (readonly [string, string, unknown])[] {
  if (Array.isArray(searches)) {
    return searches.map((record: unknown, i) => [labelOf(record, i), `${name ?? "records"}[${i}]`, record]);
  }
  const isRecord = typeof searches !== "object" || searches === null || Object.hasOwn(searches, "kind");
  if (isRecord) return [[labelOf(searches, 0), name ?? "record", searches]];
  return Object.entries(searches).map(([key, record]) => [
    key,
    `${name ?? "records"}[${JSON.stringify(key)}]`,
    record,
  ]);
}

function labelOf(record: unknown, i: number): string {
  const { configHash, config } = (record ?? {}) as { configHash?: unknown; config?: { seed?: unknown } };
  const seed = typeof config?.seed === "number" ? `, seed ${config.seed}` : "";
  return typeof configHash === "string" ? `${i + 1}: config ${configHash.slice(0, 8)}${seed}` : `${i + 1}`;
}

function firstOf(data: ExploreData, search: PageSearch): { derived: Derived | string; settings: Settings } {
  const place = data.start.epoch as Settings["place"];
  const settings = { search: data.start.search, place, rule: "argmax", shared: {}, own: {}, seed: 0 };
  return { settings, derived: derivedOf(search, settings) };
}

function textOf({ label }: PageSearch, derived: Derived | string, settings: Settings): string {
  return typeof derived === "string" ? `${label}: ${derived}` : spokenText(derived, settingsText(settings));
}

/** Pixels of the still for each of the page: the output is to stay small, and viewers with scripts hide it. */
const scale = 1;

function stillOf({ derivation, hash }: Derived, settings: Settings) {
  const title = `${settingsText(settings)}: ${hash.slice(0, 12)}`;
  const png = svgToPng(drawGenotype(derivation.genotype, { title }), scale);
  // The first chunk of a PNG holds width and height at bytes 16 and 20.
  const size = {
    width: Math.round(png.readUInt32BE(16) / scale),
    height: Math.round(png.readUInt32BE(20) / scale),
  };
  return { png, size };
}
