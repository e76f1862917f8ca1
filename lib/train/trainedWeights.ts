import type { Trainable } from "../network/trainable";
import { storedTensors } from "../run/storedTensors";
import { epochNumber } from "../util/epochNumber";
import { DivergenceError, RecordError } from "../util/errors";
import { readTensorFile, type StoredTensor, writeTensorFile } from "../util/tensorFile";

const kind = "bars.trained-weights";
const schema = "1";

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

/** @throws DivergenceError if a number is not finite: such a state must not replace a good one. */
export function checkFiniteTensors(tensors: ReadonlyMap<string, StoredTensor>, when: string): void {
  for (const [name, { values }] of tensors) {
    const wrong = values.findIndex((value) => !Number.isFinite(value));
    if (wrong < 0) continue;
    throw new DivergenceError(
      `train: ${name} became ${values[wrong]} ${when}. The checkpoint of the last good epoch is kept; lower the learning rate or clip gradients, in another folder.`,
    );
  }
}

/** Writes a network's weights and statistics, atomically. */
export async function writeTrainedWeights(
  path: string,
  network: Trainable,
  info: WeightsInfo,
): Promise<void> {
  const tensors = await networkTensors(network);
  checkFiniteTensors(tensors, `in epoch ${epochNumber(info.epoch)}`);
  writeTensorFile(path, tensors, {
    kind,
    schema,
    configHash: info.configHash,
    epoch: String(info.epoch),
    recalibrated: String(info.recalibrated),
  });
}

/**
 * Puts the weights and statistics of a file into a network.
 * @throws RecordError if the file is damaged, of another kind or schema, or does not fit the network or the run.
 */
export function readTrainedWeights(path: string, network: Trainable, configHash: string): WeightsInfo {
  const { tensors, metadata } = readTensorFile(path);
  expectField(path, metadata, "kind", kind, "This is not a file of trained weights.");
  expectField(
    path,
    metadata,
    "schema",
    schema,
    "It was written by another version of bars; read it with that.",
  );
  expectField(path, metadata, "configHash", configHash, "It belongs to another run.");
  restoreNetwork(path, network, tensors);
  return {
    configHash,
    epoch: Number(metadata["epoch"]),
    recalibrated: metadata["recalibrated"] === "true",
  };
}

/** Puts the sections "weights" and "statistics" of a file into a network. */
export function restoreNetwork(
  path: string,
  network: Trainable,
  tensors: ReadonlyMap<string, StoredTensor>,
): void {
  network.parameters.restore(section(tensors, "weights"), path);
  network.statistics.restore(section(tensors, "statistics"));
}

/** The tensors of one section, by their names in it. */
export function section(tensors: ReadonlyMap<string, StoredTensor>, name: string): Map<string, StoredTensor> {
  const found = new Map<string, StoredTensor>();
  for (const [key, tensor] of tensors)
    if (key.startsWith(`${name}/`)) found.set(key.slice(name.length + 1), tensor);
  return found;
}

/** @throws RecordError unless a file's metadata has the expected value. */
export function expectField(
  path: string,
  metadata: Readonly<Record<string, string>>,
  field: string,
  expected: string,
  remedy: string,
): void {
  const got = metadata[field];
  if (got === expected) return;
  throw new RecordError(`${path}: ${field} should be "${expected}", got "${got}". ${remedy}`);
}
