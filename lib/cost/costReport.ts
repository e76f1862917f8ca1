import { defaultBinarizationConfig } from "../config/binarizationConfig";
import type { BlockStyle } from "../primitives/blockStyle";
import type { Genotype } from "../space/genotype";
import { genotypeHash } from "../space/genotypeJson";
import { type Cost, type LayerCost, ops } from "./cost";
import { type CostConvention, conventionText, inConvention } from "./costConvention";
import { costTable } from "./costTable";
import { sumCosts } from "./layerCost";

/** One line of a report: a layer, or a part of the network with all its layers. */
export interface CostReportRow extends Cost {
  readonly name: string;
  readonly inputShape: LayerCost["inputShape"];
  readonly outputShape: LayerCost["outputShape"];
}

/** The cost of a network for reading. Operations are counted by `convention`. */
export interface CostReport {
  readonly title: string;
  readonly convention: CostConvention;
  readonly rows: readonly CostReportRow[];
  readonly total: Cost;
  /** FLOPs + BOPs / 64 of the whole network. */
  readonly ops: number;
  /** The same as a table of plain text, with the convention below it. */
  readonly text: string;
}

export interface CostReportOptions {
  readonly convention?: CostConvention;
  /** "parts": stem, extra stem, each cell and the head are a line each. "layers": every layer is. */
  readonly detail?: "parts" | "layers";
  readonly title?: string;
}

/**
 * The report of a derived network.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype } = bars.derive(bars.deriveInputOf(record));
 * console.log(bars.costReport(genotype).text.split("\n")[0]); // genotype 15def6a821e9
 * ```
 */
export function costReport(
  genotype: Genotype,
  options: CostReportOptions & { readonly style?: BlockStyle } = {},
): CostReport {
  const title = options.title ?? `genotype ${genotypeHash(genotype).slice(0, 12)}`;
  return layerReport(costTable(genotype, options.style ?? defaultBinarizationConfig), { ...options, title });
}

/** The report of any table of layers, e.g. of a hand-made network. */
export function layerReport(layers: readonly LayerCost[], options: CostReportOptions = {}): CostReport {
  const { convention = "mac", detail = "parts", title = "network" } = options;
  const rows = (detail === "layers" ? layers : parts(layers)).map((row) => inConvention(row, convention));
  const total = inConvention(sumCosts(layers), convention);
  const text = reportText(title, rows, total, conventionText[convention]);
  return { title, convention, rows, total, ops: ops(total), text };
}

/** One row for each first part of the layers' names, in order. */
function parts(layers: readonly LayerCost[]): CostReportRow[] {
  const groups = new Map<string, LayerCost[]>();
  for (const layer of layers) {
    const name = layer.name.split(".")[0] as string;
    groups.set(name, [...(groups.get(name) ?? []), layer]);
  }
  return Array.from(groups, ([name, own]) => {
    const inputShape = (own[0] as LayerCost).inputShape;
    return { ...sumCosts(own), name, inputShape, outputShape: (own.at(-1) as LayerCost).outputShape };
  });
}

function reportText(title: string, rows: readonly CostReportRow[], total: Cost, convention: string): string {
  const numbers = (cost: Cost) =>
    [
      cost.flops,
      cost.bops,
      ops(cost),
      cost.elementwise,
      cost.realParams,
      cost.binaryParams,
      cost.bits / 8192,
    ].map(grouped);
  const header = [
    "layer",
    "output",
    "FLOPs",
    "BOPs",
    "OPs",
    "elementwise",
    "real params",
    "binary params",
    "KiB",
  ];
  const body = rows.map((row) => [row.name, row.outputShape.join("x"), ...numbers(row)]);
  const table = [header, ...body, ["total", "", ...numbers(total)]];
  const widths = header.map((_, column) => Math.max(...table.map((line) => (line[column] as string).length)));
  const lines = table.map((line) =>
    line
      .map((cell, column) =>
        column < 2 ? cell.padEnd(widths[column] as number) : cell.padStart(widths[column] as number),
      )
      .join("  ")
      .trimEnd(),
  );
  const rule = "-".repeat(Math.max(...lines.map((line) => line.length)));
  const [top = "", ...others] = lines;
  const note = `Per image; ${convention}. Batch norm, activations, pooling and sums are elementwise, not in OPs.`;
  return [title, "", top, rule, ...others.slice(0, -1), rule, others.at(-1) ?? "", "", note].join("\n");
}

/** Thousands apart, one decimal where a number is not whole: 1234567 is `1,234,567`, 10.25 is `10.3`. */
function grouped(value: number): string {
  const [whole = "0", fraction] = (Number.isInteger(value) ? String(value) : value.toFixed(1)).split(".");
  const separated = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? separated : `${separated}.${fraction}`;
}
