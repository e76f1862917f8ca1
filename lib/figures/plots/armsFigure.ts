import type { ChosenMargins } from "../../frontier/chosenComparison";
import type { ComparedArm } from "../../frontier/comparedArm";
import { sampleSummary } from "../../frontier/sampleSummary";
import { textMeasure } from "../../text/textMeasure";
import { counted } from "../../util/counted";
import { RecordError } from "../../util/errors";
import type { Figure, Trace } from "../frame/figure";
import { figureFrame } from "../frame/figureFrame";
import { ink, palette, textSize } from "../frame/theme";
import { typedTrace } from "../frame/typedTrace";
import { stackedPlaces } from "./stackedPlaces";

const looks = () => ({
  chosen: { name: "chosen by the search", color: palette.blue },
  other: { name: "others", color: ink.soft },
  draws: { name: "random draws", color: palette.orange },
  reference: { name: "reference", color: palette.vermillion },
});

/** Height of a row, size of a dot, and width of the panel, in pixels. */
const pitch = 34;
const dotSize = 6;
const panelWidth = 430;

/**
 * The arms of a comparison, one row each: a dot a training, a line at the mean with its 95 % interval, and, where there are draws and
 * a reference, lines at the least mean that the margins ask of a chosen network, which has to lie right of both. What p they ask for is not
 * drawn. Intervals of two trainings, which are many times as wide as what is between them, may leave the panel.
 *
 * @throws RecordError where no arm has a training.
 *
 * @example
 * ```ts
 * const bands = bars.experiments.fixedComparison("data/records/protocol");
 * const arms = bars.experiments.comparedArms(bands.A);
 * const figure = bars.figures.armsFigure("Band A", arms, bars.experiments.frontierPlan.margins);
 * console.log(figure.data.length > 0); // true
 * ```
 */
export function armsFigure(title: string, arms: readonly ComparedArm[], margins: ChosenMargins): Figure {
  const rows = arms.filter(({ runs }) => runs.length > 0);
  if (rows.length === 0)
    throw new RecordError(`armsFigure: expected an arm with a training, "${title}" has none.`);
  const all = rows.flatMap(({ runs }) => runs);
  const asked = askedOf(rows, margins);
  const sums = rows.map(({ runs }) => sampleSummary(runs.map(({ accuracy }) => accuracy)));
  const values = [
    ...all.map(({ accuracy }) => accuracy),
    ...asked.map(({ at }) => at),
    ...sums.flatMap(({ n, interval }) => (n > 2 ? (interval ?? []) : [])),
  ];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = 0.06 * (high - low) || 0.01;
  const range = [low - room, high + room] as const;
  const widest = Math.max(...rows.map(({ name }) => textMeasure()(name, textSize.tick, "normal")));
  const traces = [
    ...asked.map(
      ({ name, at, dash }): Trace =>
        typedTrace("scatter", {
          mode: "lines",
          name,
          x: [at, at],
          y: [rows.length - 0.5, -0.5],
          line: { color: ink.text, width: 1.2, dash },
          hovertemplate: `${name}: %{x:.2%}<extra></extra>`,
        }),
    ),
    ...(Object.keys(looks()) as ComparedArm["role"][]).flatMap((role) => armTraces(rows, role, range)),
  ];
  return figureFrame({
    title,
    alt: altOf(title, rows, asked),
    caption: {
      measured: `Test accuracy of the last epoch (${all[0]?.testSet}). Dots: trainings; of random draws a network each, of the other arms one network with several seeds (${counted(all.length, "training")}). Upright marks: means with their 95 % interval (Student's t; none for one training).${asked.length > 0 ? " Lines: the least mean that was asked of each chosen network before the first run." : ""}`,
      origin: `recipes ${[...new Set(all.map(({ recipe }) => recipe.slice(0, 8)))].join(", ")} · training seeds ${[...new Set(all.map(({ seed }) => seed))].sort((a, b) => a - b).join(", ")}`,
      sources: {
        configHashes: [...new Set(all.map(({ run }) => run))],
        seeds: [...new Set(all.map(({ seed }) => seed))].sort((a, b) => a - b),
        recordHashes: [],
      },
    },
    rows: 1,
    columns: 1,
    panelWidth,
    panelHeight: Math.max(110, pitch * rows.length),
    left: Math.ceil(widest) + 24,
    above: 18 + 20 * asked.length,
    ...(asked.length > 0 ? { legend: {} } : {}),
    panels: [
      {
        row: 0,
        column: 0,
        traces,
        xAxis: { title: { text: "share of test images recognised" }, tickformat: ".1~%", range, nticks: 8 },
        yAxis: {
          tickvals: rows.map((_, i) => i),
          ticktext: rows.map(({ name }) => name),
          range: [rows.length - 0.5, -0.5],
          showgrid: false,
          ticks: "",
        },
      },
    ],
  });
}

interface Asked {
  readonly name: string;
  readonly at: number;
  readonly dash: "dash" | "dot";
}

/** The least means that the margins ask for, from what there is of draws and reference. */
function askedOf(arms: readonly ComparedArm[], { overDraws, overReference }: ChosenMargins): Asked[] {
  const points = (share: number) => String(Number((100 * share).toFixed(2)));
  const above = (role: ComparedArm["role"], margin: number, whose: string, dash: Asked["dash"]): Asked[] => {
    const accuracies = arms.filter((arm) => arm.role === role).flatMap(({ runs }) => runs);
    if (accuracies.length === 0) return [];
    const { mean } = sampleSummary(accuracies.map(({ accuracy }) => accuracy));
    return [{ name: `mean of ${whose} + ${points(margin)} points`, at: mean + margin, dash }];
  };
  return [
    ...above("draws", overDraws, "the draws", "dash"),
    ...above("reference", overReference, "the reference", "dot"),
  ];
}

/** Dots and means of all arms of a role; dots that would meet stand on each other. */
function armTraces(
  rows: readonly ComparedArm[],
  role: ComparedArm["role"],
  range: readonly [number, number],
): Trace[] {
  const own = rows.flatMap((arm, i) => (arm.role === role ? [{ ...arm, i }] : []));
  if (own.length === 0) return [];
  const { name, color } = looks()[role];
  const width = ((range[1] - range[0]) * dotSize) / panelWidth;
  const dots = own.flatMap(({ runs, i, name: arm }) => {
    const accuracies = runs.map(({ accuracy }) => accuracy);
    const places = stackedPlaces(accuracies, width);
    // A stack of two fits below the mark of the mean; a higher one begins lower, as far as the row goes.
    const lower = (Math.max(0, Math.max(...places) - 1) * dotSize) / pitch;
    return runs.map(({ accuracy, seed, bops }, k) => ({
      x: accuracy,
      y: i + Math.min(0.44, 0.3 + lower) - ((places[k] as number) * dotSize) / pitch,
      text: `${arm}, training seed ${seed}, ${(bops / 1e6).toFixed(2)} M BOPs`,
    }));
  });
  const means = own.map(({ runs, i }) => ({ i, ...sampleSummary(runs.map(({ accuracy }) => accuracy)) }));
  const half = means.map(({ mean, interval }) => (interval === null ? 0 : interval[1] - mean));
  return [
    typedTrace("scatter", {
      mode: "markers",
      name,
      showlegend: false,
      x: dots.map(({ x }) => x),
      y: dots.map(({ y }) => y),
      text: dots.map(({ text }) => text),
      marker: { symbol: "circle", size: dotSize, color, line: { color: "white", width: 0.5 } },
      hovertemplate: "%{text}<br>%{x:.2%}<extra></extra>",
    }),
    typedTrace("scatter", {
      mode: "markers",
      name: `${name}, means`,
      showlegend: false,
      x: means.map(({ mean }) => mean),
      y: means.map(({ i }) => i - 0.18),
      error_x: { type: "data", array: half, color, thickness: 1.4, width: 3 },
      marker: { symbol: "line-ns", size: 14, color, line: { color, width: 2.4 } },
      hovertemplate: "mean %{x:.2%}<extra></extra>",
    }),
  ];
}

function altOf(title: string, rows: readonly ComparedArm[], asked: readonly Asked[]): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const means = rows.map(({ name, runs }) => {
    const { mean, n } = sampleSummary(runs.map(({ accuracy }) => accuracy));
    return `${name} ${percent(mean)} (${counted(n, "training")})`;
  });
  const lines = asked.map(({ name, at }) => `${name}: ${percent(at)}`);
  return `${title}. Mean test accuracy: ${means.join("; ")}.${lines.length > 0 ? ` Asked: ${lines.join("; ")}.` : ""}`;
}
