import type { Trace } from "../frame/figure";
import type { Panel } from "../frame/figureFrame";
import { ink, textSize } from "../frame/theme";
import { typedTrace } from "../frame/typedTrace";
import type { LevelValues } from "./distributionPanels";
import { roomy, titleOf } from "./distributionPanels";
import { stackedPlaces } from "./stackedPlaces";

/** Size of a dot, and of what it must not meet: the axis of values at its shortest, and one moment. In pixels. */
const dotSize = 5;
const shortest = { beside: 190, upright: 230 };
const momentSize = { beside: 34, upright: 15 };
/** Most of a moment's room that a stack takes. */
const share = 0.8;

/** The values of one level as dots, one row a moment, the first on top; where dots would meet they stand on each other. */
export function dotRows(values: LevelValues, column: number): Panel {
  const { moments, what } = values;
  return {
    row: 0,
    column,
    title: titleOf(values),
    traces: [dots(values, "beside")],
    xAxis: { range: roomy(values), title: { text: what }, nticks: 6 },
    yAxis: {
      range: [-0.4, moments.length - 1 + 0.95],
      tickvals: moments.map((_, i) => moments.length - 1 - i),
      ticktext: moments.map(({ name }) => name),
      showgrid: true,
      title: { text: column === 0 ? "epochs done" : "" },
    },
  };
}

/** The same upright: one column a moment, the first at the left; dots that would meet stand beside each other. */
export function dotColumns(values: LevelValues, column: number): Panel {
  const { moments, what } = values;
  return {
    row: 0,
    column,
    title: titleOf(values),
    traces: [dots(values, "upright")],
    xAxis: {
      range: [-0.6, moments.length - 0.4],
      tickvals: moments.map((_, i) => i),
      ticktext: moments.map(({ name }, at) => (at === 0 && moments.length > 4 ? "0" : name)),
      showgrid: false,
      title: { text: "epochs done" },
    },
    yAxis: { range: roomy(values), title: { text: column === 0 ? what : "" }, nticks: 6 },
  };
}

function dots(all: LevelValues, way: "beside" | "upright"): Trace {
  const { moments, color } = all;
  const [low, high] = roomy(all);
  const width = ((high - low) * dotSize) / shortest[way];
  const marks = moments.flatMap(({ values }, i) => {
    const groups = atOnePlace(values, way === "beside" ? width / 4 : -1);
    const places = stackedPlaces(
      groups.map(({ value }) => value),
      width,
    );
    const most = Math.max(0, ...places);
    const step = most === 0 ? 0 : Math.min(dotSize / momentSize[way], share / most);
    const base = way === "beside" ? moments.length - 1 - i : i;
    // Rows stack upwards, columns to both sides.
    const first = way === "beside" ? base : base - (step * most) / 2;
    return groups.map(({ value, count }, k) => ({ value, count, at: first + step * (places[k] as number) }));
  });
  const along = marks.map(({ value }) => value);
  const across = marks.map(({ at }) => at);
  return typedTrace("scatter", {
    mode: "text+markers",
    x: way === "beside" ? along : across,
    y: way === "beside" ? across : along,
    text: marks.map(({ count }) => (count > 1 ? `×${count}` : "")),
    textposition: "middle right",
    textfont: { size: textSize.caption, color: ink.text },
    marker: { symbol: "circle", size: dotSize, color, opacity: 0.8, line: { color: "white", width: 0.5 } },
    hovertemplate: `%{${way === "beside" ? "x" : "y"}:.3f}<extra></extra>`,
    showlegend: false,
  });
}

/** Each value, or one for all with their number where all of at least two are at one place. */
function atOnePlace(values: readonly number[], place: number): { value: number; count: number }[] {
  const count = values.length;
  if (count < 2 || Math.max(...values) - Math.min(...values) > place)
    return values.map((value) => ({ value, count: 1 }));
  return [{ value: values.reduce((sum, value) => sum + value, 0) / count, count }];
}
