import { defaultBinarizationConfig } from "../../config/binarizationConfig";
import { costByPart } from "../../cost/costByPart";
import { costTable } from "../../cost/costTable";
import type { BlockStyle } from "../../primitives/blockStyle";
import { type Table, table } from "../../records/table";
import type { Genotype } from "../../space/genotype";
import { genotypeHash } from "../../space/genotypeJson";

/**
 * Cost of one image by part of the network (stem, cells, head) or layer by layer, as a table for {@link costBars}.
 * Layers without any FLOPs and BOPs are left out.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype } = bars.derive(bars.deriveInputOf(record));
 * const { rows } = bars.figures.costParts(genotype);
 * console.log(rows[0].name, rows.at(-1).name); // stem head
 * ```
 */
export function costParts(
  genotype: Genotype,
  by: "part" | "layer" = "part",
  style: BlockStyle = defaultBinarizationConfig,
): Table {
  const rows =
    by === "part"
      ? costByPart(genotype, style).map(({ part, flops, bops }) => ({ name: part, flops, bops }))
      : costTable(genotype, style)
          .filter(({ flops, bops }) => flops + bops > 0)
          .map(({ name, flops, bops }) => ({ name, flops, bops }));
  const counted = "one multiply-accumulate is one operation; element-wise work is left out";
  return table(
    `Cost by ${by}`,
    [
      { name: "name", unit: null, description: `The ${by}, in the order of computation.` },
      { name: "flops", unit: "multiply-accumulates", description: `Real-valued, of one image; ${counted}.` },
      { name: "bops", unit: "multiply-accumulates", description: `1-bit, of one image; ${counted}.` },
    ],
    rows,
    {
      sources: [`genotype ${genotypeHash(genotype).slice(0, 12)}`],
      notes: [`Counted, of one image; ${counted}; OPs = FLOPs + BOPs / 64.`],
    },
  );
}
