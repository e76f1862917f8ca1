import { raceAgreement } from "../../analysis/raceAgreement";
import type { RaceRecord } from "../../records/raceRecord";
import { type Rung, rungsOf } from "../../records/raceStandings";
import { raceCaption } from "../frame/caption";
import type { Figure, Trace } from "../frame/figure";
import { figureFrame } from "../frame/figureFrame";
import { ink, palette } from "../frame/theme";
import { typedTrace } from "../frame/typedTrace";
import { rungEnd } from "./raceFigures";

/** Networks below which a rank correlation is ±1 or nearly: it says nothing. */
const fewest = 4;

/**
 * Whether what a rung chose by is what shows later: Kendall's rank correlation of the scores of every two rungs, over the
 * networks that ran both, with its 95 % interval, and that of the fitted alphas with networks left out of the fit.
 *
 * @example
 * ```ts
 * const record = bars.records.readRaceRecord("data/records/race-small-seed0.json");
 * console.log(bars.figures.raceAgreementFigure(record).data.length > 0); // true
 * ```
 */
export function raceAgreementFigure(record: RaceRecord): Figure {
  const rungs = rungsOf(record.config);
  const ending = (rung: number) => rungEnd(record, rungs[rung] as Rung);
  const { fit } = record;
  const rows = [
    ...(fit?.tau
      ? [{ name: `fitted alphas, ${ending(0)} (${fit.networks})`, tau: fit.tau, next: false }]
      : []),
    ...raceAgreement(record).flatMap(({ from, to, networks, tau }) =>
      tau === null || networks < fewest
        ? []
        : [{ name: `${ending(from)}, ${ending(to)} (${networks})`, tau, next: to === from + 1 }],
    ),
  ];
  const traces = [true, false].flatMap((next): Trace[] => {
    const own = rows.flatMap((row, i) => (row.next === next ? [{ ...row, i }] : []));
    if (own.length === 0) return [];
    const reach = (end: 0 | 1) =>
      own.map(({ tau }) => (tau.interval === null ? 0 : Math.abs(tau.interval[end] - tau.value)));
    const color = next ? palette.blue : ink.soft;
    return [
      typedTrace("scatter", {
        mode: "markers",
        name: next ? "a rung and the next" : "others",
        x: own.map(({ tau }) => tau.value),
        y: own.map(({ i }) => i),
        error_x: {
          type: "data",
          symmetric: false,
          array: reach(1),
          arrayminus: reach(0),
          color,
          thickness: 1.4,
          width: 3,
        },
        marker: { size: 8, color, symbol: next ? "circle" : "square" },
        hovertemplate: "%{x:.2f}<extra></extra>",
      }),
    ];
  });
  return figureFrame({
    title: "How far the rungs of a race agree",
    caption: raceCaption(
      record,
      "Kendall's rank correlation of scores, over the networks that ran both rungs (how many: in brackets); bars: 95 % interval, none for fewer than six, and no mark for fewer than four. Networks of a later rung are the best of the one before, which makes their order there harder to tell. Fitted alphas: over networks left out of the fit, of all proposals.",
    ),
    rows: 1,
    columns: 1,
    panelWidth: 400,
    panelHeight: Math.max(110, 24 * rows.length),
    left: 190,
    above: 52,
    legend: {},
    panels: [
      {
        row: 0,
        column: 0,
        traces,
        xAxis: {
          title: { text: "rank correlation (Kendall's τ)" },
          range: [-1.05, 1.05],
          nticks: 9,
          zeroline: true,
          zerolinecolor: ink.text,
        },
        yAxis: {
          tickvals: rows.map((_, i) => i),
          ticktext: rows.map(({ name }) => name),
          range: [Math.max(1, rows.length) - 0.4, -0.6],
          showgrid: false,
          ticks: "",
        },
      },
    ],
  });
}
