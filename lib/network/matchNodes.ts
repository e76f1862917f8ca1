import { tf } from "../backend";

/**
 * A tensor of `nodes` concatenated nodes with another number of channels: of each node the leading channels that
 * both widths have are kept, missing ones are 0. This is how a cell's identity joins stages of different widths.
 *
 * Shapes (NHWC): `[batch, height, width, nodes · n]` to `[batch, height, width, channels]`, `channels` a multiple of
 * `nodes`. Returns `x` itself where nothing changes.
 */
export function matchNodes(x: tf.Tensor4D, nodes: number, channels: number): tf.Tensor4D {
  const [batch, height, width, given] = x.shape;
  if (given === channels) return x;
  const [from, to] = [given / nodes, channels / nodes];
  return tf.tidy(() => {
    const apart = tf.reshape(x, [batch, height, width, nodes, from]);
    const none: [number, number] = [0, 0];
    const matched =
      to < from
        ? tf.slice(apart, [0, 0, 0, 0, 0], [batch, height, width, nodes, to])
        : tf.pad(apart, [none, none, none, none, [0, to - from]]);
    return tf.reshape(matched, [batch, height, width, channels]) as tf.Tensor4D;
  });
}
