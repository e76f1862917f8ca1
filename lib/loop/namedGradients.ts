import { tf } from "../backend";

/**
 * Gradients by the names of their variables. A variable the loss does not depend on (an operation that was not
 * sampled, say) has gradient zero.
 */
export function namedGradients(
  named: readonly (readonly [string, tf.Variable])[],
  gradients: readonly (tf.Tensor | null)[],
): Record<string, tf.Tensor> {
  return Object.fromEntries(
    named.map(([name, variable], i) => [name, gradients[i] ?? tf.zerosLike(variable)]),
  );
}
