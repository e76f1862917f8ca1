import type { BackendInfo } from "../backend";
import type { TrainConfig } from "../config/trainConfig";
import { buildNetwork } from "../network/buildNetwork";
import type { LayerOverrides } from "../network/layerOverrides";
import type { Trainable } from "../network/trainable";
import { createTrainOptimizer, type TrainOptimizer } from "../optim/createTrainOptimizer";
import { fold, type RandomKey } from "../random/randomKey";
import type { ModelSpec } from "../run/modelSpec";
import { epochNumber } from "../util/epochNumber";
import { readTensorFile, writeTensorFile } from "../util/tensorFile";
import { checkFiniteTensors, expectField, networkTensors, restoreNetwork, section } from "./trainedWeights";
import { phaseOf } from "./trainPhase";

/** Sums of one epoch so far. */
export interface TrainSums {
  images: number;
  loss: number;
  correct: number;
  seconds: number;
}

/** Where a training stands: the next step to take, and the sums of the epoch so far. */
export interface TrainPosition {
  epoch: number;
  /** Steps already taken in this epoch. */
  step: number;
  /** Images computed at once. */
  microBatch: number;
  sums: TrainSums;
}

export function emptySums(): TrainSums {
  return { images: 0, loss: 0, correct: 0, seconds: 0 };
}

const checkpointKind = "bars.train-checkpoint";
const checkpointSchema = "1";

/**
 * Everything of a running training that changes: weights, running statistics, optimizer, position. Random numbers
 * and the order of the images follow from `(seed, epoch, step)` and need no state of their own.
 */
export class TrainState {
  readonly network: Trainable;
  #optimizer: TrainOptimizer;
  position: TrainPosition;
  readonly #config: TrainConfig;

  constructor(config: TrainConfig, model: ModelSpec, key: RandomKey, overrides: LayerOverrides = {}) {
    this.#config = config;
    this.network = buildNetwork(model, config, fold(key, "weights"), overrides);
    this.position = {
      epoch: 0,
      step: 0,
      microBatch: config.microBatch || config.batchSize,
      sums: emptySums(),
    };
    this.#optimizer = this.#freshOptimizer(0);
  }

  get optimizer(): TrainOptimizer {
    return this.#optimizer;
  }

  /** Goes to the beginning of an epoch; with a new training step the optimizer starts afresh. */
  enterEpoch(epoch: number): void {
    const changes = phaseOf(this.#config, epoch).phase !== phaseOf(this.#config, this.position.epoch).phase;
    this.position = { ...this.position, epoch, step: 0, sums: emptySums() };
    if (!changes) return;
    this.#optimizer.dispose();
    this.#optimizer = this.#freshOptimizer(epoch);
  }

  /**
   * Writes a checkpoint of everything, atomically.
   * @throws DivergenceError, and writes nothing, if a number is not finite.
   */
  async save(path: string, configHash: string, backend: BackendInfo): Promise<void> {
    const tensors = await networkTensors(this.network);
    const memory = await this.#optimizer.stored();
    for (const [name, tensor] of memory.tensors) tensors.set(`optimizer/${name}`, tensor);
    checkFiniteTensors(tensors, `by step ${this.position.step} of epoch ${epochNumber(this.position.epoch)}`);
    writeTensorFile(path, tensors, {
      kind: checkpointKind,
      schema: checkpointSchema,
      configHash,
      backend: backend.name,
      position: JSON.stringify(this.position),
      optimizerSteps: String(memory.steps),
    });
  }

  /**
   * Puts back what {@link save} wrote.
   * @throws RecordError if the file is damaged, of another kind or schema, or of another configuration.
   */
  restore(path: string, configHash: string): void {
    const { tensors, metadata } = readTensorFile(path);
    expectField(path, metadata, "kind", checkpointKind, "This is not a checkpoint of a training.");
    expectField(
      path,
      metadata,
      "schema",
      checkpointSchema,
      "It was written by another version of bars; resume it with that version.",
    );
    expectField(
      path,
      metadata,
      "configHash",
      configHash,
      "It belongs to a training with other settings; use them, or another folder.",
    );
    const position = JSON.parse(metadata["position"] as string) as TrainPosition;
    this.enterEpoch(position.epoch);
    this.position = position;
    restoreNetwork(path, this.network, tensors);
    const steps = Number(metadata["optimizerSteps"]);
    this.#optimizer.restore({ tensors: section(tensors, "optimizer"), steps }, path);
  }

  dispose(): void {
    this.network.dispose();
    this.#optimizer.dispose();
  }

  #freshOptimizer(epoch: number): TrainOptimizer {
    const { optimizer, twoStep } = this.#config;
    const first = phaseOf(this.#config, epoch).phase === 1;
    const settings = first
      ? { ...optimizer, weightDecay: twoStep.firstWeightDecay, decayLatent: true }
      : optimizer;
    return createTrainOptimizer(settings, this.network.parameters.specs());
  }
}
