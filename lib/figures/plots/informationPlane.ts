import type { Table } from "../../records/table";
import { mean } from "../../util/statistics";
import type { Figure, Trace } from "../frame/figure";
import { figureFrame, type Panel } from "../frame/figureFrame";
import { seriesStyle } from "../frame/seriesStyle";
import { needColumns, tableCaption } from "../frame/tableCaption";
import { ink } from "../frame/theme";
import { typedTrace } from "../frame/typedTrace";

/** The path of one cell over the kept epochs: means over its binary layers, in bits. */
interface CellPath {
  readonly cell: number;
  readonly stage: number | null;
  /** Null after epochs of which nothing is known: its layers have fewer units than a code has bits. */
  readonly x: readonly (number | null)[];
  readonly y: readonly (number | null)[];
}

/**
 * The information plane over training, one panel a stage: for each cell the path of its binary layers (their mean), from
 * the first kept epoch (open mark) to the last (large mark). Right: more of the image is kept. Up: more is said of the
 * class. All panels have the same axes, and the other stages' paths in grey.
 *
 * @param over the result of `informationOverEpochs`; without a column `stage` all cells stand in one panel.
 * @throws RecordError for a table without its columns.
 *
 * @example
 * ```ts
 * const over = bars.readTable("data/records/analysis/information-over-epochs.json");
 * console.log(bars.figures.informationPlane(over).data.length > 0); // true
 * ```
 */
export function informationPlane(over: Table): Figure {
  needColumns("informationPlane", over, ["epoch", "cell", "inputInformation", "labelInformation"]);
  const epochs = [...new Set(over.rows.map(({ epoch }) => epoch as number))];
  const paths = pathsOf(over, epochs);
  const stages = [...new Set(paths.map(({ stage }) => stage))];
  const xRange = roomy(paths.flatMap(({ x }) => x));
  const yRange = roomy(paths.flatMap(({ y }) => y));
  const panels = stages.map((stage, column): Panel => {
    const others = stages.length > 1 ? paths.filter((path) => path.stage !== stage) : [];
    const own = paths.filter((path) => path.stage === stage);
    return {
      row: 0,
      column,
      title: stage === null ? "" : `stage ${stage}`,
      traces: [
        ...(others.length > 0 ? [behind(others)] : []),
        ...own.map((path) => pathTrace(path, paths.indexOf(path), epochs)),
      ],
      xAxis: { title: { text: "I(X;T), bits" }, range: xRange, nticks: 5 },
      yAxis: {
        title: { text: column === 0 ? "I(T;Y) above chance, bits" : "" },
        range: yRange,
        nticks: 6,
      },
    };
  });
  const shown = `after epochs ${epochs.join(", ")}`;
  const grey = stages.length > 1 ? " Grey: the other stages." : "";
  const wide = stages.length === 1;
  return figureFrame({
    title: "Information plane over training",
    alt: `Information plane: for each of ${paths.length} cells, mean information of its binary codes on the input (x) and on the label (y), ${shown}.`,
    caption: tableCaption(
      over,
      `Means of a cell's binary layers ${shown}, from the open mark to the largest one.${grey}`,
    ),
    rows: 1,
    columns: stages.length,
    panelWidth: wide ? 470 : 250,
    panelHeight: wide ? 320 : 190,
    gapX: 46,
    above: 30 + 20 * Math.ceil(paths.length / (wide ? 6 : 9)),
    legend: {},
    panels,
  });
}

function pathsOf(over: Table, epochs: readonly number[]): CellPath[] {
  const known = over.rows.filter(({ cell }) => cell !== null);
  const cells = [...new Set(known.map(({ cell }) => cell as number))];
  return cells.map((cell) => {
    const rows = known.filter((row) => row["cell"] === cell);
    const meanOf = (column: string, epoch: number) => {
      const values = rows
        .filter((row) => row["epoch"] === epoch)
        .flatMap(({ [column]: value }) => (typeof value === "number" ? [value] : []));
      return values.length === 0 ? null : mean(values);
    };
    return {
      cell,
      stage: (rows[0]?.["stage"] as number | null | undefined) ?? null,
      x: epochs.map((epoch) => meanOf("inputInformation", epoch)),
      y: epochs.map((epoch) => meanOf("labelInformation", epoch)),
    };
  });
}

function pathTrace({ cell, x, y }: CellPath, at: number, epochs: readonly number[]): Trace {
  const { color, symbol } = seriesStyle(at);
  const last = epochs.length - 1;
  return typedTrace("scatter", {
    mode: "lines+markers",
    name: `cell ${cell}`,
    x: [...x],
    y: [...y],
    text: epochs.map((epoch) => `after epoch ${epoch}`),
    line: { color, width: 1.3 },
    marker: {
      symbol: epochs.map((_, k) => (k === 0 && last > 0 ? (`${symbol}-open` as const) : symbol)),
      color,
      size: epochs.map((_, k) => (k === 0 ? 6 : k === last ? 10 : 4)),
      line: { color, width: 1 },
    },
    hovertemplate: "%{text}: I(X;T) %{x:.2f}, I(T;Y) %{y:.3f} bits",
  });
}

/** Paths of other stages as one pale line with gaps. */
function behind(paths: readonly CellPath[]): Trace {
  return typedTrace("scatter", {
    mode: "lines",
    x: paths.flatMap(({ x }) => [...x, null]),
    y: paths.flatMap(({ y }) => [...y, null]),
    line: { color: ink.grid, width: 1.3 },
    hoverinfo: "skip",
    showlegend: false,
  });
}

/** The range of values with room for the marks. */
function roomy(all: readonly (number | null)[]): [number, number] {
  const values = all.filter((value) => value !== null);
  if (values.length === 0) return [0, 1];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const air = 0.07 * (high - low) || 0.1;
  return [low - air, high + air];
}
