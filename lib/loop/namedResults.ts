import { tf } from "../backend";
import type { BatchStatistics } from "../layers/runningStatistics";

type Tensors = Readonly<Record<string, tf.Tensor>>;

/** The tensors under longer names. */
export function underName(prefix: string, tensors: Tensors): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${prefix}${name}`, tensor]));
}

/** Those whose names begin so, under the rest of their names. */
export function sectionOf(tensors: Tensors, prefix: string): Record<string, tf.Tensor> {
  const own = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

/** Statistics of batch norms as named tensors; {@link statisticsOf} takes them apart again. */
export function withStatistics(statistics: BatchStatistics): Record<string, tf.Tensor> {
  const named: Record<string, tf.Tensor> = {};
  for (const [name, { mean, variance, seen }] of statistics) {
    named[`mean/${name}`] = mean;
    named[`variance/${name}`] = variance;
    if (seen) named[`seen/${name}`] = seen;
  }
  return named;
}

export function statisticsOf(tensors: Tensors): BatchStatistics {
  const variances = sectionOf(tensors, "variance/");
  const seen = sectionOf(tensors, "seen/");
  return new Map(
    Object.entries(sectionOf(tensors, "mean/")).map(([name, mean]) => [
      name,
      {
        mean: mean as tf.Tensor1D,
        variance: variances[name] as tf.Tensor1D,
        seen: seen[name] as tf.Scalar | tf.Tensor1D | undefined,
      },
    ]),
  );
}

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
