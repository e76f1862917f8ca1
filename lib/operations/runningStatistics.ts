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
    for (const [name, { mean, variance }] of batch) {
      this.#move(`${name}.mean`, mean);
      this.#move(`${name}.variance`, variance);
    }
    batch.clear();
  }

  #move(name: string, fresh: tf.Tensor): void {
    const old = this.#values.get(name);
    const share = this.#momentum;
    const next = old
      ? tf.tidy(() => tf.keep(tf.add(tf.mul(old, 1 - share), tf.mul(fresh, share))))
      : tf.keep(fresh.clone());
    old?.dispose();
    fresh.dispose();
    this.#values.set(name, next);
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
