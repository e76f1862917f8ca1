import type { tf } from "../backend";
import { ShapeError } from "../util/errors";

/**
 * A term of a loss that a function of the user's own computed.
 * @throws ShapeError, by what is to return it, if it is no scalar.
 */
export function scalarOf(term: tf.Tensor, what: string): tf.Scalar {
  if (term?.shape?.length === 0) return term as tf.Scalar;
  throw new ShapeError(`${what} must return a scalar, got shape [${term?.shape?.join(", ") ?? "none"}].`);
}
