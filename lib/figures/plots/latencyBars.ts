import type { Table } from "../../records/table";
import { BarsError } from "../../util/errors";
import { barFrame, maxBars } from "../frame/barFrame";
import type { Figure } from "../frame/figure";
import { plotlyText } from "../frame/plotlyText";
import { checkColumns, numbersOf, textsOf } from "../frame/tableColumns";
import { palette } from "../frame/theme";
import { typedTrace } from "../frame/typedTrace";

const colors = () => [
  palette.blue,
  palette.orange,
  palette.green,
  palette.purple,
  palette.skyBlue,
  palette.vermillion,
];

/**
 * How long networks take: one bar a name, several beside each other where the table has the column `series` (e.g.
 * the engine), whiskers from `lowMs` to `highMs` where it has both.
 *
 * @param table with the columns `name` and `latencyMs`; its notes say on which machine, over how many images and
 * how often it was measured.
 * @throws BarsError if a column is missing or holds no numbers, and for more than six series or 40 names.
 *
 * @example
 * ```ts
 * const columns = [
 *   { name: "name", unit: null, description: "network" },
 *   { name: "latencyMs", unit: "ms", description: "median time of one image" },
 * ];
 * const rows = [{ name: "small", latencyMs: 1.2 }, { name: "large", latencyMs: 4.8 }];
 * const table = bars.records.table("Two networks", columns, rows, { sources: [], notes: ["made up"] });
 * console.log(bars.figures.latencyBars(table).data.length > 0); // true
 * ```
 */
export function latencyBars(table: Table): Figure {
  const has = (name: string) => table.columns.some((column) => column.name === name);
  const ranged = has("lowMs") || has("highMs");
  checkColumns(table, ["name", "latencyMs", ...(ranged ? ["lowMs", "highMs"] : [])], "latencyBars");
  const names = textsOf(table, "name");
  const latency = numbersOf(table, "latencyMs", "latencyBars");
  const low = ranged ? numbersOf(table, "lowMs", "latencyBars") : latency;
  const high = ranged ? numbersOf(table, "highMs", "latencyBars") : latency;
  const seriesOf = has("series") ? textsOf(table, "series") : names.map(() => "latency");
  const series = [...new Set(seriesOf)];
  if (series.length > colors().length) {
    throw new BarsError(
      `latencyBars: the table "${table.title}" must have at most ${colors().length} series, got ${series.length}.`,
    );
  }
  const traces = series.map((name, s) => {
    const own = seriesOf.flatMap((other, i) => (other === name ? [i] : []));
    const pick = <T>(values: readonly T[]) => own.map((i) => values[i] as T);
    const spread = {
      type: "data" as const,
      symmetric: false,
      array: own.map((i) => (high[i] as number) - (latency[i] as number)),
      arrayminus: own.map((i) => (latency[i] as number) - (low[i] as number)),
      thickness: 1.2,
      width: 3,
    };
    return typedTrace("bar", {
      name,
      x: pick(latency),
      y: pick(names),
      orientation: "h",
      marker: { color: colors()[s] as string },
      ...(ranged ? { error_x: spread } : {}),
      hovertemplate: `%{y}, ${plotlyText(name)}: %{x:.3g} ms<extra></extra>`,
    });
  });
  const rows = [...new Set(names)];
  if (rows.length > maxBars) {
    throw new BarsError(
      `latencyBars: the table "${table.title}" must have at most ${maxBars} names, as many as fit a page, got ${rows.length}; ` +
        "draw it in parts.",
    );
  }
  const said = names.map((name, i) => `${name}${has("series") ? ` (${seriesOf[i]})` : ""} ${latency[i]} ms`);
  const figure = barFrame({
    table,
    title: "Time of one image",
    names: rows,
    traces,
    xTitle: "ms",
    alt: `Horizontal bars of latency${ranged ? " with whiskers" : ""}: ${said.join("; ")}.`,
  });
  return { ...figure, layout: { ...figure.layout, barmode: "group", bargap: 0.3 } };
}
