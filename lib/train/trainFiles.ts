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
}

export function trainFiles(directory: string): TrainFiles {
  return {
    record: join(directory, "record.json"),
    checkpoint: join(directory, "checkpoint.safetensors"),
    last: join(directory, "last.safetensors"),
    best: join(directory, "best.safetensors"),
  };
}
