import { existsSync, rmSync } from "node:fs";
import type { BackendInfo } from "../backend";
import { KeptRun, stoppedAt } from "../loop/keptRun";
import type { TestResult, TrainRecord } from "../records/trainRecord";
import { writeTrainRecord } from "../records/trainRecordFile";
import { BarsError } from "../util/errors";
import { predictions, recalibrated, testResults } from "./measure";
import { isOutOfMemory, smallerMicroBatch } from "./outOfMemory";
import { startFromSupernet } from "./startFromSupernet";
import { stepsPerEpoch, type TrainContext } from "./trainContext";
import { trainEpoch } from "./trainEpoch";
import { trainEpochRecord } from "./trainEpochRecord";
import { readTrainedWeights, writeTrainedWeights } from "./trainedWeights";
import { snapshotFile, trainFiles } from "./trainFiles";
import { allEpochs, phaseOf } from "./trainPhase";
import { bestOf, resumedTraining } from "./trainRecordStart";
import { TrainState } from "./trainState";
import { trainWork } from "./trainWork";

/** What a run needs of the options of `train`. */
interface RunOptions {
  readonly directory: string;
  readonly onEpoch?: (record: TrainRecord) => void | Promise<void>;
  readonly supernetCheckpoint?: string;
  readonly measureTests?: boolean;
}

/** One training in progress: its state and its record, and what is written when. */
export class TrainRun {
  #state: TrainState;
  readonly #run: KeptRun<TrainRecord>;
  /** Images computed at once, after memory ran out; null before that. */
  #reduced: number | null = null;
  readonly #files: ReturnType<typeof trainFiles>;

  constructor(
    readonly context: TrainContext,
    start: TrainRecord,
    readonly backend: BackendInfo,
    readonly options: RunOptions,
    readonly signal: AbortSignal,
  ) {
    this.#files = trainFiles(options.directory);
    this.#run = new KeptRun("train", start, (record) => writeTrainRecord(this.#files.record, record));
    this.#state = this.#newState();
  }

  async finish(): Promise<TrainRecord> {
    const { config } = this.context;
    try {
      return await this.#run.watched(async () => {
        await this.#begin();
        while (this.#state.position.epoch < allEpochs(config)) {
          try {
            await this.#epoch();
          } catch (error) {
            await this.#withLessMemory(error);
            continue;
          }
          await this.options.onEpoch?.(this.#record);
        }
        const tests = this.options.measureTests === false ? [] : await this.#tests();
        this.#put({ status: "finished", tests });
        rmSync(this.#files.checkpoint, { force: true });
        return this.#record;
      });
    } finally {
      this.#state.dispose();
    }
  }

  get #record(): TrainRecord {
    return this.#run.record;
  }

  #newState(): TrainState {
    const { config, model, key } = this.context;
    return new TrainState(config, model, key);
  }

  /** Takes up what is on disk, or the start. */
  async #begin(): Promise<void> {
    const { context } = this;
    const unbegun = !existsSync(this.#files.checkpoint);
    if (unbegun && context.config.start === "supernet")
      await startFromSupernet(this.#state.network, context.model, this.options.supernetCheckpoint);
    const { info } = context.data;
    const taken = resumedTraining(this.#record, this.#state, this.#files, info, stepsPerEpoch(context));
    const { position } = this.#state;
    if (this.#reduced !== null) position.microBatch = Math.min(position.microBatch, this.#reduced);
    this.#put({ ...taken, status: "running", statusDetail: null });
  }

  async #epoch(): Promise<void> {
    const { context } = this;
    const { epoch } = this.#state.position;
    const finished = await trainEpoch(context, this.#state, this.signal, () => this.#save());
    if (!finished) {
      await this.#save();
      throw this.#run.interrupted(stoppedAt(this.#state.position));
    }
    const entry = await trainEpochRecord(context, this.#state);
    const epochs = [...this.#record.epochs, entry];
    const best = bestOf(epochs);
    if (best?.epoch === epoch) {
      const info = { configHash: this.#record.configHash, epoch, recalibrated: false };
      await writeTrainedWeights(this.#files.best, this.#state.network, info);
    }
    if (context.config.snapshotEpochs?.includes(epoch)) {
      const info = { configHash: this.#record.configHash, epoch, recalibrated: false };
      await writeTrainedWeights(snapshotFile(this.options.directory, epoch), this.#state.network, info);
    }
    this.#put({ epochs, best });
    this.#state.enterEpoch(epoch + 1);
    await this.#save();
  }

  /** Goes back to the last checkpoint with half as many images at once, if that is what an error asks for. */
  async #withLessMemory(error: unknown): Promise<void> {
    if (error instanceof BarsError || !isOutOfMemory(error)) throw error;
    const { batchSize, allowSmallerBatches } = this.context.config;
    const { microBatch } = this.#state.position;
    const smaller = smallerMicroBatch(batchSize, microBatch);
    if (!allowSmallerBatches || smaller === null) {
      const remedy =
        smaller === null
          ? "One image is too much already: use a narrower network, or a machine with more memory."
          : `Set microBatch to ${smaller} (gradients are then summed over the parts of a batch, batch norms see one part at a time), or allowSmallerBatches to true, in another folder.`;
      throw new BarsError(
        `train: memory ran out computing ${microBatch} images at once (${(error as Error).message}). ${remedy}`,
        { cause: error },
      );
    }
    this.#reduced = smaller;
    this.#state.dispose();
    this.#state = this.#newState();
    await this.#begin();
    this.#put({ statusDetail: `memory ran out at ${microBatch} images at once; goes on with ${smaller}` });
  }

  /** Measures the last and the best epoch, and leaves the weights that were measured. */
  async #tests(): Promise<TestResult[]> {
    const epoch = this.#state.position.epoch - 1;
    const last = await this.#test("last", epoch);
    const { best } = this.#record;
    if (!best) return last;
    if (best.epoch === epoch) {
      await this.#keep("best", epoch);
      return [...last, ...last.map((result) => ({ ...result, checkpoint: "best" as const }))];
    }
    readTrainedWeights(this.#files.best, this.#state.network, this.#record.configHash);
    return [...last, ...(await this.#test("best", best.epoch))];
  }

  async #test(checkpoint: "last" | "best", epoch: number): Promise<TestResult[]> {
    const { context } = this;
    const { network } = this.#state;
    const phase = phaseOf(context.config, epoch);
    if (this.#recalibrates) await recalibrated(context, network, phase);
    await this.#keep(checkpoint, epoch);
    const { test } = context.data;
    const whole = trainWork(context).test(checkpoint);
    const found = await predictions(context, network, phase, test, undefined, "test images", whole);
    return testResults(test, found, { checkpoint, epoch, recalibrated: this.#recalibrates });
  }

  get #recalibrates(): boolean {
    return this.context.config.evaluation.recalibrationBatches > 0;
  }

  async #keep(checkpoint: "last" | "best", epoch: number): Promise<void> {
    const info = { configHash: this.#record.configHash, epoch, recalibrated: this.#recalibrates };
    await writeTrainedWeights(this.#files[checkpoint], this.#state.network, info);
  }

  #save(): Promise<void> {
    return this.#state.save(this.#files.checkpoint, this.#record.configHash, this.backend);
  }

  #put(changes: Partial<TrainRecord>): void {
    this.#run.put(changes);
  }
}
