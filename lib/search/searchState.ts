import { type BackendInfo, tf } from "../backend";
import { mixtureOf, type SearchConfig } from "../config/searchConfig";
import { checkStatistics } from "../layers/runningStatistics";
import { checkFiniteTensors } from "../loop/keptRun";
import { StepReplay } from "../loop/stepReplay";
import { checkOptimizerState, restoreOptimizer, storedTensors } from "../loop/storedTensors";
import { createOptimizer, type Optimizer } from "../optim/createOptimizer";
import { fold, type RandomKey } from "../random/randomKey";
import { checkCheckpoint, checkpointValue, searchCheckpointForm, section } from "../records/checkpoint";
import type { Alphas } from "../space/alphas";
import { AlphaVariables } from "../supernet/alphaVariables";
import { ExpectedCost } from "../supernet/expectedCost";
import { Supernet } from "../supernet/supernet";
import { checkTensors } from "../util/checkTensors";
import { RecordError } from "../util/errors";
import { amount, count, finite, mapOf, objectOf, pairOf, wholeFrom } from "../util/shape";
import { readTensorFile, type StoredTensor, writeTensorFile } from "../util/tensorFile";
import { epochSettings } from "./epochSettings";
import { emptyMeter, type MeterSums } from "./meter";
import type { SupernetParts } from "./strategyHooks";

/** Where a search stands: the next step to take, and the sums of the epoch so far. */
export interface SearchPosition {
  epoch: number;
  /** Weight steps already taken in this epoch. */
  step: number;
  meter: MeterSums;
}

const positionShape = objectOf<SearchPosition>({
  epoch: count,
  step: count,
  meter: objectOf<MeterSums>({
    weightSteps: count,
    weightImages: count,
    weightLoss: finite,
    // Halves, where two networks are averaged.
    weightCorrect: amount,
    alphaSteps: count,
    alphaImages: count,
    alphaTotal: finite,
    alphaCrossEntropy: finite,
    alphaPenalty: finite,
    alphaEntropy: finite,
    trainingSeconds: amount,
  }),
});

/** The parts that strategies ask for; else whole channels and edges without weights of their own. */
function supernetParts(config: SearchConfig): SupernetParts {
  const { strategies } = epochSettings(config, 0);
  const asked = strategies.map(({ own, hooks }) => hooks.build?.(own) ?? {});
  return Object.assign({ divisor: 1, edgeNormalization: false }, ...asked);
}

/**
 * Everything of a running search that changes: weights, running statistics, alphas, both optimizers, position.
 * Random numbers and data order follow from `(seed, epoch, step)` and need no state of their own.
 */
export class SearchState {
  readonly supernet: Supernet;
  readonly alphas: AlphaVariables;
  /** As the seed draws them. */
  readonly startAlphas: Alphas;
  readonly weightOptimizer: Optimizer;
  readonly alphaOptimizer: Optimizer;
  readonly expectedCost: ExpectedCost;
  readonly replays = { weights: new StepReplay(), alphas: new StepReplay() };
  position: SearchPosition = { epoch: 0, step: 0, meter: emptyMeter() };
  #weightDecay: number;
  readonly #config: SearchConfig;

  constructor(config: SearchConfig, key: RandomKey) {
    this.#config = config;
    const { divisor, edgeNormalization } = supernetParts(config);
    this.supernet = new Supernet(
      config.space,
      config.binarization,
      fold(key, "weights"),
      divisor,
      mixtureOf(config),
    );
    this.alphas = AlphaVariables.random(
      config.space,
      config.alphaInit,
      fold(key, "alphas"),
      edgeNormalization,
    );
    this.startAlphas = this.alphas.values();
    const { parameters } = this.supernet;
    this.weightOptimizer = createOptimizer(config.weightOptimizer, (name) => {
      const role = parameters.role(name);
      const { decayLatent, latentBound = 0 } = config.weightOptimizer;
      if (role === "latent") return { decays: decayLatent, bound: latentBound };
      return { decays: role === "real" };
    });
    this.alphaOptimizer = createOptimizer(config.alphaOptimizer, () => ({ decays: true }));
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

  /**
   * Writes a checkpoint of everything, atomically.
   * @throws DivergenceError, and writes nothing, if a number is not finite: such a state must not replace a good one.
   */
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
    checkFiniteTensors("search", tensors, this.position);
    writeTensorFile(path, tensors, {
      kind: searchCheckpointForm.kind,
      schema: searchCheckpointForm.schema,
      configHash,
      backend: backend.name,
      position: JSON.stringify(this.position),
      weightDecay: JSON.stringify(this.#weightDecay),
      optimizerSteps: JSON.stringify([this.weightOptimizer.state.steps, this.alphaOptimizer.state.steps]),
    });
  }

  /**
   * Puts back what {@link save} wrote, or nothing: everything is checked before anything is used.
   *
   * @param stepsPerEpoch where the images are known: the position must lie within an epoch.
   * @throws RecordError if the file is damaged, of another kind or schema, or of another configuration; if its position is
   * outside of this search; if a tensor is missing, of another shape or not finite.
   */
  restore(path: string, configHash: string, stepsPerEpoch = Number.POSITIVE_INFINITY): void {
    const file = readTensorFile(path);
    const remedy = "It belongs to a search with other settings; use them, or another folder.";
    checkCheckpoint(path, file, searchCheckpointForm, { configHash, remedy });
    const { tensors, metadata } = file;
    const position = checkpointValue(path, metadata, "position", positionShape);
    this.#checkPosition(position, stepsPerEpoch, path);
    const weightDecay = checkpointValue(path, metadata, "weightDecay", amount);
    const steps = checkpointValue(path, metadata, "optimizerSteps", pairOf(mapOf(wholeFrom(1))));
    const alphas = this.alphas.named();
    const [weights, statistics, storedAlphas] = [
      section(tensors, "weights"),
      section(tensors, "statistics"),
      section(tensors, "alphas"),
    ];
    this.supernet.parameters.check(weights, path);
    checkStatistics(statistics, path);
    const expected = Object.entries(alphas).map(([name, { shape }]) => ({ name, shape }));
    checkTensors(storedAlphas, expected, `${path}: alphas`);
    const optimizers = [
      { optimizer: this.weightOptimizer, name: "weightOptimizer", of: this.supernet.parameters.specs() },
      { optimizer: this.alphaOptimizer, name: "alphaOptimizer", of: expected },
    ] as const;
    for (const [i, { name, of }] of optimizers.entries()) {
      const shapes = new Map(of.map((parameter) => [parameter.name, parameter.shape]));
      const { method } = this.#config[name];
      const own = steps[i] as Record<string, number>;
      checkOptimizerState(method, section(tensors, name), own, shapes, `${path}: ${name}`);
    }
    this.supernet.parameters.restore(weights, path);
    this.supernet.statistics.restore(statistics, path);
    for (const [name, variable] of Object.entries(alphas)) {
      const { values } = storedAlphas.get(name) as StoredTensor;
      tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
    }
    for (const [i, { optimizer, name }] of optimizers.entries())
      restoreOptimizer(optimizer, section(tensors, name), steps[i] as Record<string, number>);
    this.weightDecay = weightDecay;
    this.position = position;
  }

  #checkPosition({ epoch, step, meter }: SearchPosition, stepsPerEpoch: number, path: string): void {
    const { epochs } = this.#config;
    const remedy = "The file is damaged or was changed: resume from an older checkpoint, or start again.";
    if (epoch > epochs) {
      throw new RecordError(
        `${path}: position.epoch must be from 0 to the ${epochs} epochs of this search, got ${epoch}. ${remedy}`,
      );
    }
    const most = epoch === epochs ? 0 : stepsPerEpoch - 1;
    if (step > most) {
      throw new RecordError(
        `${path}: position.step must be from 0 to ${most} in epoch ${epoch}, got ${step}. ${remedy}`,
      );
    }
    if (meter.weightSteps !== step) {
      throw new RecordError(
        `${path}: position.meter.weightSteps must be the ${step} steps of the epoch so far, got ${meter.weightSteps}. ${remedy}`,
      );
    }
  }

  dispose(): void {
    this.supernet.dispose();
    this.alphas.dispose();
    this.weightOptimizer.dispose();
    this.alphaOptimizer.dispose();
    this.expectedCost.dispose();
  }
}
