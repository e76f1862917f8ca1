import { ops } from "../complexity/cost";
import { totalCost } from "../complexity/costTable";
import { deriveInputOf, type StoredEpoch } from "../derive/alphasAt";
import { derive, type RuleChoice } from "../derive/derive";
import { fold, randomKey } from "../random/randomKey";
import type { SearchRecord } from "../run/searchRecord";
import { genotypeHash } from "../space/genotypeJson";

/** One row of a comparison of derivation rules. Costs: one multiply-accumulate = 1, per image. */
export interface RuleRow {
  readonly rule: string;
  /** Operations in all cell groups. */
  readonly operations: number;
  readonly depth: string;
  readonly width: string;
  readonly flops: number;
  readonly bops: number;
  readonly ops: number;
  /** Mean gap between the two largest probabilities of an edge. */
  readonly margin: number;
  readonly genotype: string;
}

/** Derives from one stored search by several rules. Rules that draw use the record's seed. */
export function ruleComparison(
  record: SearchRecord,
  rules: readonly RuleChoice[],
  epoch: StoredEpoch = "last",
): RuleRow[] {
  const input = { ...deriveInputOf(record, epoch), key: fold(randomKey(record.config.seed), "derive") };
  return rules.map((rule) => {
    const { genotype, confidence } = derive(input, rule);
    const cost = totalCost(genotype, record.config.binarization);
    const margins = confidence.cells.flat();
    return {
      rule:
        typeof rule === "string"
          ? rule
          : JSON.stringify(rule).replace(/["{}]/g, "").replace("rule:", "").replaceAll(",", ", "),
      operations: genotype.cells.flat().length,
      depth: genotype.depth.join(" "),
      width: genotype.width.join(" "),
      flops: cost.flops,
      bops: cost.bops,
      ops: Math.round(ops(cost)),
      margin: Number((margins.reduce((sum, m) => sum + m, 0) / margins.length).toFixed(3)),
      genotype: genotypeHash(genotype).slice(0, 8),
    };
  });
}
