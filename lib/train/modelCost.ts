import type { BinarizationConfig } from "../config/binarizationConfig";
import { baselineLayers } from "../cost/baselineSpecs";
import { ops } from "../cost/cost";
import { totalCost } from "../cost/costTable";
import { sumCosts } from "../cost/layerCost";
import type { ModelSpec } from "../records/modelSpec";
import type { TrainRecord } from "../records/trainRecord";

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
