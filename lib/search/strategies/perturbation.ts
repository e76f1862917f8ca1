import { lossGradients, tf } from "../../backend";
import type { StrategyFields } from "../../config/strategies/strategies";
import { fold, type RandomKey, uniform } from "../../random/randomKey";
import type { AlphaTensors } from "../../supernet/alphaVariables";
import type { AtEpoch, StrategyHooks } from "../strategyHooks";

/** Mixture weights of the cells with uniform noise of `[−epsilon, epsilon]`, clamped to [0, 1] (SDARTS-RS). */
export function randomlyPerturbed(cells: readonly tf.Tensor[], epsilon: number, key: RandomKey): tf.Tensor[] {
  return cells.map((weights, group) =>
    tf.tidy(() => {
      const noise = uniform(fold(key, group), weights.size).map((u) => (2 * u - 1) * epsilon);
      return tf.clipByValue(tf.add(weights, tf.tensor(noise, weights.shape)), 0, 1);
    }),
  );
}

/**
 * Mixture weights of the cells moved, inside `[−epsilon, epsilon]` around where they are, to where the loss is
 * larger (SDARTS-ADV, arXiv:2002.05283, equation 6): projected gradient ascent with `steps` steps of
 * `2 · epsilon / steps` along the sign of the gradient, from a random start, clamped to [0, 1].
 *
 * Where the loss did not rise the weights come back as they were. Decided on the engine, without reading a value.
 *
 * @param loss the training loss at given mixture weights of the cells.
 */
export function adversariallyPerturbed(
  cells: readonly tf.Tensor[],
  loss: (cells: readonly tf.Tensor[]) => tf.Scalar,
  epsilon: number,
  steps: number,
  key: RandomKey,
): tf.Tensor[] {
  return tf.tidy(() => {
    const start = tf.tidy(() => loss(cells));
    const moving = randomlyPerturbed(cells, epsilon, key).map((weights) => tf.variable(weights));
    try {
      for (let i = 0; i < steps; i++) {
        tf.tidy(() => {
          const { gradients } = lossGradients(() => loss(moving), moving);
          moving.forEach((variable, group) => {
            const gradient = gradients[group];
            if (!gradient) return;
            const centre = cells[group] as tf.Tensor;
            const moved = tf.add(variable, tf.mul(tf.sign(gradient), (2 * epsilon) / steps));
            const inside = tf.minimum(tf.maximum(moved, tf.sub(centre, epsilon)), tf.add(centre, epsilon));
            variable.assign(tf.clipByValue(inside, 0, 1));
          });
        });
      }
      const rose = tf.cast(
        tf.greater(
          tf.tidy(() => loss(moving)),
          start,
        ),
        "float32",
      );
      return moving.map((variable, group) => {
        const centre = cells[group] as tf.Tensor;
        return tf.add(centre, tf.mul(rose, tf.sub(variable, centre)));
      });
    } finally {
      for (const variable of moving) variable.dispose();
    }
  });
}

/** Trains weights under perturbed cell choices (SDARTS, arXiv:2002.05283). */
export const perturbationHooks: StrategyHooks<AtEpoch<StrategyFields["perturbation"]>> = {
  mixture({ method, epsilon, steps }, draw, { key, loss }) {
    if (method === "none" || epsilon === 0) return draw;
    const { weights } = draw;
    const cells =
      method === "random"
        ? randomlyPerturbed(weights.cells, epsilon, key)
        : adversariallyPerturbed(
            weights.cells,
            (moved) => loss({ ...weights, cells: moved as AlphaTensors["cells"] }),
            epsilon,
            steps,
            key,
          );
    return { ...draw, weights: { ...weights, cells } };
  },
};
