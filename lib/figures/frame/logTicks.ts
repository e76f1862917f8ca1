/** Digits that a logarithmic axis may label, the fullest set first. */
const digits = [[1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]] as const;
/** Least distance between two labels, as a share of the axis. */
const usualDistance = 0.09;

/**
 * Where a logarithmic axis has its ticks: as many round numbers as stand apart, two at least.
 *
 * @param range of the axis in decades, low to high.
 * @param apart least distance between two labels, as a share of the axis.
 */
export function logTicks([low, high]: readonly [number, number], apart = usualDistance): number[] {
  for (const set of digits) {
    const ticks: number[] = [];
    for (let decade = Math.floor(low); decade <= high; decade++) {
      for (const digit of set) {
        const at = decade + Math.log10(digit);
        if (at >= low && at <= high) ticks.push(at);
      }
    }
    if (ticks.length < 2) return evenTicks(low, high, apart);
    const near = ticks.some((at, i) => i > 0 && at - (ticks[i - 1] as number) < apart * (high - low));
    if (!near) return ticks.map((at) => Number((10 ** at).toPrecision(6)));
  }
  // Decades closer together than labels fit: every so many of them.
  const step = Math.ceil(apart * (high - low));
  const decades: number[] = [];
  for (let decade = Math.ceil(low); decade <= high; decade += step) decades.push(10 ** decade);
  return decades;
}

/** Multiples of a round step, for a range too narrow for two round numbers of one digit. */
function evenTicks(low: number, high: number, apart: number): number[] {
  const [from, to] = [10 ** low, 10 ** high];
  const most = Math.max(2, Math.min(6, Math.floor(1 / apart)));
  const magnitude = 10 ** Math.floor(Math.log10((to - from) / most));
  const fitting = [1, 2, 5, 10].map((digit) => digit * magnitude);
  const step = fitting.find((size) => (to - from) / size <= most) ?? 10 * magnitude;
  const first = Math.ceil(from / step);
  const count = Math.max(0, Math.floor(to / step) - first + 1);
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(6)));
}

/**
 * A value in decades; what is not above 0 has no place on a logarithmic axis and takes that of the least of `values` that is.
 */
export function decadesOf(value: number, values: readonly number[]): number {
  if (value > 0) return Math.log10(value);
  const positive = values.filter((one) => one > 0);
  return positive.length === 0 ? 0 : Math.log10(Math.min(...positive));
}

/**
 * A little more than some values on both sides, in decades.
 *
 * @param leastRoom on each side, however near each other the values are.
 */
export function logRange(values: readonly number[], leastRoom = 0.06): [number, number] {
  const logs = values.map((value) => decadesOf(value, values));
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const room = Math.max(0.06 * (high - low), high > low ? leastRoom : 0.06);
  return [low - room, high + room];
}

/** How ticks of amounts are written: `2M` of large ones, `0.07` where some are below one, whose letters nobody reads (`70m`). */
export function amountFormat(values: readonly number[]): string {
  return values.some((value) => value > 0 && value < 1) ? "~r" : "~s";
}

/** What is said of every logarithmic axis, behind the name of what it shows. */
export const logNote = ", log scale";

/**
 * A logarithmic axis around some values: it says that it is one, and has ticks at round numbers.
 *
 * @param title what it shows; empty where the panel's title says it, which then ends with {@link logNote}.
 */
export function logAxis(
  title: string,
  values: readonly number[],
  apart?: number,
): Readonly<Record<string, unknown>> {
  const range = logRange(values, 0.01);
  return {
    title: { text: title === "" ? "" : `${title}${logNote}` },
    type: "log",
    range,
    tickvals: logTicks(range, apart),
    tickformat: amountFormat(values),
  };
}
