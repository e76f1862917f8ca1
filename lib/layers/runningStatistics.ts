import { tf } from "../backend";
import { checkTensor } from "../util/checkTensors";
import { RecordError } from "../util/errors";
import type { StoredTensor } from "../util/tensorFile";

/** Statistics of one batch norm: mean and biased variance, `[channels]`. */
export interface NormStatistics {
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
  /** 1 where it was computed, else 0, with means and variances of 0: of all channels or of each; left out: it was. */
  readonly seen?: tf.Scalar | tf.Tensor1D | undefined;
}

/** Batch statistics of one forward pass by batch-norm name. Owned until updated. */
export type BatchStatistics = Map<string, NormStatistics>;

/**
 * Running mean and variance of every batch norm, as training batches pass: `(1 − momentum) · old + momentum · batch`. The first batch sets them; those of a
 * batch norm, or channel, that it did not compute begin at mean 0 and variance 1.
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
    for (const [name, norm] of batch)
      fresh.push(
        [`${name}.mean`, this.#shown(name, norm, "mean")],
        [`${name}.variance`, this.#shown(name, norm, "variance")],
      );
    for (const { mean, variance, seen } of batch.values()) if (seen) tf.dispose([mean, variance, seen]);
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

  /** What a batch says; of a batch norm that was not computed what is known, and before that mean 0 and variance 1. */
  #shown(name: string, norm: NormStatistics, what: "mean" | "variance"): tf.Tensor {
    const { [what]: value, seen } = norm;
    if (!seen) return value;
    const known = this.#values.get(`${name}.${what}`);
    return tf.tidy(() => tf.add(value, tf.mul(tf.sub(1, seen), known ?? Number(what === "variance"))));
  }

  /** By name: `cell2.node1.mean`, `stem.variance`, … */
  entries(): [string, tf.Tensor][] {
    return [...this.#values];
  }

  /** Replaces the statistics: all of them, or none where {@link checkStatistics} throws. */
  restore(stored: ReadonlyMap<string, StoredTensor>, place = "statistics"): void {
    checkStatistics(stored, place);
    this.dispose();
    for (const [name, { shape, values }] of stored)
      this.#values.set(name, tf.keep(tf.tensor(values, [...shape])));
  }

  dispose(): void {
    for (const value of this.#values.values()) value.dispose();
    this.#values.clear();
  }
}

/**
 * Checks stored statistics before they are used: a mean and a variance of one length for every batch norm, finite, no
 * variance below 0.
 * @throws RecordError that names the place and the tensor.
 */
export function checkStatistics(stored: ReadonlyMap<string, StoredTensor>, place: string): void {
  for (const [name, tensor] of stored) {
    const [, norm, what] = /^(.+)\.(mean|variance)$/.exec(name) ?? [];
    const other = stored.get(`${norm}.${what === "mean" ? "variance" : "mean"}`);
    if (norm === undefined || other === undefined) {
      throw new RecordError(
        `${place}: statistics should be the mean and the variance of each batch norm, got "${name}" alone.`,
      );
    }
    checkTensor(tensor, name, [other.values.length], place);
    const wrong = what === "variance" ? tensor.values.findIndex((value: number) => value < 0) : -1;
    if (wrong >= 0) {
      throw new RecordError(
        `${place}: tensor "${name}" should hold variances of at least 0, got ${tensor.values[wrong]} at place ${wrong}.`,
      );
    }
  }
}
