import { tf } from "../backend";
import { samplers } from "../config/samplers";
import type { RandomKey } from "../random/randomKey";
import { ShapeError } from "../util/errors";
import { drawOf } from "./samplerDraws";

/** How one level of alphas is turned into mixture weights in one step: the method at its present temperature. */
export interface Sampler {
  readonly method: string;
  readonly temperature: number;
}

/**
 * Draws mixture weights from alphas, differentiably. Formulas: `lib/config/samplers`.
 *
 * Shapes: `alphas` `[…, choices]`, result the same, in [0, 1]. Without a key no noise is drawn: the weights are
 * those of zero noise, used for evaluation.
 *
 * @throws ShapeError where a sampler of the user's own gives weights of another shape.
 */
export function sampleWeights(alphas: tf.Tensor, sampler: Sampler, key?: RandomKey): tf.Tensor {
  const { method, temperature } = sampler;
  return tf.tidy(() => {
    const weights = drawOf(method).draw({ alphas, temperature, key });
    const shape = weights?.shape?.join(", ") ?? "none";
    if (shape !== alphas.shape.join(", ")) {
      throw new ShapeError(
        `sampler "${method}": draw must return weights of the alphas' shape [${alphas.shape.join(", ")}], got [${shape}].`,
      );
    }
    return weights;
  });
}

/**
 * The probabilities the alphas stand for, without noise: sigmoid or softmax (`SamplerFacts.probabilities`), of `a / T`
 * for samplers whose temperature belongs to them and of `a` for the others, whose temperature relaxes the draw but not its
 * distribution.
 */
export function probabilityWeights(alphas: tf.Tensor, sampler: Sampler): tf.Tensor {
  const { probabilities, tempered } = samplers.get(sampler.method);
  return tf.tidy(() => {
    const logits = tempered ? tf.div(alphas, sampler.temperature) : alphas;
    return probabilities === "sigmoid" ? tf.sigmoid(logits) : tf.softmax(logits);
  });
}
