import type { RaceNetwork, RaceRecord } from "../../records/raceRecord";
import { type Rung, resultIn, rungsOf } from "../../records/raceStandings";
import { raceCaption } from "../frame/caption";
import type { Figure, Trace } from "../frame/figure";
import { figureFrame, type Panel } from "../frame/figureFrame";
import { palette } from "../frame/theme";
import { typedTrace } from "../frame/typedTrace";
import { networkText, originLooks, raceMeasureName, rungEnd } from "./raceFigures";

/**
 * What networks cost against what they reached, a panel a rung: the loss of the first rung, of all, and the accuracy on held-out
 * images in the others, each network a mark that says where it came from. All panels have one axis of costs, so it shows
 * where the networks that were kept lie. The winner is ringed.
 *
 * @example
 * ```ts
 * const record = bars.records.readRaceRecord("data/records/race-small-seed0.json");
 * console.log(bars.figures.raceCostFigure(record).data.length > 0); // true
 * ```
 */
export function raceCostFigure(record: RaceRecord): Figure {
  const { config, networks } = record;
  const rungs = rungsOf(config);
  const shown = [0, ...rungs.slice(1).flatMap(({ rung }) => (ran(networks, rung).length > 0 ? [rung] : []))];
  const axis = `${raceMeasureName(config.band.measure)} of one image`;
  const costs = networks.map((network) => network.cost[config.band.measure]);
  const [least, most] = [Math.min(...costs), Math.max(...costs)];
  const margin = most > least ? 0.06 * (most - least) : 0.06 * most;
  const panels = shown.map((rung, column): Panel => {
    const first = rung === 0;
    return {
      row: 0,
      column,
      title: `${rungEnd(record, rungs[rung] as Rung)}: ${ran(networks, rung).length}`,
      traces: marks(record, rung, column === 0),
      xAxis: {
        title: { text: axis },
        exponentformat: "SI",
        nticks: 4,
        range: [least - margin, most + margin],
      },
      yAxis: {
        title: {
          text: first ? "training loss, nats" : column === 1 ? "held-out accuracy" : "",
        },
        nticks: 6,
        ...(first ? { autorange: "reversed" } : {}),
      },
    };
  });
  return figureFrame({
    title: "Cost against score",
    caption: raceCaption(
      record,
      `First rung: mean training loss of the last ${config.rungs.lossSteps} of ${config.rungs.steps} steps, the smaller the higher; others: accuracy, statistics of batch norms taken anew. One multiply-accumulate is one operation; a title says where the rung stops and how many networks ran it.`,
    ),
    rows: 1,
    columns: panels.length,
    panelWidth: Math.max(150, Math.floor(860 / Math.max(3, panels.length))),
    panelHeight: 240,
    gapX: 62,
    above: 84,
    legend: {},
    panels,
  });
}

function ran(networks: readonly RaceNetwork[], rung: number): RaceNetwork[] {
  return networks.filter((network) => (resultIn(network, rung)?.score ?? null) !== null);
}

function marks({ networks, winner, config }: RaceRecord, rung: number, inLegend: boolean): Trace[] {
  const value = (network: RaceNetwork) => {
    const result = resultIn(network, rung);
    return (rung === 0 ? result?.loss?.mean : result?.heldOut?.accuracy) as number;
  };
  const own = ran(networks, rung);
  const cost = (network: RaceNetwork) => network.cost[config.band.measure];
  const hovertemplate = "%{text}: %{y:.4f} at %{x:.4s}<extra></extra>";
  const origins = originLooks().flatMap((look): Trace[] => {
    const of = own.filter(({ origin }) => origin.kind === look.kind);
    // A legend of the first panel's speaks for all: the first rung has every network.
    if (of.length === 0) return [];
    return [
      typedTrace("scatter", {
        mode: "markers",
        name: look.name,
        showlegend: inLegend,
        x: of.map(cost),
        y: of.map(value),
        text: of.map(networkText),
        marker: { symbol: look.symbol, size: 7, color: look.color, opacity: 0.85 },
        hovertemplate,
      }),
    ];
  });
  const won = own.filter(({ index }) => index === winner);
  const ring = typedTrace("scatter", {
    mode: "markers",
    name: "winner",
    showlegend: inLegend,
    x: won.map(cost),
    y: won.map(value),
    text: won.map(networkText),
    marker: { symbol: "circle-open", size: 14, color: palette.black, line: { width: 2 } },
    hovertemplate,
  });
  return won.length > 0 ? [...origins, ring] : origins;
}
