import { baselineLayers } from "../complexity/baselineSpecs";
import { ops } from "../complexity/cost";
import { totalCost } from "../complexity/costTable";
import { sumCosts } from "../complexity/layerCost";
import type { BinarizationConfig } from "../config/binarizationConfig";
import type { ModelSpec } from "../run/modelSpec";
import type { TrainRecord } from "../run/trainRecord";

/** What a model costs on one image, as a record says it: one multiply-accumulate = 1. */
export function modelCost(model: ModelSpec, binarization: BinarizationConfig): TrainRecord["cost"] {
  const cost =
    model.kind === "baseline" ? sumCosts(baselineLayers(model)) : totalCost(model.genotype, binarization);
  return {
    flops: cost.flops,
    bops: cost.bops,
    ops: ops(cost),
    binaryParameters: cost.binaryParams,
    realParameters: cost.realParams,
    bits: cost.bits,
  };
}
