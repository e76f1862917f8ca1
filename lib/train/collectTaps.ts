import { tf } from "../backend";
import { type PlainBatch, type TensorBatch, toTensors } from "../loop/batchTensors";
import { chooseTaps } from "../network/chooseTaps";
import type { NetworkPass, Trainable } from "../network/trainable";
import { ConfigError } from "../util/errors";

/** What was made of one tap's tensor for one batch: plain arrays by the names `reduce` gave. */
export interface TapReading {
  readonly tap: string;
  /** Of the tapped tensor, without the batch axis. */
  readonly shape: readonly number[];
  readonly parts: Readonly<Record<string, Float32Array | Int32Array>>;
}

/** How taps are collected. */
export interface CollectOptions {
  /** Names or patterns (`chooseTaps`); none means all. */
  readonly taps: readonly string[];
  /** How the pass runs; batch norms use their stored statistics. */
  readonly how: Pick<NetworkPass, "edeT" | "binaryWeights">;
  /**
   * Tensors to make of a tapped one, on the engine: only they are read out, so that large feature maps never leave
   * it. Runs inside a tidy; null passes the tap over. A tensor shown under several names comes once, under the first, or
   * once for each `kind` of them.
   */
  readonly reduce: (
    tap: string,
    tensor: tf.Tensor,
    batch: TensorBatch,
  ) => Readonly<Record<string, tf.Tensor>> | null;
  /** What a name's tensor is reduced as; left out: all alike. */
  readonly kind?: (tap: string) => string;
  /** Gets the readings of one batch, in the order of the taps. */
  readonly onBatch: (readings: readonly TapReading[], batch: PlainBatch) => void;
}

/**
 * Runs a network over batches and hands what `reduce` makes of its named tensors to `onBatch`, batch by batch: memory
 * is that of one batch, whatever their number.
 *
 * @returns other names (of a kind) of tensors that were shown under several, by the first name.
 * @throws ConfigError for a tap the network does not have, naming near ones.
 *
 * @example
 * ```ts
 * const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 1 });
 * const model = bars.records.genotypeModel(bars.space.randomGenotype(space, bars.randomKey(0)), "tiny");
 * await bars.train(bars.trainConfig({ data, batchSize: 8, epochs: 2 }), model, { directory: "runs/tiny-train" });
 * const { network, record } = await bars.networks.trainedNetwork("runs/tiny-train");
 * const { test } = await bars.loadData(record.config.data, bars.randomKey(0));
 * const batches = bars.data.sequentialBatches({ set: test, batchSize: 8, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] });
 * const seen = [];
 * await bars.networks.collectTaps(network, batches, {
 *   taps: ["cell*.output"],
 *   how: { edeT: 1 },
 *   reduce: (_, tensor) => ({ mean: bars.tf.mean(tensor) }),
 *   onBatch: (readings) => seen.push(...readings.map(({ tap }) => tap)),
 * });
 * console.log([...new Set(seen)]); // ["cell0.output","cell1.output"]
 * network.dispose();
 * ```
 */
export async function collectTaps(
  network: Trainable,
  batches: AsyncIterable<PlainBatch>,
  options: CollectOptions,
): Promise<Map<string, string[]>> {
  const wanted = new Set(chooseTaps(network, options.taps));
  const aliases = new Map<string, string[]>();
  for await (const batch of batches) {
    const kept: { readonly tap: string; readonly shape: number[]; readonly parts: [string, tf.Tensor][] }[] =
      [];
    const first = new Map<string, string>();
    try {
      tf.tidy(() => {
        const tensors = toTensors(batch, network.imageSize, network.imageChannels);
        const tap = (name: string, tensor: tf.Tensor) => {
          if (!wanted.has(name)) return;
          const id = `${tensor.id} ${options.kind?.(name) ?? ""}`;
          const same = first.get(id);
          if (same !== undefined) {
            const others = aliases.get(same) ?? [];
            if (!others.includes(name)) aliases.set(same, [...others, name]);
            return;
          }
          first.set(id, name);
          const parts = tf.tidy(() => {
            const made = options.reduce(name, tensor, tensors);
            return Object.entries(made ?? {}).map(([part, value]): [string, tf.Tensor] => [
              part,
              tf.keep(tf.clone(value)),
            ]);
          });
          if (parts.length > 0) kept.push({ tap: name, shape: tensor.shape.slice(1), parts });
        };
        network.outputs(tensors.images, { ...options.how, training: false, tap });
      });
      const readings: TapReading[] = [];
      for (const { tap, shape, parts } of kept) {
        const read: Record<string, Float32Array | Int32Array> = {};
        for (const [part, value] of parts) read[part] = (await value.data()) as Float32Array | Int32Array;
        readings.push({ tap, shape, parts: read });
      }
      options.onBatch(readings, batch);
    } finally {
      for (const { parts } of kept) for (const [, value] of parts) value.dispose();
    }
  }
  return aliases;
}

/** The values of one tap for many images. */
export interface CollectedTap {
  /** `[images, …]`. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/**
 * The whole tensors of some taps, for a look at them.
 *
 * @param most values kept in all taps together; the default is 256 MB.
 * @throws ConfigError for a tap the network does not have, and where more values come than `most`, saying how many
 * fit.
 *
 * @example
 * ```ts
 * const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 1 });
 * const model = bars.records.genotypeModel(bars.space.randomGenotype(space, bars.randomKey(0)), "tiny");
 * await bars.train(bars.trainConfig({ data, batchSize: 8, epochs: 2 }), model, { directory: "runs/tiny-train" });
 * const { network, record } = await bars.networks.trainedNetwork("runs/tiny-train");
 * const { test } = await bars.loadData(record.config.data, bars.randomKey(0));
 * const batches = bars.data.sequentialBatches({ set: test, batchSize: 8, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] });
 * const taps = await bars.networks.collectActivations(network, batches, ["logits"], { edeT: 1 });
 * console.log(taps.get("logits").shape); // [16,10]
 * network.dispose();
 * ```
 */
export async function collectActivations(
  network: Trainable,
  batches: AsyncIterable<PlainBatch>,
  taps: readonly string[],
  how: CollectOptions["how"],
  most = 64 * 2 ** 20,
): Promise<Map<string, CollectedTap>> {
  const parts = new Map<string, { readonly shape: readonly number[]; readonly values: Float32Array[] }>();
  let held = 0;
  let images = 0;
  const aliases = await collectTaps(network, batches, {
    taps,
    how,
    reduce: (_, whole) => ({ whole }),
    onBatch(readings, { labels }) {
      images += labels.length;
      for (const { tap, shape, parts: made } of readings) {
        const whole = made["whole"] as Float32Array;
        held += whole.length;
        if (held > most) {
          throw new ConfigError(
            `collectActivations: ${images} images of the taps ${taps.join(", ")} hold more than ${most} values; ask for fewer taps or images, or reduce them on the way (collectTaps).`,
          );
        }
        const known = parts.get(tap) ?? { shape, values: [] };
        known.values.push(Float32Array.from(whole));
        parts.set(tap, known);
      }
    },
  });
  const collected = new Map<string, CollectedTap>();
  for (const [tap, { shape, values }] of parts) {
    const joined = new Float32Array(values.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of values) {
      joined.set(part, at);
      at += part.length;
    }
    const value = { shape: [images, ...shape], values: joined };
    for (const name of [tap, ...(aliases.get(tap) ?? [])]) collected.set(name, value);
  }
  return collected;
}
