import { tf } from "../backend";
import type { OperationWeights } from "./cellPass";

/** The scalars of operation weights side by side, and the same weights with others in their places. */
export function flatWeights(own: OperationWeights): {
  readonly scalars: readonly tf.Scalar[];
  readonly withScalars: (others: readonly tf.Scalar[]) => OperationWeights;
} {
  const scalars = [
    ...own.operations.flat().filter((value): value is tf.Scalar => value !== 0),
    ...(own.edges ?? []),
    ...(own.held ?? []),
  ];
  return {
    scalars,
    withScalars(others) {
      const places = new Map(scalars.map((scalar, i) => [scalar, others[i] as tf.Scalar]));
      const here = (scalar: tf.Scalar) => places.get(scalar) as tf.Scalar;
      return {
        operations: own.operations.map((row) => row.map((value) => (value === 0 ? 0 : here(value)))),
        edges: own.edges?.map(here) ?? null,
        held: own.held?.map(here) ?? null,
      };
    },
  };
}

/** The entries of a vector. `tf.unstack` of a single entry has no gradient: tfjs hands it a tensor, not a list. */
export function scalarsOf(vector: tf.Tensor): tf.Scalar[] {
  return vector.size === 1 ? [tf.reshape(vector, []) as tf.Scalar] : (tf.unstack(vector) as tf.Scalar[]);
}
