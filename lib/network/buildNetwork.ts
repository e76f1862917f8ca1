import type { TrainConfig } from "../config/trainConfig";
import type { RandomKey } from "../random/randomKey";
import type { ModelSpec } from "../run/modelSpec";
import { ConfigError } from "../util/errors";
import { Network } from "./network";
import type { Trainable } from "./trainable";

/** Builds a model's network with fresh weights. The caller disposes of it. */
export function buildNetwork(
  model: ModelSpec,
  config: Pick<TrainConfig, "binarization" | "auxiliaryWeight">,
  key: RandomKey,
): Trainable {
  switch (model.kind) {
    case "genotype": {
      const auxiliary = config.auxiliaryWeight > 0;
      return new Network(model.genotype, config.binarization, key, { name: model.name, auxiliary });
    }
    case "baseline":
      throw new ConfigError(`${model.name}: baselines cannot be built yet.`);
    default:
      return model satisfies never;
  }
}
