import { tf } from "../../backend";
import type { StrategyFields } from "../../config/strategies/strategies";
import type { BiSamplingConfig } from "../../config/strategiesConfig";
import { fold, gumbel, type RandomKey, uniform } from "../../random/randomKey";
import type { AlphaTensors } from "../../supernet/alphaVariables";
import type { AtEpoch, StrategyHooks } from "../strategyHooks";

type Layout = Pick<AlphaTensors, "depth" | "width">;

/**
 * Two single layouts drawn from the alphas (TF-NAS, arXiv:2008.05314, section 3.2): the first by Gumbel, the second
 * among what the first left out. A level that takes no part keeps no entry, so the caller's own weights stay.
 *
 * Constants, not differentiable: they are for weight steps. A row of one choice gives that choice twice.
 */
export function biSamples(
  alphas: Layout,
  config: BiSamplingConfig,
  key: RandomKey,
): [Partial<Layout>, Partial<Layout>] {
  const rows = (level: "depth" | "width") =>
    alphas[level].map((alpha, i) =>
      alpha ? twoChoices(alpha.arraySync() as number[], config.second, fold(fold(key, level), i)) : null,
    );
  const depth = config.depth ? rows("depth") : null;
  const width = config.width ? rows("width") : null;
  const layout = (which: 0 | 1): Partial<Layout> => ({
    ...(depth ? { depth: depth.map((row) => row && oneHot(row.choices[which], row.length)) } : {}),
    ...(width ? { width: width.map((row) => row && oneHot(row.choices[which], row.length)) } : {}),
  });
  return [layout(0), layout(1)];
}

/** Indices of the first and the second choice of one row. */
export function twoChoices(
  row: readonly number[],
  second: BiSamplingConfig["second"],
  key: RandomKey,
): { readonly choices: readonly [number, number]; readonly length: number } {
  const largest = (scores: ArrayLike<number>, without: number) => {
    let best = -1;
    for (let i = 0; i < scores.length; i++) {
      if (i !== without && (best < 0 || (scores[i] as number) > (scores[best] as number))) best = i;
    }
    return best;
  };
  const noisy = (label: string) => {
    const noise = gumbel(fold(key, label), row.length);
    return row.map((alpha, i) => alpha + (noise[i] as number));
  };
  const first = largest(noisy("first"), -1);
  if (row.length === 1) return { choices: [first, first], length: 1 };
  const scores = {
    gumbel: () => noisy("second"),
    random: () => uniform(fold(key, "second"), row.length),
    min: () => row.map((alpha) => -alpha),
    max: () => row,
  }[second]();
  return { choices: [first, largest(scores, first)], length: row.length };
}

function oneHot(index: number, length: number): tf.Tensor1D {
  return tf.tensor1d(Array.from({ length }, (_, i) => (i === index ? 1 : 0)));
}

/** Trains two layouts a weight step (TF-NAS, arXiv:2008.05314). */
export const biSamplingHooks: StrategyHooks<AtEpoch<StrategyFields["biSampling"]>> = {
  draw(own, draws, { alphas, key }) {
    if (!own.depth && !own.width) return draws;
    return draws.flatMap((draw) =>
      biSamples(alphas, own, key).map((layout) => ({ ...draw, weights: { ...draw.weights, ...layout } })),
    );
  },
};
