import type { RaceRecord } from "../../records/raceRecord";
import { ranking, rungsOf, seedsAgain } from "../../records/raceStandings";
import { counted } from "../../util/counted";
import { raceCaption } from "../frame/caption";
import type { Figure, Trace } from "../frame/figure";
import { figureFrame } from "../frame/figureFrame";
import { logTicks } from "../frame/logTicks";
import { ink, palette } from "../frame/theme";
import { typedTrace } from "../frame/typedTrace";
import { networkText, originLooks, rungTicks } from "./raceFigures";

/**
 * The ladder of a race: the rank of every network in every rung it ran, the best at the top, joined by lines. Colour and
 * mark say where a network came from; the winner's line is black.
 *
 * @example
 * ```ts
 * const record = bars.records.readRaceRecord("data/records/race-small-seed0.json");
 * console.log(bars.figures.raceLadder(record).data.length > 0); // true
 * ```
 */
export function raceLadder(record: RaceRecord): Figure {
  const { config, networks, winner } = record;
  const rungs = rungsOf(config);
  const places = new Map<number, { readonly rung: number; readonly rank: number }[]>();
  for (const { rung } of rungs)
    ranking(networks, rung).forEach(({ index }, i) => {
      places.set(index, [...(places.get(index) ?? []), { rung, rank: i + 1 }]);
    });
  const lines = originLooks().flatMap((look): Trace[] => {
    const own = networks.filter(({ index, origin }) => origin.kind === look.kind && places.has(index));
    if (own.length === 0) return [];
    // One trace for all of an origin: gaps part the networks.
    const points = own.flatMap((network) => [
      ...(places.get(network.index) ?? []).map((at) => ({ ...at, text: networkText(network) })),
      null,
    ]);
    return [
      typedTrace("scatter", {
        mode: "lines+markers",
        name: `${look.name} (${own.length})`,
        x: points.map((point) => point?.rung ?? null),
        y: points.map((point) => point?.rank ?? null),
        text: points.map((point) => point?.text ?? ""),
        line: { color: look.color, width: 1 },
        marker: { symbol: look.symbol, size: 6, color: look.color },
        hovertemplate: "%{text}: rank %{y}<extra></extra>",
      }),
    ];
  });
  const best = winner === null ? [] : (places.get(winner) ?? []);
  const won: Trace = typedTrace("scatter", {
    mode: "lines+markers",
    name: "winner",
    x: best.map(({ rung }) => rung),
    y: best.map(({ rank }) => rank),
    line: { color: palette.black, width: 2.5 },
    marker: { symbol: "circle-open", size: 10, color: palette.black, line: { width: 2 } },
    hovertemplate: `network ${winner}: rank %{y}<extra>winner</extra>`,
  });
  const last = Math.max(1, ...[...places.values()].flat().map(({ rank }) => rank));
  const range: [number, number] = [Math.log10(last) + 0.06, -0.09];
  const traces = [...lines, ...(best.length > 0 ? [won] : [])];
  return figureFrame({
    title: "Who was kept in each rung",
    alt: `Ranks of ${networks.length} networks over ${rungs.length} rungs of a race${winner === null ? "" : `; network ${winner} won`}.`,
    caption: raceCaption(
      record,
      `Rank by mean training loss in the first rung${config.rungs.by === "loss" ? " and those in the middle" : ""}, by accuracy on held-out images in the ${config.rungs.by === "loss" ? "last" : "others"}; networks that diverged come last.${seedsAgain(config) > 0 ? ` The winner has the best mean of ${counted(seedsAgain(config), "training")} with other seeds, not of these.` : ""}`,
    ),
    rows: 1,
    columns: 1,
    panelWidth: Math.max(460, 130 * rungs.length),
    panelHeight: 380,
    above: 30 + 20 * Math.ceil(traces.length / 2),
    legend: {},
    panels: [
      {
        row: 0,
        column: 0,
        traces,
        xAxis: {
          ...rungTicks(record),
          range: [-0.2, rungs.length - 0.8],
          showgrid: false,
          title: { text: "where a rung stops, in epochs done, and its networks" },
        },
        yAxis: {
          type: "log",
          range,
          tickvals: logTicks([0, range[0]]),
          title: { text: "rank in the rung, log scale" },
          gridcolor: ink.grid,
        },
      },
    ],
  });
}
