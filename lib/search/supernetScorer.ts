import { existsSync } from "node:fs";
import { startBackend } from "../backend";
import { type CalibrationOptions, calibrationBatches } from "../data/calibrationBatches";
import { dataLabel } from "../data/dataLabel";
import { type DataInfo, type LoadedData, loadData } from "../data/loadData";
import { sequentialBatches } from "../data/sequentialBatches";
import { splitTraining } from "../data/splitTraining";
import { oneHotAlphas } from "../derive/oneHotAlphas";
import { samplerProbabilities } from "../derive/samplerProbabilities";
import { type PlainBatch, type TensorBatch, toTensors } from "../loop/batchTensors";
import { fold, randomKey } from "../random/randomKey";
import type { SearchRecord } from "../records/searchRecord";
import type { Alphas } from "../space/alphas";
import type { Genotype } from "../space/genotype";
import { AlphaVariables } from "../supernet/alphaVariables";
import type { Supernet } from "../supernet/supernet";
import { RecordError } from "../util/errors";
import { type Progress, silentProgress } from "../util/progress";
import { activeOperations, calibrationOf } from "./epochRecord";
import { epochSettings } from "./epochSettings";
import { evaluate } from "./evaluate";
import { supernetStatistics } from "./recalibrate";
import { SearchState } from "./searchState";
import { type Judgement, mixtureLoss, rowAt, rowsOf, strengthsOf } from "./strengths";

export interface SupernetScorerOptions {
  /** Images of the alpha split each architecture is measured on; 0: all. Default: as many as each epoch was measured on. */
  readonly images?: number | undefined;
  readonly progress?: Progress | undefined;
}

/**
 * Measures architectures with a search's shared weights, on images of the alpha split. The batch norms of each take
 * their statistics from batches of the weight split as the search's own measurements do (`calibrationOf`;
 * `diagnostics.recalibrationBatches` 0: from the evaluated ones).
 * The same architecture always gets the same number.
 */
export class SupernetScorer {
  readonly #evaluated: Uint32Array;
  readonly #calibration: CalibrationOptions;
  readonly #edeT: number;

  private constructor(
    readonly record: SearchRecord,
    private readonly data: LoadedData,
    private readonly state: SearchState,
    images: number,
  ) {
    const { config } = record;
    const key = randomKey(config.seed);
    const split = splitTraining(data.train.labels, config.weightShare, fold(key, "split"));
    const { alphaSplit } = split;
    const count = images === 0 ? alphaSplit.length : Math.min(images, alphaSplit.length);
    this.#evaluated = Uint32Array.from(
      { length: count },
      (_, i) => alphaSplit[Math.floor((i * alphaSplit.length) / count)] as number,
    );
    this.#calibration = calibrationOf({ config, key, data, split });
    this.#edeT = epochSettings(config, Math.max(0, state.position.epoch - 1)).edeT;
  }

  /**
   * @param checkpoint of the search, as it wrote it.
   * @throws RecordError if it is missing or of another search, or if the data found now are others.
   */
  static async open(
    record: SearchRecord,
    checkpoint: string,
    { images, progress = silentProgress }: SupernetScorerOptions = {},
  ): Promise<SupernetScorer> {
    if (!existsSync(checkpoint)) {
      throw new RecordError(
        `${checkpoint}: expected the checkpoint of the search, which holds its supernet's weights, found none. Use the folder the search ran in.`,
      );
    }
    await startBackend();
    const { config } = record;
    const key = randomKey(config.seed);
    const data = await loadData(config.data, fold(key, "data"), progress);
    if (dataLabel(data.info) !== dataLabel(record.data)) {
      throw new RecordError(
        `${checkpoint}: the search ran on ${dataLabel(record.data)}, the data found now are ${dataLabel(data.info)}. Provide the same data.`,
      );
    }
    const state = new SearchState(config, key);
    try {
      state.restore(checkpoint, record.configHash);
      return new SupernetScorer(record, data, state, images ?? config.evaluationImages);
    } catch (error) {
      state.dispose();
      throw error;
    }
  }

  get info(): DataInfo {
    return this.data.info;
  }

  /** How many images each architecture is measured on. */
  get images(): number {
    return this.#evaluated.length;
  }

  /** Share of the images that an architecture, with at most one operation an edge, classifies correctly. */
  async accuracy(genotype: Genotype): Promise<number> {
    const { supernet } = this.state;
    const weights = new AlphaVariables(oneHotAlphas(genotype, 1));
    const how = { edeT: this.#edeT, active: activeOperations(genotype) };
    const statistics =
      this.#calibration.batches === 0
        ? undefined
        : await supernetStatistics(supernet, weights, calibrationBatches(this.#calibration), how);
    try {
      const { accuracy } = await evaluate(supernet, weights, this.#batches(), {
        ...how,
        statistics,
      });
      return accuracy;
    } finally {
      for (const value of statistics?.values() ?? []) value.dispose();
      weights.dispose();
    }
  }

  /**
   * How much every choice counts in the supernet's loss ({@link strengthsOf}), at the probabilities of given alphas, on the
   * scorer's images; batch norms by the statistics of each batch.
   */
  async strengths(alphas: Alphas, judgement: Judgement, progress = silentProgress): Promise<Alphas> {
    const weights = this.probabilities(alphas);
    const total = rowsOf(weights).reduce((sum, place) => sum + rowAt(weights, place).length, 0);
    progress.start(`choices, by ${judgement}`, total, "choices");
    const batches = await this.tensors();
    try {
      const loss = mixtureLoss(this.supernet, batches, { edeT: this.#edeT });
      let done = 0;
      return await strengthsOf(weights, loss, judgement, () => progress.update(++done));
    } finally {
      for (const { images, labels } of batches) {
        images.dispose();
        labels.dispose();
      }
      progress.stop();
    }
  }

  get supernet(): Supernet {
    return this.state.supernet;
  }

  /** The probabilities of alphas by the search's samplers at the last epoch's temperatures; edges as they are. */
  probabilities(alphas: Alphas): Alphas {
    const { samplers } = epochSettings(this.record.config, Math.max(0, this.state.position.epoch - 1));
    const edges = alphas.edges ? { edges: alphas.edges } : {};
    return { ...samplerProbabilities(alphas, samplers), ...edges };
  }

  /** The images everything is measured on, on the engine. The caller frees them. */
  async tensors(): Promise<TensorBatch[]> {
    const { imageSize, imageChannels } = this.record.config.space;
    const batches: TensorBatch[] = [];
    for await (const batch of this.#batches()) batches.push(toTensors(batch, imageSize, imageChannels));
    return batches;
  }

  dispose(): void {
    this.state.dispose();
  }

  #batches(): AsyncIterable<PlainBatch> {
    const { mean, std } = this.data.info;
    return sequentialBatches({
      set: this.data.train,
      batchSize: this.record.config.batchSize,
      mean,
      std,
      indices: this.#evaluated,
    });
  }
}
