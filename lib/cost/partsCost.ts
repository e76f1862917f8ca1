import { defaultBinarizationConfig } from "../config/binarizationConfig";
import type { BlockStyle } from "../primitives/blockStyle";
import { builtCells, headChannels, stemChannels } from "../space/builtCells";
import type { Genotype } from "../space/genotype";
import { cellCost } from "./cellCost";
import type { Cost } from "./cost";
import { timed } from "./latencyTable";
import { sumCosts } from "./layerCost";
import { headCost, stemCost } from "./stemAndHeadCost";

/**
 * The sum of the parts of a network that `costTables` lists: its stem, of each cell what all have and each operation, its head.
 * It is the cost of the network, but for its time, which is at most that of its parts (`timed`).
 */
export function partsCost(genotype: Genotype, style: BlockStyle = defaultBinarizationConfig): Cost {
  const { space } = genotype;
  const cells = builtCells(genotype).flatMap((built) => {
    const { fixed, edge } = cellCost(space, built, "cell", style);
    const operations = genotype.cells[built.group] ?? [];
    return [fixed, ...operations.map(({ to, from, primitive }) => edge(to, from, primitive))];
  });
  const ends = [stemCost(space, stemChannels(genotype)), headCost(space, headChannels(genotype))];
  return sumCosts([...ends, ...cells].flatMap((rows) => timed(rows)));
}
