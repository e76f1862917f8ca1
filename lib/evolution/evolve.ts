import { existsSync } from "node:fs";
import { join } from "node:path";
import { type BackendInfo, startBackend } from "../backend";
import type { EvolutionConfig } from "../config/evolutionConfig";
import { spaceSection } from "../config/spaceConfig";
import { trainSection } from "../config/trainConfig";
import { measuredCost, rejectUnreachableBudget, rejectUnspendableBudget } from "../cost/budgetReach";
import { prunedNetwork } from "../derive/prunedNetwork";
import { inFolder, KeptRun } from "../loop/keptRun";
import { checkSameData, checkSameRun, type RunWords, runHeader } from "../loop/runRecord";
import { randomKey } from "../random/randomKey";
import type { EvolutionRecord } from "../records/evolutionRecord";
import {
  evolutionRecordSchema,
  readEvolutionRecord,
  writeEvolutionRecord,
} from "../records/evolutionRecordFile";
import { evolutionRecalibration } from "../records/recalibration";
import type { Genotype } from "../space/genotype";
import { randomGenotype } from "../space/randomGenotype";
import { hashJson } from "../util/canonicalJson";
import { countedOf } from "../util/counted";
import { InterruptedError, RecordError } from "../util/errors";
import { openInterrupt, unlessStopped } from "../util/interrupt";
import { type Progress, silentProgress } from "../util/progress";
import { evolution, fittest } from "./evolution";
import { type Fitness, openFitness } from "./fitness";

export interface EvolveOptions {
  /** Folder of the run: `record.json` and, while short trainings go on, `candidates/`. Made if missing. */
  readonly directory: string;
  /** Fitness "supernet": the folder, or the record, of the search. */
  readonly search?: string;
  readonly progress?: Progress;
  /** Stops after the evaluation, or the training step, in progress; everything is saved first. Ctrl-C does the same. */
  readonly signal?: AbortSignal;
  /** Called after each evaluation. */
  readonly onEntry?: (record: EvolutionRecord) => void | Promise<void>;
}

const words: RunWords = {
  run: "this evolution",
  other: "an evolution with other settings",
  hashes: ["", "these are"],
  remedy: "the settings",
};

/** Milliseconds between two writes of the record where evaluations are shorter; a crash costs no more than that. */
const writeInterval = 2_000;

/**
 * Searches an architecture within a budget by regularised evolution ({@link evolution}), its fitness the accuracy on
 * held-out training images: by a supernet's weights, or after a short training of its own.
 *
 * The record, with every architecture that was evaluated, is written as it goes. Called again with the same config and
 * folder it goes on where it stopped, to the same result on the same engine, or returns the finished record.
 *
 * @throws ConfigError if no architecture of the space stays within the budget.
 * @throws RecordError if the folder holds another evolution, or one whose fitness was measured with another
 * recalibration, or is in use by a live process; if the search is another,
 * not finished, or without its checkpoint; if the data are others.
 * @throws InterruptedError after Ctrl-C, SIGTERM, SIGHUP, closed output or `signal`, when everything is saved.
 *
 * @example
 * ```ts
 * const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 1 });
 * const train = bars.trainConfig({ data, batchSize: 8, epochs: 1, validationShare: 0.5 });
 * const config = bars.config.evolutionConfig(
 *   { kind: "training", space, train },
 *   { population: 2, sample: 1, evaluations: 3 },
 * );
 * const record = await bars.evolve(config, { directory: "runs/tiny-evolution" });
 * console.log(record.status, record.history.length); // finished 3
 * ```
 */
export async function evolve(config: EvolutionConfig, options: EvolveOptions): Promise<EvolutionRecord> {
  return inFolder(options, "evolve", () => evolveNow(config, options));
}

async function evolveNow(config: EvolutionConfig, options: EvolveOptions): Promise<EvolutionRecord> {
  const { directory, progress = silentProgress } = options;
  const path = join(directory, "record.json");
  const configHash = hashJson(config);
  const earlier = existsSync(path) ? readEvolutionRecord(path) : null;
  if (earlier) checkSameRun(earlier, configHash, path, words);
  if (earlier?.status === "finished") return earlier;
  const how = earlier && earlier.history.length > 0 ? evolutionRecalibration(earlier) : "none";
  if (earlier && how !== "augmented" && how !== "none") {
    throw new RecordError(
      `${path}: this evolution recalibrates batch norms as records of schema ${earlier.schema} do, schema ${evolutionRecordSchema} otherwise (data/records/README.md); its architectures would not compare. Choose another folder, or finish it with the version that began it (bars ${earlier.versions.bars}).`,
    );
  }
  const interrupt = openInterrupt(options.signal);
  try {
    const { signal } = interrupt;
    const history = earlier?.history ?? [];
    const backend = await unlessStopped(signal, "evolve", () => startBackend());
    const open = () =>
      openFitness(config, { ...{ directory, progress, signal, history }, search: options.search });
    const fitness = await unlessStopped(signal, "evolve", open, (late) => late.close());
    try {
      const start = earlier
        ? { ...earlier, schema: evolutionRecordSchema as EvolutionRecord["schema"] }
        : newRecord(config, configHash, backend, fitness);
      return await run(start, path, fitness, signal, options);
    } finally {
      fitness.close();
    }
  } finally {
    interrupt.close();
  }
}

async function run(
  start: EvolutionRecord,
  path: string,
  fitness: Fitness,
  signal: AbortSignal,
  { progress = silentProgress, onEntry }: EvolveOptions,
): Promise<EvolutionRecord> {
  const { config } = start;
  const { measure, value, atLeast } = config.budget;
  const [least, most] = [atLeast ?? 0, value ?? Infinity];
  const costOf = (genotype: Genotype) => measuredCost(genotype, measure, fitness.style);
  if (value !== null) rejectUnreachableBudget(fitness.space, fitness.style, { measure, value }, "evolve");
  if (atLeast !== undefined)
    rejectUnspendableBudget(fitness.space, fitness.style, { measure, value: atLeast, atLeast: 1 }, "evolve");
  const kept = new KeptRun("evolve", start, (record) => writeEvolutionRecord(path, record));
  let writtenAt = 0;
  const put = (changes: Partial<EvolutionRecord>, now: boolean) => {
    const written = now || Date.now() - writtenAt >= writeInterval;
    kept.put(changes, written);
    if (written) writtenAt = Date.now();
  };
  const interrupted = () =>
    kept.interrupted(
      `stopped after ${countedOf(kept.record.history.length, config.evaluations, "architecture")}`,
    );
  const own = config.fitness.kind === "supernet" ? progress : silentProgress;
  put({ status: "running", statusDetail: null }, true);
  own.start("evolution", config.evaluations, "architectures");
  if (kept.record.history.length > 0) own.update(kept.record.history.length);
  let begun = 0;
  try {
    await evolution(
      config,
      {
        draw: (key) => randomGenotype(fitness.space, key),
        ...(config.prune ? { prepared: prunedNetwork } : {}),
        fits: (genotype) => {
          const cost = least > 0 || value !== null ? costOf(genotype) : 0;
          return cost >= least && cost <= most;
        },
        async evaluate(genotype: Genotype, index, key) {
          if (signal.aborted) throw interrupted();
          begun = performance.now();
          const accuracy = await fitness.of(genotype, index, key);
          checkData(kept.record, fitness, path);
          return accuracy;
        },
        async onEntry(entries) {
          const seconds = kept.record.seconds + (performance.now() - begun) / 1000;
          const best = fittest(entries);
          const history = [...entries];
          put(
            { history, seconds, best: best.index, data: fitness.data ?? kept.record.data },
            config.fitness.kind === "training",
          );
          fitness.stored();
          own.update(history.length, { best: `${(100 * best.fitness).toFixed(1)} %` });
          await onEntry?.(kept.record);
        },
      },
      randomKey(config.seed),
      kept.record.history,
    );
  } catch (error) {
    // A short training that is told to stop saves itself, and the evolution goes on with it.
    if (error instanceof InterruptedError && kept.record.status !== "interrupted") throw interrupted();
    if (kept.record.history.length > start.history.length) put({}, true);
    throw error;
  } finally {
    own.stop();
  }
  put({ status: "finished" }, true);
  return kept.record;
}

/** @throws RecordError if fitness is now measured on other data than before. */
function checkData({ data }: EvolutionRecord, fitness: Fitness, path: string): void {
  if (data !== null && fitness.data !== null) checkSameData(data, fitness.data, path, words);
}

function newRecord(
  config: EvolutionConfig,
  configHash: string,
  backend: BackendInfo,
  { space, data }: Fitness,
): EvolutionRecord {
  return {
    kind: "bars.evolution-record",
    schema: evolutionRecordSchema,
    config,
    ...runHeader(
      configHash,
      backend,
      [spaceSection, space],
      ...(config.fitness.kind === "training" ? [[trainSection, config.fitness.train] as const] : []),
    ),
    space,
    data,
    status: "running",
    statusDetail: null,
    seconds: 0,
    best: null,
    history: [],
  };
}
