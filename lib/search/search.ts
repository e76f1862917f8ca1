import { existsSync } from "node:fs";
import { startBackend } from "../backend";
import type { SearchConfig } from "../config/searchConfig";
import { checkForm } from "../data/checkForm";
import { checkWholeBatch } from "../data/checkWholeBatch";
import { loadData } from "../data/loadData";
import { splitTraining } from "../data/splitTraining";
import { inFolder, KeptRun, stoppedAt } from "../loop/keptRun";
import { fold, randomKey } from "../random/randomKey";
import type { SearchMoment } from "../records/searchMoment";
import type { EpochRecord, SearchRecord } from "../records/searchRecord";
import { readSearchRecord, writeSearchRecord } from "../records/searchRecordFile";
import { hashJson } from "../util/canonicalJson";
import { openInterrupt, unlessStopped } from "../util/interrupt";
import { type Progress, silentProgress } from "../util/progress";
import { epochRecord, finalTest } from "./epochRecord";
import { type EpochSettings, epochSettings } from "./epochSettings";
import { emptyMeter } from "./meter";
import { checkSameSearch, newRecord, resumed } from "./recordStart";
import { type SearchContext, stepsPerEpoch } from "./searchContext";
import { searchFiles } from "./searchFiles";
import { SearchState } from "./searchState";
import type { EndedEpoch, EpochChanges } from "./strategyHooks";
import { trainEpoch } from "./trainEpoch";

export interface SearchOptions {
  /** Folder of the run: `record.json` and `checkpoint.safetensors`. Made if missing. */
  readonly directory: string;
  readonly progress?: Progress;
  /** Stops the search at the next step; everything is saved first. Ctrl-C does the same. */
  readonly signal?: AbortSignal;
  /**
   * Called once with the record as it stands before the first step: without epochs for a new search, with those from
   * before its stop for a resumed one. A finished search is whole ("finished"): it is returned, nothing is trained.
   */
  readonly onStart?: (record: SearchRecord) => void;
  /** Called after every step. Must return soon: the search waits for it. */
  readonly onStep?: (moment: SearchMoment) => void;
  /** Called after every epoch, when the record and the checkpoint are on disk. */
  readonly onEpoch?: (record: SearchRecord) => void | Promise<void>;
}

/**
 * Searches an architecture: alternates alpha steps on the alpha split with weight steps on the weight split, epoch
 * by epoch (first-order bilevel optimization, DARTS, arXiv:1806.09055; depth, width and cells jointly, BARS,
 * arXiv:2011.10804).
 *
 * After every epoch the record and a checkpoint of everything are written. Called again with the same config and
 * folder it goes on where it stopped, bit-identically on the same engine, or returns the finished record.
 *
 * @throws ConfigError if the space is for other images than the data have, or a split does not fill a batch.
 * @throws RecordError if the folder holds a search with another config, or on other data, or is in use by a live process.
 * @throws InterruptedError after Ctrl-C, SIGTERM, SIGHUP, closed output or `signal`, when the state is saved.
 * @throws DivergenceError if a loss stops being finite; the checkpoint of the last good epoch stays.
 *
 * @example
 * ```ts
 * const space = { initChannels: 4, cellLayout: [0, 1, 0], steps: 1 };
 * const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };
 * const config = bars.searchConfig({ space, data, batchSize: 8, epochs: 2, warmupEpochs: 1 });
 * const record = await bars.search(config, { directory: "runs/tiny-search" });
 * console.log(record.status, record.epochs.length); // finished 2
 * ```
 */
export async function search(config: SearchConfig, options: SearchOptions): Promise<SearchRecord> {
  return inFolder(options, "search", () => searchNow(config, options));
}

async function searchNow(config: SearchConfig, options: SearchOptions): Promise<SearchRecord> {
  const progress = options.progress ?? silentProgress;
  const files = searchFiles(options.directory);
  const earlier = existsSync(files.record) ? readSearchRecord(files.record) : null;
  const configHash = hashJson(config);
  if (earlier) checkSameSearch(earlier, configHash, files.record);
  if (earlier?.status === "finished") {
    options.onStart?.(earlier);
    return earlier;
  }
  const interrupt = openInterrupt(options.signal);
  let state: SearchState | undefined;
  try {
    const { signal } = interrupt;
    const backend = await unlessStopped(signal, "search", () => startBackend());
    const key = randomKey(config.seed);
    const load = () => loadData(config.data, fold(key, "data"), progress);
    const data = await unlessStopped(signal, "search", load);
    checkForm("search", "the space", config.space, data.train);
    const split = splitTraining(data.train.labels, config.weightShare, fold(key, "split"));
    checkWholeBatch("search", "the weight split", split.weightSplit.length, config.batchSize);
    checkWholeBatch("search", "the alpha split", split.alphaSplit.length, config.batchSize);
    state = new SearchState(config, key);
    let record = earlier ?? newRecord(config, configHash, backend, data, split, state);
    if (earlier) record = resumed(earlier, state, files, data.info, stepsPerEpoch({ config, split }));
    options.onStart?.(record);
    const context: SearchContext = { config, key, data, split, progress, onStep: options.onStep };
    return await runEpochs(context, state, record, files, options, signal);
  } finally {
    interrupt.close();
    state?.dispose();
  }
}

async function runEpochs(
  context: SearchContext,
  state: SearchState,
  start: SearchRecord,
  files: ReturnType<typeof searchFiles>,
  options: SearchOptions,
  signal: AbortSignal,
): Promise<SearchRecord> {
  const { config } = context;
  const { checkpoint } = files;
  const run = new KeptRun("search", start, (record) => writeSearchRecord(files.record, record));
  const save = () => state.save(checkpoint, start.configHash, start.backend);
  run.put({ status: "running", statusDetail: null });
  while (state.position.epoch < config.epochs && run.record.chosen === null) {
    await run.watched(async () => {
      const { epoch } = state.position;
      const settings = epochSettings(config, epoch);
      if (state.position.step === 0) startEpoch(settings, state);
      if (!(await trainEpoch(context, state, settings, signal, save))) {
        // Before the first step the checkpoint of the epoch before is whole; what `epochStart` did must not come twice.
        if (state.position.step > 0) await save();
        throw run.interrupted(stoppedAt(state.position));
      }
      const entry: EpochRecord = await epochRecord(context, state, settings, run.record.epochs.at(-1));
      state.position = { epoch: epoch + 1, step: 0, meter: emptyMeter() };
      run.put({ epochs: [...run.record.epochs, entry] });
      const changes = await endEpoch(settings, { config, state, record: run.record, checkpoint });
      // The file that lags is the one a crash between the two writes can be mended from (see `resumedEpochs`).
      if (changes.rollbacks) await save();
      run.put(changes);
      if (!changes.rollbacks) await save();
    });
    await options.onEpoch?.(run.record);
  }
  const at = run.record.chosen?.epoch ?? state.position.epoch - 1;
  const settings = epochSettings(config, at);
  const chosen = run.record.chosen ? (run.record.epochs[at] as EpochRecord).alphas : null;
  run.put({ status: "finished", test: await finalTest(context, state, settings, chosen) });
  for (const { own, hooks } of settings.strategies) hooks.finished?.(own, { config, checkpoint });
  return run.record;
}

/** What strategies do before the first step of an epoch. */
function startEpoch({ strategies, config }: EpochSettings, { alphas, position }: SearchState): void {
  const input = { alphas, epoch: position.epoch, epochs: config.epochs };
  for (const { own, hooks } of strategies) hooks.epochStart?.(own, input);
}

/** What strategies change of the record after an epoch; the first that ends the search or takes it back is the last asked. */
async function endEpoch({ strategies }: EpochSettings, ended: EndedEpoch): Promise<EpochChanges> {
  for (const { own, hooks } of strategies) {
    const changes = (await hooks.epochEnd?.(own, ended)) ?? {};
    if (Object.keys(changes).length > 0) return changes;
  }
  return {};
}
