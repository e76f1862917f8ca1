import { defaultBinarizationConfig } from "../config/binarizationConfig";
import type { BlockStyle } from "../primitives/blockStyle";
import type { Genotype } from "../space/genotype";
import { addCosts, type Cost, ops, zeroCost } from "./cost";
import { costTable } from "./costTable";

/** What one part of a network (stem, a cell, head) costs. */
export interface PartCost extends Cost {
  /** "stem", "cell3", …, "head". The extra stem is counted with the stem. */
  readonly part: string;
  /** FLOPs + BOPs / 64. */
  readonly ops: number;
}

/**
 * {@link costTable} summed over the parts of the network, in the order of computation.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype } = bars.derive(bars.deriveInputOf(record));
 * const parts = bars.costByPart(genotype);
 * console.log(parts.map(({ part }) => part)); // ["stem","cell0","cell1","cell2","head"]
 * console.log(parts[1].bops); // 1900544
 * ```
 */
export function costByPart(genotype: Genotype, style: BlockStyle = defaultBinarizationConfig): PartCost[] {
  const parts = new Map<string, Cost>();
  for (const row of costTable(genotype, style)) {
    const first = row.name.split(".")[0] as string;
    const part = first === "extraStem" ? "stem" : first;
    parts.set(part, addCosts(parts.get(part) ?? zeroCost, row));
  }
  return [...parts].map(([part, cost]) => ({ part, ...cost, ops: ops(cost) }));
}
