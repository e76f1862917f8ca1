import { randomBytes } from "node:crypto";
import type { FoundRecord, TestChoice } from "../experiments/frontierRuns";
import { renderFigure } from "../figures/export/renderFigure";
import { palette, probabilityScale } from "../figures/frame/theme";
import { frontierFigure } from "../figures/plots/frontierFigure";
import { frontier } from "../frontier/frontier";
import type { PublishedPoint } from "../frontier/publishedPoint";
import type { RunsData } from "../page/runs/runsData";
import type { TrainRecord } from "../records/trainRecord";
import { counted } from "../util/counted";
import { BarsError } from "../util/errors";
import { notebookKernel } from "../util/notebookKernel";
import { pageHtml } from "./pageHtml";
import { pagePrimitives } from "./pagePrimitives";
import { pageRuns } from "./pageRuns";

export interface ExploreRunsOptions extends Partial<TestChoice> {
  /** Numbers of others, shown beside the runs with their source. */
  readonly published?: readonly PublishedPoint[];
  /** Milliseconds an image by `configHash` or by name, where they were measured; gives one more axis. */
  readonly latencyMs?: Readonly<Record<string, number>>;
  /** What copied code calls the variable with the records; left out: `found`. */
  readonly name?: string;
}

/** Records as `loadTrainRecords` gives them, or plain ones. */
export type ExploredRuns = readonly (FoundRecord | TrainRecord)[];

/**
 * Accuracy against cost in the page: choose the cost (BOPs, OPs, FLOPs, bits, parameters, latency), linear or logarithmic;
 * point at a model to see its architecture, its training curves and what dominates it; drag to list; choose models and copy
 * the code that takes them. Linked with parallel coordinates of the settings that differ. Self-contained, as `explore` is.
 *
 * @throws BarsError for an empty list, RecordError for a finished record without the test result asked for.
 *
 * @example
 * ```ts
 * const found = bars.records.loadTrainRecords("data/records/frontier");
 * await bars.exploreFrontier(found);
 * ```
 */
export function exploreFrontier(runs: ExploredRuns, options: ExploreRunsOptions = {}): Promise<void> {
  return showRuns("frontier", runs, options);
}

/**
 * The same page as {@link exploreFrontier}, with the parallel coordinates first: one line a run over settings, choices and
 * results, each axis brushed alone, linked with the frontier and the list.
 *
 * @example
 * ```ts
 * const found = bars.records.loadTrainRecords("data/records/frontier");
 * await bars.explorePaths(found);
 * ```
 */
export function explorePaths(runs: ExploredRuns, options: ExploreRunsOptions = {}): Promise<void> {
  return showRuns("paths", runs, options);
}

/**
 * The page of `exploreFrontier` or `explorePaths` as an HTML document of its own.
 *
 * @example
 * ```ts
 * const found = bars.records.loadTrainRecords("data/records/frontier");
 * console.log(bars.figures.runsPage(found).startsWith("<!doctype html>")); // true
 * ```
 */
export function runsPage(
  runs: ExploredRuns,
  options: ExploreRunsOptions & { readonly view?: RunsData["view"] } = {},
): string {
  const data = runsData(options.view ?? "frontier", runs, options);
  const body = pageHtml({ name: "runs", id: "bars-runs", data, text: textOf(data), imageTail: "" });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>bars: trained networks</title>
<style>body{margin:12px}h1{font:600 18px system-ui,sans-serif;margin:0 0 8px}@media (prefers-color-scheme:dark){body{background:#111417;color:#eceff3}}</style></head>
<body><main><h1>Trained networks</h1>${body}</main></body></html>
`;
}

async function showRuns(
  view: RunsData["view"],
  runs: ExploredRuns,
  options: ExploreRunsOptions,
): Promise<void> {
  const data = runsData(view, runs, options);
  const text = textOf(data);
  const kernel = notebookKernel();
  if (!kernel) return console.log(`[explorer: ${text}]`);
  let imageTail = "";
  if (data.runs.length > 0) {
    const published = options.published ?? [];
    const figure = frontierFigure(frontier(data.runs, { measure: "bops", published }));
    const png = await renderFigure(figure, { format: "png", scale: 1 });
    const { width, height } = figure.layout;
    kernel.write({ "image/png": png, "text/plain": `[explorer: ${text}]` }, { width, height, alt: text });
    imageTail = png.toString("base64").slice(-48);
  }
  const id = `bars-runs-${randomBytes(6).toString("hex")}`;
  kernel.write({ "text/html": pageHtml({ name: "runs", id, data, text, imageTail }) });
}

function runsData(view: RunsData["view"], given: ExploredRuns, options: ExploreRunsOptions): RunsData {
  const { which = "all", checkpoint = "last", published = [], latencyMs = {}, name = "found" } = options;
  if (given.length === 0)
    throw new BarsError(
      `${view === "paths" ? "explorePaths" : "exploreFrontier"}: expected at least one training record, got none.`,
    );
  const found = given.map(
    (one, i): FoundRecord => ("record" in one ? one : { place: `${name}[${i}]`, record: one }),
  );
  const { runs, axes, leftOut } = pageRuns(found, { which, checkpoint }, latencyMs);
  const models = found.flatMap(({ record: { model, config } }) =>
    model.kind === "genotype" ? [{ space: model.genotype.space, binarization: config.binarization }] : [],
  );
  return {
    view,
    runs,
    axes,
    published,
    leftOut,
    expression: name,
    given: given.every((one) => "record" in one)
      ? "found"
      : given.some((one) => "record" in one)
        ? "mixed"
        : "plain",
    primitives: pagePrimitives(models),
    theme: { probabilityScale: probabilityScale(), palette: { ...palette } },
    channel: null,
  };
}

function textOf({ runs }: RunsData): string {
  const best = runs.reduce<(typeof runs)[number] | null>(
    (top, run) => (run.accuracy > (top?.accuracy ?? -1) ? run : top),
    null,
  );
  const most =
    best === null
      ? ""
      : `; the most accurate is ${best.name}, ${(100 * best.accuracy).toFixed(1)} % on ${best.testSet}`;
  return `${counted(runs.length, "run")} of ${counted(new Set(runs.map(({ name }) => name)).size, "model")}${most}`;
}
