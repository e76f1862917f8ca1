import { type BackendInfo, tf } from "../backend";
import type { SearchConfig } from "../config/searchConfig";
import { createOptimizer, type Optimizer } from "../optim/createOptimizer";
import { fold, type RandomKey } from "../random/randomKey";
import { restoreOptimizer, storedTensors } from "../run/storedTensors";
import { AlphaVariables } from "../supernet/alphaVariables";
import { ExpectedCost } from "../supernet/expectedCost";
import { Supernet } from "../supernet/supernet";
import { RecordError } from "../util/errors";
import { readTensorFile, type StoredTensor, writeTensorFile } from "../util/tensorFile";
import { emptyMeter, type MeterSums } from "./meter";

/** Where a search stands: the next step to take, and the sums of the epoch so far. */
export interface SearchPosition {
  epoch: number;
  /** Weight steps already taken in this epoch. */
  step: number;
  meter: MeterSums;
}

const checkpointKind = "bars.search-checkpoint";
const checkpointSchema = "2";

/**
 * Everything of a running search that changes: weights, running statistics, alphas, both optimizers, position.
 * Random numbers and data order follow from `(seed, epoch, step)` and need no state of their own.
 */
export class SearchState {
  readonly supernet: Supernet;
  readonly alphas: AlphaVariables;
  readonly weightOptimizer: Optimizer;
  readonly alphaOptimizer: Optimizer;
  readonly expectedCost: ExpectedCost;
  position: SearchPosition = { epoch: 0, step: 0, meter: emptyMeter() };
  #weightDecay: number;

  constructor(config: SearchConfig, key: RandomKey) {
    const { divisor, edgeNormalization } = config.strategies.partialChannels;
    this.supernet = new Supernet(config.space, config.binarization, fold(key, "weights"), divisor);
    this.alphas = AlphaVariables.random(
      config.space,
      config.alphaInit,
      fold(key, "alphas"),
      edgeNormalization,
    );
    const { parameters } = this.supernet;
    this.weightOptimizer = createOptimizer(config.weightOptimizer, (name) => {
      const role = parameters.role(name);
      return role === "real" || (role === "latent" && config.weightOptimizer.decayLatent);
    });
    this.alphaOptimizer = createOptimizer(config.alphaOptimizer, () => true);
    this.expectedCost = new ExpectedCost(config.space);
    this.#weightDecay = config.weightOptimizer.weightDecay;
  }

  /** Weight decay of the weights, which a strategy may raise during the search. */
  get weightDecay(): number {
    return this.#weightDecay;
  }

  set weightDecay(value: number) {
    this.#weightDecay = value;
    this.weightOptimizer.setWeightDecay(value);
  }

  /** Writes a checkpoint of everything, atomically. */
  async save(path: string, configHash: string, backend: BackendInfo): Promise<void> {
    const tensors = new Map<string, StoredTensor>();
    const add = (section: string, stored: ReadonlyMap<string, StoredTensor>) => {
      for (const [name, tensor] of stored) tensors.set(`${section}/${name}`, tensor);
    };
    add("weights", await this.supernet.parameters.stored());
    add("statistics", await storedTensors(this.supernet.statistics.entries()));
    add("alphas", await storedTensors(Object.entries(this.alphas.named())));
    add("weightOptimizer", await storedTensors(Object.entries(this.weightOptimizer.state.tensors)));
    add("alphaOptimizer", await storedTensors(Object.entries(this.alphaOptimizer.state.tensors)));
    writeTensorFile(path, tensors, {
      kind: checkpointKind,
      schema: checkpointSchema,
      configHash,
      backend: backend.name,
      position: JSON.stringify(this.position),
      weightDecay: JSON.stringify(this.#weightDecay),
      optimizerSteps: JSON.stringify([this.weightOptimizer.state.steps, this.alphaOptimizer.state.steps]),
    });
  }

  /**
   * Puts back what {@link save} wrote.
   * @throws RecordError if the file is damaged, of another kind or schema, or of another configuration.
   */
  restore(path: string, configHash: string): void {
    const { tensors, metadata } = readTensorFile(path);
    const expect = (field: string, expected: string, remedy: string) => {
      const got = metadata[field];
      if (got !== expected)
        throw new RecordError(
          `${path}: checkpoint ${field} should be "${expected}", got "${got}". ${remedy}`,
        );
    };
    expect("kind", checkpointKind, "This is not a checkpoint of a search.");
    expect(
      "schema",
      checkpointSchema,
      "It was written by another version of bars; resume it with that version.",
    );
    expect(
      "configHash",
      configHash,
      "It belongs to a search with other settings; use them, or another folder.",
    );
    const section = (name: string) => {
      const found = new Map<string, StoredTensor>();
      for (const [key, tensor] of tensors)
        if (key.startsWith(`${name}/`)) found.set(key.slice(name.length + 1), tensor);
      return found;
    };
    const [weightSteps, alphaSteps] = JSON.parse(metadata["optimizerSteps"] ?? "[{},{}]") as Record<
      string,
      number
    >[];
    this.supernet.parameters.restore(section("weights"), path);
    this.supernet.statistics.restore(section("statistics"));
    restoreOptimizer(this.weightOptimizer, section("weightOptimizer"), weightSteps ?? {});
    restoreOptimizer(this.alphaOptimizer, section("alphaOptimizer"), alphaSteps ?? {});
    const alphas = section("alphas");
    for (const [name, variable] of Object.entries(this.alphas.named())) {
      const stored = alphas.get(name);
      if (!stored)
        throw new RecordError(`${path}: the checkpoint lacks the alphas "${name}" this search has.`);
      tf.tidy(() => variable.assign(tf.tensor(stored.values, variable.shape)));
    }
    this.weightDecay = JSON.parse(metadata["weightDecay"] as string) as number;
    this.position = JSON.parse(metadata["position"] as string) as SearchPosition;
  }

  dispose(): void {
    this.supernet.dispose();
    this.alphas.dispose();
    this.weightOptimizer.dispose();
    this.alphaOptimizer.dispose();
    this.expectedCost.dispose();
  }
}
