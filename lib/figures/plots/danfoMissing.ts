import type { DataFrame, Series } from "danfojs-node/dist/danfojs-base";
import { loadPackage } from "../../text/packageFile";
import { BarsError } from "../../util/errors";
import { mendGroupKeys } from "./danfoGroups";

/** What of danfojs is used here. */
interface Danfo {
  readonly DataFrame: new (values: readonly unknown[], options?: object) => DataFrame;
  readonly Series: new (values: readonly unknown[], options?: object) => Series;
}
type Method = (this: never, ...values: never[]) => unknown;
type Methods = Record<string, Method>;

/** A statistic of numbers that are all there; NaN where there are too few. */
const statistics = {
  mean: (values) => sum(values) / values.length,
  median: (values) => {
    const sorted = [...values].sort((a, b) => a - b);
    const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
    return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
  },
  min: (values) => (values.length === 0 ? Number.NaN : values.reduce((a, b) => Math.min(a, b))),
  max: (values) => (values.length === 0 ? Number.NaN : values.reduce((a, b) => Math.max(a, b))),
  std: (values) => Math.sqrt(variance(values)),
  var: (values) => variance(values),
} satisfies Record<string, (values: readonly number[]) => number>;
type Statistic = keyof typeof statistics;

/** What a group's column can be made into besides: the running values, and counts. */
const running: Readonly<Record<string, (soFar: number, value: number) => number>> = {
  cumsum: (soFar, value) => soFar + value,
  cumprod: (soFar, value) => soFar * value,
  cummin: (soFar, value) => Math.min(soFar, value),
  cummax: (soFar, value) => Math.max(soFar, value),
};

let loaded: Danfo | undefined;

/** @throws BarsError that says how to install it, where it is not there. */
function installedDanfo(): Danfo {
  try {
    return loadPackage<Danfo>("danfojs-node");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code !== "MODULE_NOT_FOUND" || !message.includes("'danfojs-node'")) throw cause;
    throw new BarsError(
      'dataFrame: the package danfojs-node is not installed. Put "overrides": { "danfojs-node": { "xlsx": "npm:@e965/xlsx@0.20.3", "@tensorflow/tfjs-node": "npm:@tensorflow/tfjs@4.22.0" } } into your package.json, then run npm install danfojs-node@1.2.0.',
      { cause },
    );
  }
}

/**
 * Loads danfojs, with one treatment of missing values (NaN, null) in all its statistics: they are left out, and a
 * statistic of nothing is NaN.
 *
 * Note: danfojs 1.2.0 by itself does so in `Series` alone. There a statistic of nothing throws; `describe` gives NaN
 * for a column with one NaN and throws for null; `groupby` gives NaN for a group with one NaN, reckons null as 0, and
 * counts both; the spread of a single value is 0 everywhere. Methods of its classes are exchanged instead of derived
 * from, because frames made of frames (`query`, `loc`, `merge`) are always of its own class.
 */
export function danfoWithMissing(): Danfo {
  if (loaded === undefined) {
    const danfo = installedDanfo();
    const frame = holderOf(danfo.DataFrame.prototype, "describe");
    const series = holderOf(danfo.Series.prototype, "mean");
    const one = new danfo.DataFrame([[1, 1]], { columns: ["key", "value"] });
    const group = holderOf(one.groupby(["key"]), "groupMathLog");
    mendSeries(series);
    mendFrame(frame, danfo);
    mendGroups(group);
    mendGroupKeys(group);
    loaded = danfo;
  }
  return loaded;
}

/** The object among a value's prototypes that holds a method: the exported classes are derived from those in use. */
function holderOf(value: object, method: string): Methods {
  const above = Object.getPrototypeOf(value) as object;
  return Object.hasOwn(value, method) ? (value as Methods) : holderOf(above, method);
}

function mendSeries(series: Methods): void {
  for (const name of Object.keys(statistics) as Statistic[]) {
    const statistic = statistics[name];
    series[name] = function (this: SeriesInside) {
      return statistic(this.$checkAndCleanValues(this.values, name).map(Number));
    } as Method;
  }
}

interface SeriesInside {
  readonly values: readonly unknown[];
  $checkAndCleanValues(values: readonly unknown[], operation: string): unknown[];
}
interface FrameInside {
  readonly columns: string[];
  readonly index: unknown[];
  readonly dtypes: readonly string[];
  column(name: string): Series;
  $getDataByAxisWithMissingValuesRemoved(axis: 0 | 1): unknown[][];
  $frameIsNotCompactibleForArithmeticOperation(): boolean;
}

function mendFrame(frame: Methods, danfo: Danfo): void {
  for (const name of Object.keys(statistics) as Statistic[]) {
    const own = frame[name] as Method;
    const statistic = statistics[name];
    frame[name] = function (this: FrameInside, options?: { axis?: 0 | 1 }) {
      const axis = options?.axis ?? 1;
      // Its own method says what is wrong with the axis or the columns.
      if (this.$frameIsNotCompactibleForArithmeticOperation() || (axis !== 0 && axis !== 1))
        return own.call(this as never, options as never);
      const values = this.$getDataByAxisWithMissingValuesRemoved(axis);
      const results = values.map((part) => statistic(part.map(Number)));
      return new danfo.Series(results, { index: axis === 0 ? this.columns : this.index });
    } as Method;
  }
  frame["describe"] = function (this: FrameInside) {
    const names = this.columns.filter((_, i) => this.dtypes[i] !== "string");
    const order = ["mean", "std", "min", "median", "max", "var"] as const;
    const columns = names.map((name) => {
      const column = this.column(name);
      return [column.count(), ...order.map((statistic) => Number(column[statistic]()))];
    });
    const index = ["count", ...order.slice(0, -1), "variance"];
    const rows = index.map((_, row) => columns.map((column) => column[row]));
    return new danfo.DataFrame(rows, { columns: names, index });
  } as Method;
}

function mendGroups(group: Methods): void {
  const own = group["groupMathLog"] as Method;
  group["groupMathLog"] = function (this: never, values: readonly unknown[], operation: string) {
    const isThere = (value: unknown) => value !== null && value !== undefined && !Number.isNaN(value);
    const there = values.filter(isThere);
    if (operation === "count") return [there.length];
    if (Object.hasOwn(statistics, operation)) return [statistics[operation as Statistic](there.map(Number))];
    if (operation === "sum") return [sum(there.map(Number))];
    const step = Object.hasOwn(running, operation) ? running[operation] : undefined;
    if (!step && there.length === 0) return [Number.NaN];
    if (!step) return own.call(this, there as never, operation as never);
    let soFar: number | undefined;
    // As many values as rows: a missing one stays missing, and the next goes on behind it.
    return values.map((value) => {
      if (!isThere(value)) return Number.NaN;
      soFar = soFar === undefined ? Number(value) : step(soFar, Number(value));
      return soFar;
    });
  } as Method;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Unbiased; NaN for fewer than two values. */
function variance(values: readonly number[]): number {
  const mean = sum(values) / values.length;
  return values.length < 2
    ? Number.NaN
    : sum(values.map((value) => (value - mean) ** 2)) / (values.length - 1);
}
