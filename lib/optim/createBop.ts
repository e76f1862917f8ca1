import { tf } from "../backend";
import { RecordError, ShapeError } from "../util/errors";
import type { OptimizerState } from "./createOptimizer";

/** Bop with its state. */
export interface BopOptimizer {
  /** "flip/<name>": the running mean of each weight's gradient. The tensors belong to the optimizer. */
  readonly state: OptimizerState;
  /**
   * One step for every parameter that `gradients` names. Gradients stay with the caller.
   * @param gamma share of the new gradient in the running mean.
   */
  step(
    params: Readonly<Record<string, tf.Variable>>,
    gradients: Readonly<Record<string, tf.Tensor>>,
    gamma: number,
  ): void;
  /** Replaces the state by copies. @throws RecordError if the state is another update rule's. */
  restore(state: OptimizerState): void;
  dispose(): void;
}

const slot = "flip";

/**
 * The binary optimizer: weights are −1 and +1 and nothing else, and a weight flips when its gradient has pointed
 * against it for long. With `m` starting at 0:
 *
 * `m ← (1 − γ) m + γ g`, then `w ← −w` where `|m| > threshold` and `sign(m) = sign(w)`, else `w ← sign(w)`.
 *
 * Any real start becomes its signs with the first step (`sign(0) = +1`). The gradient is that of the loss with
 * respect to the weight itself; a weight scale of "sign" (none) is what the paper uses.
 *
 * Reference: Helwegen et al. 2019, arXiv:1906.02107, algorithm 1.
 */
export function createBop(threshold: number): BopOptimizer {
  let means: Record<string, tf.Tensor> = {};
  let steps: Record<string, number> = {};
  const dispose = () => {
    tf.dispose(means);
    means = {};
    steps = {};
  };
  return {
    get state() {
      const tensors = Object.entries(means).map(([name, mean]) => [`${slot}/${name}`, mean] as const);
      return { tensors: Object.fromEntries(tensors), steps: { ...steps } };
    },
    step(params, gradients, gamma) {
      for (const [name, gradient] of Object.entries(gradients)) {
        const param = params[name];
        if (!param || param.shape.join() !== gradient.shape.join()) {
          throw new ShapeError(
            `bop: the gradient of "${name}" must have its parameter's shape [${param?.shape.join(", ") ?? "no such parameter"}], got [${gradient.shape.join(", ")}].`,
          );
        }
        const old = means[name];
        const [mean, next] = tf.tidy(() => {
          const moved = old
            ? tf.add(tf.mul(old, 1 - gamma), tf.mul(gradient, gamma))
            : tf.mul(gradient, gamma);
          const weights = tf.sub(tf.mul(tf.cast(tf.greaterEqual(param, 0), "float32"), 2), 1);
          const flips = tf.cast(tf.greater(tf.mul(moved, weights), threshold), "float32");
          return [moved, tf.mul(weights, tf.sub(1, tf.mul(flips, 2)))] as const;
        }) as unknown as [tf.Tensor, tf.Tensor];
        param.assign(next as never);
        next.dispose();
        old?.dispose();
        means[name] = tf.keep(mean);
        steps[name] = (steps[name] ?? 0) + 1;
      }
    },
    restore(state) {
      const names = Object.keys(state.steps);
      const got = Object.keys(state.tensors);
      if (got.length !== names.length || names.some((name) => !(`${slot}/${name}` in state.tensors))) {
        throw new RecordError(
          `bop: a state must hold ${slot} for each of its ${names.length} parameters, got ${got.slice(0, 4).join(", ") || "none"}.`,
        );
      }
      const copies = Object.fromEntries(
        names.map((name) => [name, tf.keep(tf.clone(state.tensors[`${slot}/${name}`] as tf.Tensor))]),
      );
      dispose();
      means = copies;
      steps = { ...state.steps };
    },
    dispose,
  };
}
