import type { CostMeasure } from "../../cost/cost";
import type { SearchRecord } from "../../records/searchRecord";
import { hashJson } from "../../util/canonicalJson";
import { BarsError } from "../../util/errors";
import type { Figure, Trace } from "../frame/figure";
import { palette } from "../frame/theme";
import { typedTrace } from "../frame/typedTrace";
import { costName, dashboardFrame, measuredText, measurePanels } from "./collapseFigure";
import { type CollapseMeasureName, collapseMeasures, collapseSeries } from "./collapsePanels";

const looks = () =>
  [
    { color: palette.vermillion, dash: "solid" },
    { color: palette.blue, dash: "dash" },
    { color: palette.green, dash: "dashdot" },
    { color: palette.purple, dash: "dot" },
    { color: palette.orange, dash: "longdash" },
    { color: palette.black, dash: "longdashdot" },
  ] as const;

/**
 * The dashboard of collapse of several searches: one line for each group of records (usually the seeds of one setting), the
 * mean over them; the band goes from the smallest to the largest. Entropy and margin are those of the edges.
 *
 * @throws BarsError without records, and for more groups than there are looks.
 *
 * Costs of all searches are counted in the first one's measure.
 *
 * @example
 * ```ts
 * const read = (name) => [0, 1, 2].map((seed) => bars.readSearchRecord(`data/records/search-${name}-seed${seed}.json`));
 * const figure = bars.figures.collapseComparison({ plain: read("plain"), cured: read("cured") });
 * console.log(figure.data.length > 0); // true
 * ```
 */
export function collapseComparison(groups: Readonly<Record<string, readonly SearchRecord[]>>): Figure {
  const entries = Object.entries(groups);
  const records = entries.flatMap(([, own]) => own);
  const [first] = records;
  if (first === undefined || entries.some(([, own]) => own.length === 0))
    throw new BarsError("collapseComparison: expected at least one record in every group, got none.");
  if (entries.length > looks().length) {
    throw new BarsError(
      `collapseComparison: expected at most ${looks().length} groups, got ${entries.length}; compare them in parts.`,
    );
  }
  const names = Object.keys(collapseMeasures) as CollapseMeasureName[];
  const traces = Object.fromEntries(
    names.map((name) => [
      name,
      entries.flatMap(([group, own], i) => groupTraces(group, own, i, name, first.config.cost.measure)),
    ]),
  ) as unknown as Record<CollapseMeasureName, Trace[]>;
  const longest = Math.max(...records.map(({ epochs }) => epochs.length));
  const seeds = entries.map(([group, own]) => `${group}: ${own.length}${shortened(own)}`).join(", ");
  const { data } = first;
  return dashboardFrame({
    title: `Signs of collapse: ${entries.map(([group]) => group).join(" against ")}`,
    caption: {
      measured: `${measuredText(first, records)} ${data.name}: ${data.weightImages} weight + ${data.alphaImages} alpha images. Entropy and margin: of the edges. Lines: mean over searches (${seeds}); bands: smallest to largest.`,
      origin: [
        `configs ${[...new Set(records.map(({ configHash }) => configHash.slice(0, 8)))].join(", ")}`,
        `bars ${first.versions.bars}`,
        `${first.backend.name} ${first.backend.version}`,
      ].join(" · "),
      sources: {
        configHashes: [...new Set(records.map(({ configHash }) => configHash))],
        seeds: [...new Set(records.map(({ config }) => config.seed))],
        recordHashes: records.map((record) => hashJson(record)),
      },
    },
    panels: measurePanels(traces, longest, {}, `${costName(first)} of one image (argmax)`),
  });
}

/** From which epoch on fewer searches of a group are left. */
function shortened(records: readonly SearchRecord[]): string {
  const lengths = records.map(({ epochs }) => epochs.length);
  const shortest = Math.min(...lengths);
  return shortest === Math.max(...lengths) ? "" : `, fewer after epoch ${shortest}`;
}

function groupTraces(
  group: string,
  records: readonly SearchRecord[],
  place: number,
  name: CollapseMeasureName,
  cost: CostMeasure,
): Trace[] {
  const series = records.map((record) => collapseSeries(record, name, cost));
  const longest = Math.max(...series.map((one) => one.length));
  const points = Array.from({ length: longest }, (_, i) => ({
    x: i + 1,
    values: series.flatMap((one) => (typeof one[i] === "number" ? [one[i]] : [])),
  })).filter(({ values }) => values.length > 0);
  if (points.length === 0) return [];
  const look = looks()[place] as ReturnType<typeof looks>[number];
  const x = points.map((point) => point.x);
  const shared = { legendgroup: group, x };
  const edge = {
    ...shared,
    mode: "lines",
    line: { width: 0 },
    showlegend: false,
    hoverinfo: "skip",
  } as const;
  const band: Trace[] =
    records.length < 2
      ? []
      : [
          typedTrace("scatter", { ...edge, y: points.map(({ values }) => Math.min(...values)) }),
          typedTrace("scatter", {
            ...edge,
            y: points.map(({ values }) => Math.max(...values)),
            fill: "tonexty",
            fillcolor: `${look.color}26`,
          }),
        ];
  const mean = points.map(({ values }) => values.reduce((sum, value) => sum + value, 0) / values.length);
  const mode = longest < 4 ? "lines+markers" : "lines";
  const line = typedTrace("scatter", {
    ...shared,
    mode,
    name: group,
    y: mean,
    line: { ...look, width: 2 },
    showlegend: name === "entropy",
  });
  return [...band, line];
}
