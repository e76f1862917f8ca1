import { ops } from "../complexity/cost";
import { totalCost } from "../complexity/costTable";
import type { BinarizationConfig } from "../config/binarizationConfig";
import type { ModelSpec } from "../run/modelSpec";
import type { TrainRecord } from "../run/trainRecord";
import { ConfigError } from "../util/errors";

/** What a model costs on one image, as a record says it: one multiply-accumulate = 1. */
export function modelCost(model: ModelSpec, binarization: BinarizationConfig): TrainRecord["cost"] {
  if (model.kind === "baseline")
    throw new ConfigError(`${model.name}: the cost of baselines is not known yet.`);
  const cost = totalCost(model.genotype, binarization);
  return {
    flops: cost.flops,
    bops: cost.bops,
    ops: ops(cost),
    binaryParameters: cost.binaryParams,
    realParameters: cost.realParams,
    bits: cost.bits,
  };
}
