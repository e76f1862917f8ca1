import { existsSync, rmSync } from "node:fs";
import type { RaceConfig } from "../config/raceConfig";
import { deriveInputOf } from "../derive/alphasAt";
import { inFolder } from "../loop/keptRun";
import { checkSameRun } from "../loop/runRecord";
import type { RaceRecord } from "../records/raceRecord";
import { readRaceRecord } from "../records/raceRecordFile";
import { raceHash } from "../records/raceRecordShape";
import type { SearchRecord } from "../records/searchRecord";
import type { Genotype } from "../space/genotype";
import { trainPartFiles } from "../train/trainPart";
import { canonicalJson } from "../util/canonicalJson";
import { counted } from "../util/counted";
import { ConfigError } from "../util/errors";
import { openInterrupt } from "../util/interrupt";
import { silentProgress } from "../util/progress";
import { rejectUnmetBand } from "./band";
import { openInnerPool } from "./innerPool";
import { openProcessPool } from "./processPool";
import { checkOwn, type ProposalSources } from "./propose";
import { networkFolder, raceFiles } from "./raceFiles";
import type { RaceOptions } from "./raceOptions";
import { raceWords } from "./raceRecordStart";
import { RaceRun } from "./raceRun";
import { workerCount } from "./workerCount";
import type { WorkerEvent } from "./workerPool";

/**
 * Searches networks of a cost band by racing them: proposals train for real, on one seed and the same batches (or each on a seed of its own), a little
 * while; the best train on from their checkpoints, rung by rung, to the end of the recipe. The first rung is scored by the
 * mean training loss on images not yet seen, all others by the accuracy on held-out training images.
 *
 * The record is written after every result. Called again with the same settings and folder, after Ctrl-C or a kill at
 * any instant, it goes on where it stopped, or returns the finished record; what it finds does not depend on how often it
 * was stopped, nor on the number of workers (times apart).
 *
 * @throws ConfigError if no network of the space can lie in the band, if there are fewer different ones than asked for,
 * for a network of your own outside of it, for too little memory.
 * @throws RecordError if the folder holds another race, or is in use by a live process; if the data or the engine are
 * others.
 * @throws InterruptedError after Ctrl-C, SIGTERM, SIGHUP, closed output or `signal`, when everything is saved.
 *
 * @example
 * ```ts
 * const config = bars.config.racePresetConfig("smoke", {
 *   band: { atLeast: 2e4, atMost: 1e6 },
 *   space: { cellLayout: [0, 1, 0], steps: 1 },
 *   proposals: { random: 3, generation: 1 },
 *   rungs: { networks: 4, steps: 2, lossSteps: 1, keep: [1], epochs: [1] },
 *   train: { data: { dataset: "synthetic", trainImages: 40, testImages: 10 }, batchSize: 8, epochs: 1 },
 * });
 * const record = await bars.experiments.race(config, { directory: "runs/tiny-race", workers: 0 });
 * console.log(record.status, record.networks.length); // finished 4
 * ```
 */
export async function race(config: RaceConfig, options: RaceOptions): Promise<RaceRecord> {
  return inFolder(options, "race", () => raceNow(config, options));
}

async function raceNow(config: RaceConfig, options: RaceOptions): Promise<RaceRecord> {
  const { directory, own = [], workers, say = console.warn, progress = silentProgress } = options;
  const path = raceFiles(directory).record;
  const configHash = raceHash(config, own);
  const found = existsSync(path) ? readRaceRecord(path) : null;
  // A race that failed before its first network has nothing to go on from, and may begin otherwise.
  const earlier = found?.status === "failed" && found.networks.length === 0 ? null : found;
  if (earlier) checkSameRace(earlier, config, own, path);
  if (earlier?.status === "finished") return earlier;
  rejectUnmetBand(config, "race");
  const sources: ProposalSources = { own, alphas: alphasOf(config, options.search) };
  // A mistake in it is found before anything is started or written.
  if (!earlier) checkOwn(config, own);
  const interrupt = openInterrupt(options.signal);
  try {
    const { signal } = interrupt;
    const onEvent = (event: WorkerEvent) => {
      if (event.type === "died") say(deathText(event));
    };
    const pool =
      workers === 0
        ? await openInnerPool(config, { directory, signal, progress })
        : await openProcessPool(config, { directory, size: workerCount(config, workers), signal, onEvent });
    try {
      const run = new RaceRun(config, own, configHash, earlier, path, pool, sources, options, signal);
      const record = await run.finish();
      dropCheckpoints(directory, record);
      return record;
    } finally {
      await pool.close();
    }
  } finally {
    interrupt.close();
  }
}

/** Networks that are out train no more, nor does any with another seed: their checkpoints go when the race has ended. */
function dropCheckpoints(directory: string, { networks, config }: RaceRecord): void {
  const rungs = config.rungs.keep.length + 1;
  for (const network of networks) {
    const again = network.again?.keys() ?? [];
    for (const trial of network.results.length === rungs ? again : [null, ...again])
      rmSync(trainPartFiles(networkFolder(directory, network, trial)).checkpoint, { force: true });
  }
}

/** @throws RecordError that names the first setting that is another. */
function checkSameRace(record: RaceRecord, config: RaceConfig, own: readonly Genotype[], path: string): void {
  const configHash = raceHash(config, own);
  const entered = [record.own, own].map(({ length }) => counted(length, "own network"));
  const otherOwn = raceHash(config, record.own) === configHash ? null : entered;
  const changed =
    changedSetting(record.config, config) ??
    (otherOwn &&
      `${otherOwn[0]} entered it, now ${otherOwn[1]}${entered[0] === entered[1] ? ", others" : ""}`);
  const words = changed === null ? raceWords : { ...raceWords, other: `${raceWords.other}: ${changed}` };
  checkSameRun(record, configHash, path, words);
}

function changedSetting(before: unknown, now: unknown, at = ""): string | null {
  if (canonicalJson(before ?? null) === canonicalJson(now ?? null)) return null;
  const parts = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!parts(before) || !parts(now)) return `${at} was ${JSON.stringify(before)}, is ${JSON.stringify(now)}`;
  // Single settings first: a seed is the race's before it is its training's.
  const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  for (const key of [...keys.filter((one) => !parts(now[one])), ...keys.filter((one) => parts(now[one]))]) {
    const found = changedSetting(before[key], now[key], at === "" ? key : `${at}.${key}`);
    if (found !== null) return found;
  }
  return null;
}

/** @throws ConfigError where alphas are to be drawn from and the search is not given, or is another, or has another space. */
function alphasOf(
  { proposals, space }: RaceConfig,
  search: SearchRecord | undefined,
): ProposalSources["alphas"] {
  if (proposals.alphas === 0) return null;
  const asked = proposals.search?.slice(0, 12);
  if (search === undefined) {
    throw new ConfigError(
      `race: proposals.alphas draws from the search with config ${asked}, got none. Give its record.`,
    );
  }
  if (search.configHash !== proposals.search) {
    throw new ConfigError(
      `race: proposals.search must be the configHash of the search that is given, ${search.configHash.slice(0, 12)}, got ${asked}.`,
    );
  }
  if (canonicalJson(search.config.space) !== canonicalJson(space)) {
    throw new ConfigError(
      `race: the search with config ${asked} must be of the race's space, got another one. Race in its space, or set proposals.alphas to 0.`,
    );
  }
  return deriveInputOf(search);
}

function deathText({ worker, how, task, left }: Extract<WorkerEvent, { type: "died" }>): string {
  if (left !== null)
    return `race: worker ${worker} ${how} before it was ready, as those before it; ${left === 0 ? "none is left" : `the race goes on with ${counted(left, "worker")}`}`;
  const rest =
    task === null
      ? "another takes its place"
      : `another takes network ${task.index} over from its last checkpoint`;
  return `race: worker ${worker} ${how}; ${rest}`;
}
