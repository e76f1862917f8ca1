import { BarsError } from "../../util/errors";
import { version } from "../../util/version";
import type { Figure } from "../frame/figure";
import { figureFrame } from "../frame/figureFrame";
import { seriesStyle } from "../frame/seriesStyle";
import { palette } from "../frame/theme";
import { typedTrace } from "../frame/typedTrace";

/** A network of the scatter. */
interface TimedNetwork {
  readonly network: string;
  readonly method: string;
  readonly bops: number;
  readonly ops: number;
  readonly latencyMs: number;
  /** Sum of its layers' measured times. */
  readonly layersMs: number;
}

const panels = [
  { title: "BOPs of one image, millions", of: ({ bops }: TimedNetwork) => bops / 1e6 },
  { title: "OPs of one image, millions", of: ({ ops }: TimedNetwork) => ops / 1e6 },
  { title: "measured layers, added, ms", of: ({ layersMs }: TimedNetwork) => layersMs },
];

/**
 * Time of one image against BOPs, OPs and the sum of the layers' measured times; the line in the last panel is where both are equal.
 *
 * @param measured how it was measured: machine, engine, threads.
 * @throws BarsError for no network.
 *
 * @example
 * ```ts
 * const row = { network: "a", method: "drawn", bops: 1e6, ops: 1e5, latencyMs: 0.2, layersMs: 0.21 };
 * console.log(bars.figures.latencyScatter([row], "one thread of this machine").data.length); // 4
 * ```
 */
export function latencyScatter(rows: readonly TimedNetwork[], measured: string): Figure {
  if (rows.length === 0) throw new BarsError("latencyScatter: expected the times of networks, got none.");
  const methods = [...new Set(rows.map(({ method }) => method))];
  const most = Math.max(...rows.map(({ latencyMs, layersMs }) => Math.max(latencyMs, layersMs)));
  return figureFrame({
    title: "Does the number of operations tell the time?",
    caption: {
      measured,
      origin: `run over ${rows.length} networks, weights drawn at random · bars ${version}`,
    },
    alt: `Time of one image of ${rows.length} networks against BOPs, against OPs and against the sum of their layers' measured times; from ${Math.min(...rows.map(({ latencyMs }) => latencyMs)).toPrecision(2)} to ${Math.max(...rows.map(({ latencyMs }) => latencyMs)).toPrecision(2)} ms.`,
    rows: 1,
    columns: panels.length,
    panelWidth: 230,
    panelHeight: 230,
    above: 54,
    legend: {},
    panels: panels.map(({ title, of }, column) => ({
      row: 0,
      column,
      xAxis: { title: { text: title }, rangemode: "tozero" },
      yAxis: { title: { text: column === 0 ? "ms of one image" : "" }, rangemode: "tozero" },
      traces: [
        ...methods.map((method, i) => {
          const own = rows.filter((row) => row.method === method);
          const { color, symbol } = seriesStyle(i);
          return typedTrace("scatter", {
            mode: "markers",
            name: method,
            legendgroup: method,
            showlegend: column === 0,
            x: own.map(of),
            y: own.map(({ latencyMs }) => latencyMs),
            text: own.map(({ network }) => network),
            marker: { color, symbol, size: 8, opacity: 0.8 },
            hovertemplate: "%{text}: %{y:.3g} ms<extra></extra>",
          });
        }),
        ...(column === panels.length - 1
          ? [
              typedTrace("scatter", {
                mode: "lines",
                name: "equal",
                showlegend: false,
                x: [0, most],
                y: [0, most],
                line: { color: palette.black, width: 1, dash: "dot" },
                hoverinfo: "skip",
              }),
            ]
          : []),
      ],
    })),
  });
}
