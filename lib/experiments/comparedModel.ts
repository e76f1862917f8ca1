import { prunedNetwork } from "../derive/prunedNetwork";
import { unfedEdges } from "../derive/unfed";
import type { ModelSpec } from "../records/modelSpec";
import type { TrainRecord } from "../records/trainRecord";
import { modelCost } from "../train/modelCost";

/**
 * The model whose operations are counted where trained networks are compared: without those that nothing feeds, which add the same to
 * every image. Races and random draws are costed so before they are trained; a network trained with such operations has them
 * in its record's cost.
 */
export function comparedModel(model: ModelSpec): ModelSpec {
  if (model.kind === "baseline" || model.genotype.cells.every((edges) => unfedEdges(edges).length === 0))
    return model;
  return { ...model, genotype: prunedNetwork(model.genotype) };
}

/** What it costs. The record's own numbers where nothing is left out. */
export function comparedCost({ model, config, cost }: TrainRecord): TrainRecord["cost"] {
  const compared = comparedModel(model);
  return compared === model ? cost : modelCost(compared, config.binarization);
}
