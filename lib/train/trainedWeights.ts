import { checkStatistics } from "../layers/runningStatistics";
import { checkFiniteTensors } from "../loop/keptRun";
import { storedTensors } from "../loop/storedTensors";
import type { Trainable } from "../network/trainable";
import { type CheckpointForm, checkCheckpoint, checkpointValue, section } from "../records/checkpoint";
import { epochNumber } from "../util/epochNumber";
import { count, truth } from "../util/shape";
import { readTensorFile, type StoredTensor, writeTensorFile } from "../util/tensorFile";

const form: CheckpointForm = {
  what: "a file of trained weights",
  kind: "bars.trained-weights",
  schema: "2",
  unhashedSchema: "1",
  fields: ["epoch", "recalibrated"],
  sections: ["weights", "statistics"],
};

/** What a file of weights says of itself. */
export interface WeightsInfo {
  /** Of the run they belong to. */
  readonly configHash: string;
  /** Counted from 0. */
  readonly epoch: number;
  /** Whether the statistics were taken anew after that epoch. */
  readonly recalibrated: boolean;
}

/** Everything a network needs to work: `weights/<parameter>` and `statistics/<batch norm>.mean`, `….variance`. */
export async function networkTensors(network: Trainable): Promise<Map<string, StoredTensor>> {
  const tensors = new Map<string, StoredTensor>();
  for (const [name, tensor] of await network.parameters.stored()) tensors.set(`weights/${name}`, tensor);
  for (const [name, tensor] of await storedTensors(network.statistics.entries()))
    tensors.set(`statistics/${name}`, tensor);
  return tensors;
}

/** Writes a network's weights and statistics, atomically. */
export async function writeTrainedWeights(
  path: string,
  network: Trainable,
  info: WeightsInfo,
): Promise<void> {
  const tensors = await networkTensors(network);
  checkFiniteTensors("train", tensors, `in epoch ${epochNumber(info.epoch)}`);
  writeTensorFile(path, tensors, {
    kind: form.kind,
    schema: form.schema,
    configHash: info.configHash,
    epoch: String(info.epoch),
    recalibrated: String(info.recalibrated),
  });
}

/**
 * Puts the weights and statistics of a file into a network: all of them, or none.
 * @throws RecordError if the file is damaged, of another kind or schema, or does not fit the network or the run.
 */
export function readTrainedWeights(path: string, network: Trainable, configHash: string): WeightsInfo {
  const file = readTensorFile(path);
  checkCheckpoint(path, file, form, { configHash, remedy: "It belongs to another run." });
  const { tensors, metadata } = file;
  const epoch = checkpointValue(path, metadata, "epoch", count);
  const recalibrated = checkpointValue(path, metadata, "recalibrated", truth);
  restoreNetwork(path, network, tensors);
  return { configHash, epoch, recalibrated };
}

/** Checks what {@link restoreNetwork} uses. @throws RecordError that names the file and the tensor. */
export function checkNetwork(
  path: string,
  network: Trainable,
  tensors: ReadonlyMap<string, StoredTensor>,
): void {
  network.parameters.check(section(tensors, "weights"), path);
  checkStatistics(section(tensors, "statistics"), path);
}

/** Puts the sections "weights" and "statistics" of a file into a network: all of them, or none. */
export function restoreNetwork(
  path: string,
  network: Trainable,
  tensors: ReadonlyMap<string, StoredTensor>,
): void {
  checkNetwork(path, network, tensors);
  network.parameters.restore(section(tensors, "weights"), path);
  network.statistics.restore(section(tensors, "statistics"), path);
}
