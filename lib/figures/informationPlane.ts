import type { Table } from "../run/table";
import type { Figure, Trace } from "./figure";
import { figureFrame } from "./figureFrame";
import { needColumns, tableCaption } from "./tableCaption";
import { shades } from "./theme";
import { typedTrace } from "./typedTrace";

/**
 * The information plane over training: for each cell the path of its binary layers (their mean), from the first kept
 * epoch (small mark) to the last (large mark). Right: more of the image is kept. Up: more is said of the class.
 *
 * @param over the result of `informationOverEpochs`.
 * @throws RecordError for a table without its columns.
 */
export function informationPlane(over: Table): Figure {
  needColumns("informationPlane", over, ["epoch", "cell", "inputInformation", "labelInformation"]);
  const cells = [...new Set(over.rows.flatMap(({ cell }) => (cell === null ? [] : [cell as number])))];
  const epochs = [...new Set(over.rows.map(({ epoch }) => epoch as number))];
  const colors = shades("blue", cells.length + 1).slice(1);
  const traces = cells.map((cell, i): Trace => {
    const mean = (column: string, epoch: number) => {
      const values = over.rows.filter((row) => row["cell"] === cell && row["epoch"] === epoch);
      return values.reduce((sum, row) => sum + (row[column] as number), 0) / values.length;
    };
    const color = colors[i] as string;
    return typedTrace("scatter", {
      mode: "lines+markers",
      name: `cell ${cell}`,
      x: epochs.map((epoch) => mean("inputInformation", epoch)),
      y: epochs.map((epoch) => mean("labelInformation", epoch)),
      text: epochs.map((epoch) => `after epoch ${epoch}`),
      line: { color, width: 1.5 },
      marker: {
        color,
        size: epochs.map((_, k) => 5 + (7 * k) / Math.max(1, epochs.length - 1)),
        line: { color: "white", width: 1 },
      },
      hovertemplate: "%{text}: I(X;T) %{x:.2f}, I(T;Y) %{y:.3f} bits",
    });
  });
  const shown = `after epochs ${epochs.join(", ")}`;
  return figureFrame({
    title: "Information plane of the binary layers over training",
    alt: `Information plane: for each of ${cells.length} cells, mean information of its binary codes on the input (x) and on the label (y), ${shown}.`,
    caption: tableCaption(over, `Marks grow with training: ${shown}; darker cells are deeper.`),
    rows: 1,
    columns: 1,
    panelWidth: 470,
    panelHeight: 320,
    right: 110,
    legend: { orientation: "v", x: 1.02, xanchor: "left", y: 1, yanchor: "top" },
    panels: [
      {
        row: 0,
        column: 0,
        traces,
        xAxis: { title: { text: "I(X;T), bits" }, nticks: 6 },
        yAxis: { title: { text: "I(T;Y) above chance, bits" }, nticks: 6 },
      },
    ],
  });
}
