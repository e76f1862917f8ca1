import { tf } from "../backend";
import type { NodeState } from "../layers/operation";
import { avgPoolDuplicate } from "../layers/shortcuts";

/**
 * Partial channels (PC-DARTS, arXiv:1907.05737): of a node's channels only one in `divisor` passes through an edge's
 * operations, the others go by.
 *
 * The channels `c ≡ from (mod divisor)` of node `from` are chosen: spread evenly, so that every width keeps its
 * share, and others for every source, so that each is worked on by some edge. At stride 2, where every channel becomes two side by side, the outputs are
 * those of the chosen inputs.
 *
 * Note (paper): there the leading channels are taken and all are shuffled afterwards, which would mix the channels
 * that narrow widths have with those they lack; and at stride 2 the others are max-pooled, here they take the
 * space's parameter-free reduction (`avgPoolDuplicate`).
 */
export class PartialChannels {
  readonly #divisor: number;

  constructor(divisor: number) {
    this.#divisor = divisor;
  }

  /** Channels an operation sees of `channels`. */
  seen(channels: number): number {
    return channels / this.#divisor;
  }

  /** The part of a node that its operations see. The caller owns the tensors. */
  restrict(state: NodeState, from: number): NodeState {
    const raw = this.#take(state.raw, from, 1);
    return {
      raw,
      normalized: state.normalized === state.raw ? raw : this.#take(state.normalized, from, 1),
      bits: this.#take(state.bits, from, 1),
      mask: state.mask && this.#take(state.mask, from, 1),
      ...(state.masksBits ? { masksBits: true } : {}),
    };
  }

  /** The part of an output mask that belongs to what the operations give. */
  restrictMask(mask: tf.Tensor1D | null, from: number, stride: 1 | 2): tf.Tensor1D | null {
    return mask && this.#take(mask, from, stride);
  }

  /** What the operations gave, at its channels among all; zeros between. `[…, c / divisor]` to `[…, c]`. */
  spread(value: tf.Tensor4D, from: number, stride: 1 | 2): tf.Tensor4D {
    const [batch, height, width, channels] = value.shape;
    return tf.tidy(() =>
      tf.reshape(tf.mul(tf.reshape(value, [-1, 1, stride]), this.#place(from)), [
        batch,
        height,
        width,
        channels * this.#divisor,
      ]),
    );
  }

  /** The channels that go by, zeros at those that do not. */
  passedBy(raw: tf.Tensor4D, from: number, stride: 1 | 2): tf.Tensor4D {
    return tf.tidy(() => {
      const x = stride === 1 ? raw : avgPoolDuplicate(raw);
      const channels = x.shape[3];
      const others = tf.tile(tf.sub(1, this.#place(from)), [channels / (stride * this.#divisor), 1, stride]);
      return tf.mul(x, tf.reshape(others, [channels])) as tf.Tensor4D;
    });
  }

  /** `[1, divisor, 1]`: 1 at the chosen residue. */
  #place(from: number): tf.Tensor3D {
    const chosen = from % this.#divisor;
    return tf.tensor3d([Array.from({ length: this.#divisor }, (_, r) => [r === chosen ? 1 : 0])]);
  }

  /** The chosen channels, `stride` neighbours for each: at stride 2 every channel of the input has become two. */
  #take<T extends tf.Tensor>(x: T, from: number, stride: 1 | 2): T {
    const divisor = this.#divisor;
    const channels = x.shape[x.rank - 1] as number;
    return tf.tidy(() => {
      const rows = tf.reshape(x, [-1, divisor, stride]);
      const column = tf.slice(rows, [0, from % divisor, 0], [-1, 1, -1]);
      return tf.reshape(column, [...x.shape.slice(0, -1), channels / divisor]) as T;
    });
  }
}
