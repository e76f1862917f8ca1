import type { TrainConfig } from "../config/trainConfig";
import type { RandomKey } from "../random/randomKey";
import type { ModelSpec } from "../run/modelSpec";
import { BaselineNetwork } from "./baselineNetwork";
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
      return new BaselineNetwork(model, config.binarization, key, model.name);
    default:
      return model satisfies never;
  }
}
