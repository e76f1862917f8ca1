import { concatChannels, splitChannels, tf } from "../backend";

/**
 * A tensor of `nodes` concatenated nodes with another number of channels: of each node the leading channels that
 * both widths have are kept, missing ones are 0. This is how a cell's identity joins stages of different widths.
 * Its transpose, and so its gradient, is the same function back to the number of channels given.
 *
 * Shapes (NHWC): `[batch, height, width, nodes · n]` to `[batch, height, width, channels]`, `channels` a multiple of
 * `nodes`. Returns `x` itself where nothing changes.
 */
export function matchNodes(x: tf.Tensor4D, nodes: number, channels: number): tf.Tensor4D {
  const given = x.shape[3];
  if (given === channels) return x;
  const matched = tf.customGrad((value) => ({
    value: leading(value as tf.Tensor4D, nodes, channels),
    gradFunc: (dy: tf.Tensor4D) => leading(dy, nodes, given),
  }));
  return matched(x) as tf.Tensor4D;
}

function leading(x: tf.Tensor4D, nodes: number, channels: number): tf.Tensor4D {
  const [batch, height, width, given] = x.shape;
  const [from, to] = [given / nodes, channels / nodes];
  const sizes = (own: readonly number[]) => Array.from({ length: nodes }, () => own).flat();
  return tf.tidy(() => {
    if (to < from) {
      const parts = splitChannels(x, sizes([to, from - to]));
      return concatChannels(parts.filter((_, i) => i % 2 === 0));
    }
    const missing: tf.Tensor4D = tf.zeros([batch, height, width, to - from]);
    const parts = nodes === 1 ? [x] : splitChannels(x, sizes([from]));
    return concatChannels(parts.flatMap((part) => [part, missing]));
  });
}
