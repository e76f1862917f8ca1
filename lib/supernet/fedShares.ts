import { tf } from "../backend";
import type { NodeState } from "../layers/operation";
import type { Primitive } from "../primitives/primitives";
import { edgeIndex } from "../space/edges";

/** A probability that is differentiable in the alphas; null stands for 1. */
export type Share = tf.Scalar | null;

/**
 * Share of each edge's weight that is on operations, `s = min(1, Σ_{o ≠ none} w_o)`, `[edges]`; null where the space has no
 * `none`. Shapes: `weights` `[edges, primitives]`.
 */
export function heldShares(weights: tf.Tensor, primitives: readonly Primitive[]): tf.Scalar[] | null {
  if (!primitives.includes("none")) return null;
  const operations = tf.tensor1d(primitives.map((primitive) => (primitive === "none" ? 0 : 1)));
  // The sum stands first: where both are 1, as at one-hot weights, its gradient is to flow.
  const held = tf.minimum(tf.sum(tf.mul(weights, operations), -1), 1);
  return Array.from({ length: held.size }, (_, i) => tf.reshape(tf.slice(held, [i], [1]), []) as tf.Scalar);
}

/**
 * Probability that something enters each node of a cell, `[0 … steps]`, each edge and node taken as independent:
 *
 * `f_0` that of the cell's input, `f_j = 1 − Π_{i<j} (1 − s_ij · f_i)`
 *
 * that is, an edge carries something if it holds an operation and starts at a node that something enters. At one-hot weights
 * 0 or 1, as `fedNodes` says of the genotype.
 *
 * @param held of each edge ({@link heldShares}); null: every edge holds an operation.
 */
export function fedShares(held: readonly tf.Scalar[] | null, input: Share, steps: number): Share[] {
  if (!held) return Array.from({ length: steps + 1 }, () => input);
  const fed: Share[] = [input];
  for (let to = 1; to <= steps; to++) {
    const carrying = fed.map((source, from) => {
      const own = held[edgeIndex(to, from)] as tf.Scalar;
      return source ? (tf.mul(own, source) as tf.Scalar) : own;
    });
    fed.push(anyOf(carrying));
  }
  return fed;
}

/** `1 − Π (1 − share)`; null, which is 1, where one of them is. */
export function anyOf(shares: readonly Share[]): Share {
  let none: tf.Tensor = tf.scalar(1);
  for (const share of shares) {
    if (share === null) return null;
    none = tf.mul(none, tf.sub(1, share));
  }
  return tf.sub(1, none) as tf.Scalar;
}

/**
 * What convolutions read of a node that may be empty: `f · bits + (1 − f) · empty`, and `normalized` times `f`.
 *
 * @param empty the bits of zeros, `[1, 1, 1, channels]`: what convolutions read of an empty node.
 */
export function stateByShare(state: NodeState, share: tf.Scalar, empty: tf.Tensor4D): NodeState {
  const { raw, normalized, bits } = state;
  return {
    ...state,
    raw,
    normalized: tf.mul(normalized, share),
    bits: tf.add(tf.mul(bits, share), tf.mul(empty, tf.sub(1, share))),
  };
}

/** `x · share`. */
export function byShare(x: tf.Tensor4D, share: Share): tf.Tensor4D {
  return share === null ? x : tf.mul(x, share);
}
