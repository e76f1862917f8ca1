import type { Table } from "../../records/table";
import { siAmount } from "../../util/siAmount";
import { barFrame, maxBars } from "../frame/barFrame";
import type { Figure } from "../frame/figure";
import { checkColumns, numbersOf, textsOf } from "../frame/tableColumns";
import { palette } from "../frame/theme";
import { typedTrace } from "../frame/typedTrace";

/**
 * Where the operations of a network are: one bar a part or layer, its FLOPs and its BOPs / 64 stacked to OPs.
 *
 * More than 40 parts would exceed a page: the 39 with the most OPs are shown in their order, the others as one bar.
 *
 * @param table with the columns `name`, `flops` and `bops`, as `costParts` makes it.
 * @throws BarsError if a column is missing or holds no numbers.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype } = bars.derive(bars.deriveInputOf(record));
 * console.log(bars.figures.costBars(bars.figures.costParts(genotype)).data.length > 0); // true
 * ```
 */
export function costBars(table: Table): Figure {
  checkColumns(table, ["name", "flops", "bops"], "costBars");
  const { names, flops, binary } = onOnePage({
    names: textsOf(table, "name"),
    flops: numbersOf(table, "flops", "costBars"),
    binary: numbersOf(table, "bops", "costBars").map((bops) => bops / 64),
  });
  const total = [...flops, ...binary].reduce((sum, value) => sum + value, 0);
  const bar = (name: string, x: number[], color: string) =>
    typedTrace("bar", {
      name,
      x,
      y: names,
      orientation: "h",
      marker: { color, line: { color: "white", width: 0.5 } },
      hovertemplate: `%{y}, ${name}: %{x:.4s}<extra></extra>`,
    });
  const sums = flops.map((value, i) => value + (binary[i] as number));
  const most = sums.indexOf(Math.max(...sums));
  const figure = barFrame({
    table,
    title: "Where the operations are",
    names,
    traces: [bar("real: FLOPs", flops, palette.orange), bar("binary: BOPs / 64", binary, palette.blue)],
    xTitle: "OPs of one image",
    xAxis: { exponentformat: "SI" },
    alt:
      `Horizontal bars of OPs by ${names.length} parts, FLOPs and BOPs / 64 stacked: ${siAmount(total)} in all; ` +
      `most in ${names[most]}, ${siAmount(sums[most] as number)}.`,
  });
  return { ...figure, layout: { ...figure.layout, barmode: "stack", bargap: 0.3 } };
}

interface Parts {
  readonly names: string[];
  readonly flops: number[];
  readonly binary: number[];
}

/** The parts that fit a page; of more, those with the least OPs in one, named by their number. */
function onOnePage(all: Parts): Parts {
  const count = all.names.length;
  if (count <= maxBars) return all;
  const ops = (i: number) => (all.flops[i] as number) + (all.binary[i] as number);
  const dearest = new Set(
    all.names
      .map((_, i) => i)
      .sort((a, b) => ops(b) - ops(a) || a - b)
      .slice(0, maxBars - 1),
  );
  const split = (values: readonly number[]) => {
    const rest = values.reduce((sum, value, i) => sum + (dearest.has(i) ? 0 : value), 0);
    return [...values.filter((_, i) => dearest.has(i)), rest];
  };
  return {
    names: [...all.names.filter((_, i) => dearest.has(i)), `${count - dearest.size} smaller parts`],
    flops: split(all.flops),
    binary: split(all.binary),
  };
}
