import { tf } from "../backend";
import type { StoredTensor } from "../util/tensorFile";

/** Batch statistics of one forward pass by batch-norm name: mean and biased variance, `[channels]`. Owned until updated. */
export type BatchStatistics = Map<string, { readonly mean: tf.Tensor1D; readonly variance: tf.Tensor1D }>;

/**
 * Running mean and variance of every batch norm, as training batches pass: `(1 − momentum) · old + momentum · batch`. The first batch sets them.
 */
export class RunningStatistics {
  readonly #momentum: number;
  readonly #values = new Map<string, tf.Tensor>();

  constructor(momentum: number) {
    this.#momentum = momentum;
  }

  /** An empty collection for one forward pass. */
  collector(): BatchStatistics {
    return new Map();
  }

  /** Moves the running statistics toward those of a batch, and frees the batch's. */
  update(batch: BatchStatistics): void {
    const fresh: [string, tf.Tensor][] = [];
    for (const [name, { mean, variance }] of batch)
      fresh.push([`${name}.mean`, mean], [`${name}.variance`, variance]);
    const known = fresh.filter(([name]) => this.#values.has(name));
    // All side by side in one vector: a handful of operations, however many batch norms there are.
    const moved = tf.tidy(() => {
      if (known.length === 0) return [];
      const old = tf.concat(known.map(([name]) => this.#values.get(name) as tf.Tensor));
      const next = tf.concat(known.map(([, value]) => value));
      const blend = tf.add(tf.mul(old, 1 - this.#momentum), tf.mul(next, this.#momentum));
      if (known.length === 1) return [blend];
      return tf.split(
        blend,
        known.map(([, value]) => value.size),
      );
    });
    known.forEach(([name], i) => {
      this.#values.get(name)?.dispose();
      this.#values.set(name, tf.keep(moved[i] as tf.Tensor));
    });
    for (const [name, value] of fresh)
      if (!this.#values.has(name)) this.#values.set(name, tf.keep(value.clone()));
    tf.dispose(fresh.map(([, value]) => value));
    batch.clear();
  }

  /** By name: `cell2.node1.mean`, `stem.variance`, … */
  entries(): [string, tf.Tensor][] {
    return [...this.#values];
  }

  restore(stored: ReadonlyMap<string, StoredTensor>): void {
    this.dispose();
    for (const [name, { shape, values }] of stored)
      this.#values.set(name, tf.keep(tf.tensor(values, [...shape])));
  }

  dispose(): void {
    for (const value of this.#values.values()) value.dispose();
    this.#values.clear();
  }
}
