import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Paths of a training's files. */
export interface TrainFiles {
  readonly record: string;
  /** Everything that is needed to go on; gone when the training is finished. */
  readonly checkpoint: string;
  /** Weights and statistics after the last epoch, once finished. */
  readonly last: string;
  /** Those of the epoch that is best on the held-out images, where there are any. */
  readonly best: string;
  /** Weights and statistics after the epochs of `snapshotEpochs`, as `epoch<number>.safetensors`. */
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

/** The file of the weights kept after an epoch. */
export function snapshotFile(directory: string, epoch: number): string {
  return join(trainFiles(directory).snapshots, `epoch${epoch}.safetensors`);
}

/** Epochs whose weights a run has kept, ascending. Empty where it kept none. */
export function snapshotEpochs(directory: string): number[] {
  const folder = trainFiles(directory).snapshots;
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((file) => /^epoch(\d+)\.safetensors$/.exec(file)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}
