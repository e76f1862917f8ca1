import { scaleLinear, scaleLog, scalePoint } from "d3-scale";
import type { PageRun, RunsData } from "./runsData";

/** One axis of parallel coordinates. */
export interface PathAxis {
  readonly key: string;
  readonly label: string;
  /** Place of a run on the axis, in pixels from the top; null where it has no value. */
  readonly at: (run: PageRun) => number | null;
  readonly ticks: readonly { readonly text: string; readonly y: number }[];
}

type Value = string | number | boolean | null;

/** Axes of settings that differ, of the costs and of the accuracy; numbers over two decades are logarithmic. */
export function pathAxes(
  { runs, axes }: RunsData,
  top: number,
  bottom: number,
  amount: (value: number) => string,
): PathAxis[] {
  const settings = [...new Set(runs.flatMap((run) => Object.keys(run.settings)))];
  const made = [
    axisOf("method", "method", runs, (run) => run.method, top, bottom, String),
    ...settings.map((key) => axisOf(key, key, runs, (run) => run.settings[key] ?? null, top, bottom, plain)),
    ...axes.map(({ key, label }) =>
      axisOf(key, label, runs, (run) => run.costs[key] ?? null, top, bottom, amount),
    ),
    axisOf(
      "accuracy",
      "test accuracy",
      runs,
      (run) => run.accuracy,
      top,
      bottom,
      (value) => `${(100 * value).toFixed(1)} %`,
    ),
  ];
  return made.filter(({ ticks }) => ticks.length > 1);
}

const plain = (value: number) => String(Number(value.toPrecision(3)));

function axisOf(
  key: string,
  label: string,
  runs: readonly PageRun[],
  valueIn: (run: PageRun) => Value,
  top: number,
  bottom: number,
  text: (value: number) => string,
): PathAxis {
  const values = runs.map(valueIn).filter((value) => value !== null);
  const numbers = values.filter((value) => typeof value === "number");
  const distinct = [...new Set(values)];
  if (numbers.length < values.length || distinct.length < 2) {
    const scale = scalePoint().domain(distinct.map(String)).range([bottom, top]).padding(0.2);
    return {
      key,
      label,
      at: (run) => {
        const value = valueIn(run);
        return value === null ? null : (scale(String(value)) ?? null);
      },
      ticks: distinct.map((value) => ({ text: String(value), y: scale(String(value)) as number })),
    };
  }
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  const scale = (least > 0 && most / least > 100 ? scaleLog() : scaleLinear())
    .domain([least, most])
    .range([bottom, top]);
  const middle = scale.invert((top + bottom) / 2);
  return {
    key,
    label,
    at: (run) => {
      const value = valueIn(run);
      return typeof value === "number" ? scale(value) : null;
    },
    ticks: [least, middle, most].map((value) => ({ text: text(value), y: scale(value) })),
  };
}
