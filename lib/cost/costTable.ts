import { defaultBinarizationConfig } from "../config/binarizationConfig";
import type { BlockStyle } from "../primitives/blockStyle";
import { builtCells, headChannels, stemChannels } from "../space/builtCells";
import type { Genotype } from "../space/genotype";
import { cellCost } from "./cellCost";
import type { Cost, LayerCost } from "./cost";
import { timed } from "./latencyTable";
import { sumCosts } from "./layerCost";
import { headCost, stemCost } from "./stemAndHeadCost";

/**
 * Every layer of the derived network with its cost on one image, in the order of computation.
 *
 * @param style how binary layers are built (a `BinarizationConfig` serves). It changes element-wise work and
 * real parameters, never BOPs, and never the FLOPs.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype } = bars.derive(bars.deriveInputOf(record));
 * const [stem] = bars.costTable(genotype);
 * console.log(stem.name, stem.flops, stem.outputShape); // stem.conv 221184 [32,32,8]
 * ```
 */
export function costTable(genotype: Genotype, style: BlockStyle = defaultBinarizationConfig): LayerCost[] {
  const { space } = genotype;
  const cells = builtCells(genotype).flatMap((built) => {
    const parts = cellCost(space, built, `cell${built.cell}`, style);
    const edges = (genotype.cells[built.group] ?? []).flatMap(({ to, from, primitive }) =>
      parts.edge(to, from, primitive),
    );
    const before =
      space.process === "preprocess" ? parts.fixed.findIndex(({ layer }) => layer === "concat") : 0;
    return [...parts.fixed.slice(0, before), ...edges, ...parts.fixed.slice(before)];
  });
  const ends = [stemCost(space, stemChannels(genotype)), headCost(space, headChannels(genotype))] as const;
  return timed([...ends[0], ...cells, ...ends[1]], true);
}

/**
 * The whole cost of the derived network on one image: the sum of {@link costTable}.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype } = bars.derive(bars.deriveInputOf(record));
 * const { flops, bops, bits } = bars.cost.totalCost(genotype);
 * console.log(flops, bops, bits); // 352576 4816896 50560
 * ```
 */
export function totalCost(genotype: Genotype, style: BlockStyle = defaultBinarizationConfig): Cost {
  return sumCosts(costTable(genotype, style));
}
