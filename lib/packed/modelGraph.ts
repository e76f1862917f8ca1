import type { BinarizationConfig } from "../config/binarizationConfig";
import { baselineBinarization } from "../cost/baselineStyle";
import { activationBinarizers } from "../primitives/binarizers";
import type { ModelSpec } from "../records/modelSpec";
import { modelShape } from "../records/modelSpec";
import { ConfigError } from "../util/errors";
import { baselineGraph } from "./baselineGraph";
import type { PackedBinarization } from "./blockGraph";
import { genotypeGraph } from "./genotypeGraph";
import { type Graph, GraphBuilder } from "./graph";
import type { WeightSource } from "./weightSource";

/**
 * The layers of a model in evaluation, with the weights of a source.
 *
 * @param binarization of a genotype's network; hand-made networks bring their own.
 * @throws ConfigError for what no packed engine has: smooth signs, real weights in place of binary ones, a user's operation.
 */
export function modelGraph(model: ModelSpec, binarization: PackedBinarization, weights: WeightSource): Graph {
  const { imageSize, imageChannels } = modelShape(model);
  const build = new GraphBuilder(imageSize, imageChannels);
  switch (model.kind) {
    case "genotype": {
      checkBinary(model.name, binarization);
      const context = { build, weights, binarization };
      return build.finish(genotypeGraph(context, model.genotype));
    }
    case "baseline": {
      const own = baselineBinarization(model.block, binarization as BinarizationConfig);
      if (model.block !== "real") checkBinary(model.name, own);
      return build.finish(baselineGraph({ build, weights, binarization: own }, model));
    }
    default:
      return model satisfies never;
  }
}

function checkBinary(name: string, { activation, weight }: PackedBinarization): void {
  for (const [field, method, smooth] of [
    ["activation", activation, activationBinarizers.get(activation).smooth],
    ["weight", weight, weight === "identity"],
  ] as const) {
    if (!smooth) continue;
    throw new ConfigError(
      `${name}: a packed network expected binarization.${field} that gives signs, got "${method}", which leaves them real. Train it with another.`,
    );
  }
}
