import type { BinarizationConfig } from "../../config/binarizationConfig";
import { baselineLayers } from "../../cost/baselineSpecs";
import type { Cost } from "../../cost/cost";
import { costTable } from "../../cost/costTable";
import { sumCosts } from "../../cost/layerCost";
import type { AblatedNetwork } from "./ablation";

/**
 * Cost of one image in a changed network. A layer that is real counts its multiply-accumulates as FLOPs and its
 * weights as real parameters; a shortcut of a cell or block that is left out costs nothing. The sum it entered stays in `elementwise`, which is no part of OPs.
 */
export function ablationCost({ model, overrides }: AblatedNetwork, style: BinarizationConfig): Cost {
  const within = (name: string, layer: string) => name === layer || name.startsWith(`${layer}.`);
  const rows = model.kind === "baseline" ? baselineLayers(model) : costTable(model.genotype, style);
  const layers = rows.flatMap((row) => {
    const [name, override] = Object.entries(overrides).find(([layer]) => within(row.name, layer)) ?? [];
    if (override?.shortcut === false) {
      const apart = name?.endsWith(".shortcut") || within(row.name, `${name}.branch1`);
      return apart ? [] : [row];
    }
    if (override?.real === undefined) return [row];
    const { bops, binaryParams } = row;
    const real = override.real === "activations" ? 0 : binaryParams;
    return [
      {
        ...row,
        bops: 0,
        flops: row.flops + bops,
        binaryParams: binaryParams - real,
        realParams: row.realParams + real,
        bits: row.bits + 31 * real,
      },
    ];
  });
  return sumCosts(layers);
}
