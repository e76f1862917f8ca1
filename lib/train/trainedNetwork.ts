import { existsSync } from "node:fs";
import { startBackend } from "../backend";
import { buildNetwork } from "../network/buildNetwork";
import type { Trainable } from "../network/trainable";
import { randomKey } from "../random/randomKey";
import type { TrainRecord } from "../records/trainRecord";
import { readTrainRecord } from "../records/trainRecordFile";
import { epochNumber } from "../util/epochNumber";
import { RecordError } from "../util/errors";
import { readTrainedWeights } from "./trainedWeights";
import { snapshotEpochs, snapshotFile, trainFiles } from "./trainFiles";
import { TrainState } from "./trainState";

/** The network of a run with its trained weights. The caller disposes of it. */
export interface TrainedNetwork {
  readonly network: Trainable;
  readonly record: TrainRecord;
  /** The epoch the weights are of, counted from 0. */
  readonly epoch: number;
  /** Whether statistics were taken anew after training. */
  readonly recalibrated: boolean;
}

/**
 * Loads what a training left in its folder: the network after the last epoch, or of the epoch that was best on the
 * held-out images, or after an epoch whose weights were kept (`snapshotEpochs`). Of an unfinished run "last" is where
 * it stands.
 *
 * @throws RecordError if the folder holds no training, or not that checkpoint.
 *
 * @example
 * ```ts
 * const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 1 });
 * const model = bars.records.genotypeModel(bars.space.randomGenotype(space, bars.randomKey(0)), "tiny");
 * await bars.train(bars.trainConfig({ data, batchSize: 8, epochs: 2 }), model, { directory: "runs/tiny-train" });
 * const { network, epoch } = await bars.networks.trainedNetwork("runs/tiny-train");
 * console.log(network.name, epoch); // tiny 1
 * network.dispose();
 * ```
 */
export async function trainedNetwork(
  directory: string,
  checkpoint: "last" | "best" | number = "last",
): Promise<TrainedNetwork> {
  const files = trainFiles(directory);
  const record = readTrainRecord(files.record);
  const { config, model, configHash } = record;
  await startBackend();
  const path = typeof checkpoint === "number" ? snapshotFile(directory, checkpoint) : files[checkpoint];
  if (existsSync(path)) {
    const network = buildNetwork(model, config, randomKey(0));
    try {
      return { network, record, ...readTrainedWeights(path, network, configHash) };
    } catch (error) {
      network.dispose();
      throw error;
    }
  }
  if (typeof checkpoint === "number") {
    const kept = snapshotEpochs(directory).map(epochNumber).join(", ") || "none";
    throw new RecordError(
      `${path}: expected the weights after epoch ${epochNumber(checkpoint)}, found no file. Epochs kept in this run: ${kept}. Train with snapshotEpochs, whose entries count from 0, in another folder to keep others.`,
    );
  }
  if (checkpoint === "best") {
    throw new RecordError(
      `${path}: expected the weights of the best epoch, found no file. Only trainings with a validationShare above 0 choose a best epoch; ask for "last".`,
    );
  }
  return unfinished(record, files.checkpoint);
}

function unfinished(record: TrainRecord, path: string): TrainedNetwork {
  if (!existsSync(path)) {
    const why =
      record.status === "finished"
        ? "Its weights were not kept or not copied with the record; copy last.safetensors beside it, or train again."
        : "It has not finished an epoch yet.";
    throw new RecordError(
      `${path}: expected a checkpoint of a training that is ${record.status}, found no file. ${why}`,
    );
  }
  const state = new TrainState(record.config, record.model, randomKey(0));
  try {
    state.restore(path, record.configHash);
  } catch (error) {
    state.dispose();
    throw error;
  }
  state.optimizer.dispose();
  const { epoch, step } = state.position;
  return { network: state.network, record, epoch: step > 0 ? epoch : epoch - 1, recalibrated: false };
}
