import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { epochIndex, epochNumber } from "../util/epochNumber";

/** Paths of a training's files. */
export interface TrainFiles {
  readonly record: string;
  /** Everything that is needed to go on; gone when the training is finished. */
  readonly checkpoint: string;
  /** Weights and statistics after the last epoch, once finished. */
  readonly last: string;
  /** Those of the epoch that is best on the held-out images, where there are any. */
  readonly best: string;
  /** Weights and statistics after the epochs of `snapshotEpochs`, as `after-epoch-<number>.safetensors`. */
  readonly snapshots: string;
}

export function trainFiles(directory: string): TrainFiles {
  return {
    record: join(directory, "record.json"),
    checkpoint: join(directory, "checkpoint.safetensors"),
    last: join(directory, "last.safetensors"),
    best: join(directory, "best.safetensors"),
    snapshots: join(directory, "snapshots"),
  };
}

/**
 * The file of the weights kept after an epoch.
 *
 * @param epoch counted from 0; in the name from 1. Earlier versions called it `epoch<n>.safetensors`, counted from 0: such
 * a file is found where there is none of the new name.
 */
export function snapshotFile(directory: string, epoch: number): string {
  const { snapshots } = trainFiles(directory);
  const path = join(snapshots, `after-epoch-${epochNumber(epoch)}.safetensors`);
  const earlier = join(snapshots, `epoch${epoch}.safetensors`);
  return !existsSync(path) && existsSync(earlier) ? earlier : path;
}

/**
 * Epochs whose weights a run has kept, counted from 0, ascending. Empty where it kept none.
 *
 * @example
 * ```ts
 * const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 1 });
 * const model = bars.records.genotypeModel(bars.space.randomGenotype(space, bars.randomKey(0)), "tiny");
 * const config = bars.trainConfig({ data, batchSize: 8, epochs: 2, snapshotEpochs: [0, 1] });
 * await bars.train(config, model, { directory: "runs/kept" });
 * console.log(bars.networks.snapshotEpochs("runs/kept")); // [0,1]
 * ```
 */
export function snapshotEpochs(directory: string): number[] {
  const folder = trainFiles(directory).snapshots;
  if (!existsSync(folder)) return [];
  const epochs = readdirSync(folder).flatMap((file) => {
    const [, number] = /^after-epoch-(\d+)\.safetensors$/.exec(file) ?? [];
    if (number !== undefined) return [epochIndex(Number(number))];
    const [, index] = /^epoch(\d+)\.safetensors$/.exec(file) ?? [];
    return index === undefined ? [] : [Number(index)];
  });
  return [...new Set(epochs)].sort((a, b) => a - b);
}
