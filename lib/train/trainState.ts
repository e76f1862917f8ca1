import type { BackendInfo } from "../backend";
import type { TrainConfig } from "../config/trainConfig";
import { checkFiniteTensors } from "../loop/keptRun";
import { StepReplay } from "../loop/stepReplay";
import { buildNetwork } from "../network/buildNetwork";
import type { LayerOverrides } from "../network/layerOverrides";
import type { Trainable } from "../network/trainable";
import { createTrainOptimizer, type TrainOptimizer } from "../optim/createTrainOptimizer";
import { fold, type RandomKey } from "../random/randomKey";
import { type CheckpointForm, checkCheckpoint, checkpointValue, section } from "../records/checkpoint";
import type { ModelSpec } from "../records/modelSpec";
import { RecordError } from "../util/errors";
import { amount, count, finite, objectOf, wholeFrom } from "../util/shape";
import { readTensorFile, writeTensorFile } from "../util/tensorFile";
import { checkNetwork, networkTensors, restoreNetwork } from "./trainedWeights";
import { allEpochs, phaseOf } from "./trainPhase";

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

function emptySums(): TrainSums {
  return { images: 0, loss: 0, correct: 0, seconds: 0 };
}

const form: CheckpointForm = {
  what: "a checkpoint of a training",
  kind: "bars.train-checkpoint",
  schema: "2",
  unhashedSchema: "1",
  fields: ["backend", "position", "optimizerSteps"],
  sections: ["weights", "statistics", "optimizer"],
};
const positionShape = objectOf<TrainPosition>({
  epoch: count,
  step: count,
  microBatch: wholeFrom(1),
  sums: objectOf<TrainSums>({ images: count, loss: finite, correct: amount, seconds: amount }),
});

/**
 * Everything of a running training that changes: weights, running statistics, optimizer, position. Random numbers
 * and the order of the images follow from `(seed, epoch, step)` and need no state of their own.
 */
export class TrainState {
  readonly network: Trainable;
  /** Of the gradients of a step. */
  readonly replay = new StepReplay();
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
    checkFiniteTensors("train", tensors, this.position);
    writeTensorFile(path, tensors, {
      kind: form.kind,
      schema: form.schema,
      configHash,
      backend: backend.name,
      position: JSON.stringify(this.position),
      optimizerSteps: String(memory.steps),
    });
  }

  /**
   * Puts back what {@link save} wrote: everything is checked before anything is used.
   *
   * @param stepsPerEpoch where the images are known: the position must lie within an epoch.
   * @throws RecordError if the file is damaged, of another kind or schema, or of another configuration; if its position is
   * outside of this training; if a tensor is missing, of another shape or not finite.
   */
  restore(path: string, configHash: string, stepsPerEpoch = Number.POSITIVE_INFINITY): void {
    const file = readTensorFile(path);
    const remedy = "It belongs to a training with other settings; use them, or another folder.";
    checkCheckpoint(path, file, form, { configHash, remedy });
    const { tensors, metadata } = file;
    const position = checkpointValue(path, metadata, "position", positionShape);
    this.#checkPosition(position, stepsPerEpoch, path);
    const steps = checkpointValue(path, metadata, "optimizerSteps", count);
    checkNetwork(path, this.network, tensors);
    this.enterEpoch(position.epoch);
    this.#optimizer.restore({ tensors: section(tensors, "optimizer"), steps }, path);
    restoreNetwork(path, this.network, tensors);
    this.position = position;
  }

  #checkPosition({ epoch, step, microBatch }: TrainPosition, stepsPerEpoch: number, path: string): void {
    const epochs = allEpochs(this.#config);
    const { batchSize } = this.#config;
    const within = (key: string, got: number, least: number, most: number, what: string) => {
      if (got >= least && got <= most) return;
      throw new RecordError(
        `${path}: position.${key} must be from ${least} to ${most} (${what}), got ${got}. The file is damaged or was changed: resume from an older checkpoint, or start again.`,
      );
    };
    within("epoch", epoch, 0, epochs, "the epochs of this training");
    const most = epoch === epochs ? 0 : stepsPerEpoch - 1;
    within("step", step, 0, most, `steps before the last of epoch ${epoch}`);
    within("microBatch", microBatch, 1, batchSize, "the batch size");
  }

  dispose(): void {
    this.network.dispose();
    this.#optimizer.dispose();
  }

  #freshOptimizer(epoch: number): TrainOptimizer {
    const { optimizer, twoStep } = this.#config;
    const first = phaseOf(this.#config, epoch).phase === 1;
    const settings = first
      ? { ...optimizer, weightDecay: twoStep.firstWeightDecay, decayLatent: true, latentBound: 0 }
      : optimizer;
    return createTrainOptimizer(settings, this.network.parameters.specs());
  }
}
