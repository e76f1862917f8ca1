import type { TrainConfig } from "../config/trainConfig";
import type { RandomKey } from "../random/randomKey";
import type { ModelSpec } from "../records/modelSpec";
import { BaselineNetwork } from "./baselineNetwork";
import type { LayerOverrides } from "./layerOverrides";
import { Network } from "./network";
import type { Trainable } from "./trainable";

/**
 * Builds a model's network with fresh weights. The caller disposes of it.
 * @param overrides layers that do otherwise than the settings say.
 * @throws ConfigError for overrides of layers the network does not have.
 */
export function buildNetwork(
  model: ModelSpec,
  config: Pick<TrainConfig, "binarization" | "auxiliaryWeight">,
  key: RandomKey,
  overrides: LayerOverrides = {},
): Trainable {
  switch (model.kind) {
    case "genotype": {
      const auxiliary = config.auxiliaryWeight > 0;
      return new Network(model.genotype, config.binarization, key, {
        name: model.name,
        auxiliary,
        overrides,
      });
    }
    case "baseline":
      return new BaselineNetwork(model, config.binarization, key, model.name, overrides);
    default:
      return model satisfies never;
  }
}
