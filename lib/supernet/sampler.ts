import { detach, tf } from "../backend";
import { type BuiltInSampler, samplers } from "../config/samplers";
import { gumbel, logistic, type RandomKey } from "../random/randomKey";
import { ShapeError } from "../util/errors";

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

/** What a draw reads. */
export interface DrawInput {
  /** The logits, `[…, choices]`. */
  readonly alphas: tf.Tensor;
  readonly temperature: number;
  /** Undefined where no noise is drawn: the weights are then those of zero noise, used for evaluation. */
  readonly key: RandomKey | undefined;
}

/** How a sampler draws. */
export interface SamplerDraw {
  /** Mixture weights of the alphas' shape, in [0, 1], differentiable in them. */
  draw(input: DrawInput): tf.Tensor;
  /**
   * Of a sampler that leaves all candidates but one of each row without effect, in value and in gradient: which one it
   * draws with the same key, so that the others need not be computed. Left out: all are.
   */
  chosen?(alphas: readonly (readonly number[])[], key: RandomKey): number[];
}

const builtIn = {
  softmax: { draw: ({ alphas, temperature }) => tf.softmax(tf.div(alphas, temperature)) },
  gumbel: { draw: gumbelWeights },
  hard_gumbel: {
    draw(input) {
      const soft = gumbelWeights(input);
      return input.key ? straightThroughOneHot(soft) : soft;
    },
  },
  path: {
    draw(input) {
      const soft = gumbelWeights(input);
      return input.key ? chosenOnly(soft) : soft;
    },
    chosen: chosenPaths,
  },
  sigmoid: {
    draw: ({ alphas, temperature, key }) =>
      tf.sigmoid(tf.div(key ? tf.add(alphas, logisticNoise(alphas, key)) : alphas, temperature)),
  },
  plain_sigmoid: { draw: ({ alphas, temperature }) => tf.sigmoid(tf.div(alphas, temperature)) },
} satisfies Readonly<Record<BuiltInSampler, SamplerDraw>>;

/**
 * How a sampler of the library, or of `defineSampler`, draws.
 *
 * @throws ConfigError for an unknown name, with those near it and what to define.
 */
export function drawOf(method: string): SamplerDraw {
  if (Object.hasOwn(builtIn, method)) return builtIn[method as BuiltInSampler];
  // What users define goes through `defineSampler`, which puts whole samplers into the table.
  return samplers.get(method) as unknown as SamplerDraw;
}

function gumbelWeights({ alphas, temperature, key }: DrawInput): tf.Tensor {
  const noisy = key ? tf.add(alphas, tf.tensor(gumbel(key, alphas.size), alphas.shape)) : alphas;
  return tf.softmax(tf.div(noisy, temperature));
}

/**
 * The candidates that sampler "path" draws with the same key, row by row: `argmax (a + g)`, in
 * single precision as the engine does it.
 */
function chosenPaths(alphas: readonly (readonly number[])[], key: RandomKey): number[] {
  const columns = alphas[0]?.length ?? 0;
  const noise = gumbel(key, alphas.length * columns);
  return alphas.map((row, r) => {
    let best = 0;
    let largest = -Infinity;
    row.forEach((alpha, k) => {
      const value = Math.fround(Math.fround(alpha) + (noise[r * columns + k] as number));
      if (value > largest) [best, largest] = [k, value];
    });
    return best;
  });
}

function logisticNoise(alphas: tf.Tensor, key: RandomKey): tf.Tensor {
  return tf.tensor(logistic(key, alphas.size), alphas.shape);
}

/** The one-hot of the largest entry; gradients pass through that entry alone. */
function chosenOnly(soft: tf.Tensor): tf.Tensor {
  const constant = detach(soft);
  return tf.mul(oneHotOfLargest(constant), tf.add(1, tf.sub(soft, constant)));
}

function oneHotOfLargest(soft: tf.Tensor): tf.Tensor {
  const choices = soft.shape[soft.rank - 1] as number;
  return tf.tidy(() => tf.reshape(tf.cast(tf.oneHot(tf.argMax(soft, -1), choices), "float32"), soft.shape));
}

/** Forward the one-hot of the largest entry along the last axis, backward the identity. */
const straightThroughOneHot = tf.customGrad((x) => {
  const soft = x as tf.Tensor;
  return { value: oneHotOfLargest(soft), gradFunc: (upstream: tf.Tensor) => upstream };
});
