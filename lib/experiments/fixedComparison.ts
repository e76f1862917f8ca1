import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { ComparedArm } from "../frontier/comparedArm";
import type { RunPoint } from "../frontier/runPoint";
import { sampleSummary } from "../frontier/sampleSummary";
import type { RaceRecord } from "../records/raceRecord";
import { readRaceRecord } from "../records/raceRecordFile";
import type { SearchRecord } from "../records/searchRecord";
import { readSearchRecord } from "../records/searchRecordFile";
import { readTrainRecord } from "../records/trainRecordFile";
import { RecordError } from "../util/errors";
import { projectOrOwn } from "../util/projectFolder";
import { runPointOf, type TestChoice } from "./frontierRuns";

/** What one band of a comparison has so far. Lists are in the order of seeds, or of draws. */
export interface ComparedBand {
  /** Records of races by arm and seed, e.g. `race-0`. */
  readonly races: Readonly<Record<string, RaceRecord>>;
  /** Records of gradient searches by arm and seed, e.g. `differentiable-0`. */
  readonly searches: Readonly<Record<string, SearchRecord>>;
  /** Trainings of networks that a search chose, by arm (`race`, `random-race`, `differentiable`) and then by the search's seed. */
  readonly chosen: Readonly<Record<string, Readonly<Record<string, readonly RunPoint[]>>>>;
  /** One training of each random draw. */
  readonly draws: readonly RunPoint[];
  /** Trainings of networks given beforehand, by name (`hand-made`, `earlier`). */
  readonly given: Readonly<Record<string, readonly RunPoint[]>>;
  /** Trainings of another length, by the file's name. */
  readonly longer: Readonly<Record<string, RunPoint>>;
}

/**
 * The records of a comparison fixed in advance (docs/frontier-protocol.md), by band and arm. `scripts/frontier/run.mjs` names
 * them: `BAND-ARM-SEED.json` a race or a search, `BAND-ARM-SEED-winner-sSEED.json` a training of what it chose, `BAND-draw-NN-sSEED.json`,
 * `BAND-hand-made-sSEED.json` and `BAND-earlier-sSEED.json` trainings of given networks, with `-Nepochs` behind where the length
 * is another.
 *
 * @param directory meant from the project's folder; one that is not there, from where the process works.
 * @param choice which test of a training counts.
 * @returns bands by name; none where the folder is not there yet.
 * @throws RecordError for a file of another name, and for an unfinished training.
 *
 * @example
 * ```ts
 * console.log(bars.experiments.fixedComparison("runs/nothing-yet")); // {}
 * ```
 */
export function fixedComparison(
  directory: string,
  choice: TestChoice = { which: "all", checkpoint: "last" },
): Record<string, ComparedBand> {
  const bands: Record<string, Writable> = {};
  const place = projectOrOwn(directory);
  const files = existsSync(place) ? readdirSync(place).filter((name) => name.endsWith(".json")) : [];
  for (const name of files.sort()) {
    const path = join(place, name);
    const parts = form.exec(basename(name, ".json"))?.groups;
    if (parts === undefined) {
      throw new RecordError(
        `${path}: expected the name of a race or a training of the comparison, e.g. A-race-0.json or A-draw-03-s100.json; move other files elsewhere.`,
      );
    }
    const { band, arm, seed, training, epochs } = parts as Record<keyof typeof parts, string | undefined>;
    bands[band as string] ??= { races: {}, searches: {}, chosen: {}, draws: [], given: {}, longer: {} };
    const own = bands[band as string] as Writable;
    if (training === undefined) {
      if (arm === "differentiable") own.searches[`${arm}-${seed}`] = readSearchRecord(path);
      else own.races[`${arm}-${seed}`] = readRaceRecord(path);
      continue;
    }
    const point = pointAt(path, choice);
    if (epochs !== undefined) own.longer[basename(name, ".json")] = point;
    else if (arm === "draw") own.draws.push(point);
    else if (seed === undefined) {
      own.given[arm as string] = [...(own.given[arm as string] ?? []), point];
    } else {
      const seeds = own.chosen[arm as string] ?? {};
      own.chosen[arm as string] = { ...seeds, [seed]: [...(seeds[seed] ?? []), point] };
    }
  }
  return bands;
}

const form =
  /^(?<band>[A-Z])-(?:(?<arm>[a-z-]+?)(?:-(?<seed>\d+))?)(?:(?:-winner)?-s(?<training>\d+)(?:-(?<epochs>\d+)epochs)?)?$/;

interface Writable {
  races: Record<string, RaceRecord>;
  searches: Record<string, SearchRecord>;
  chosen: Record<string, Record<string, RunPoint[]>>;
  draws: RunPoint[];
  given: Record<string, RunPoint[]>;
  longer: Record<string, RunPoint>;
}

function pointAt(path: string, choice: TestChoice): RunPoint {
  const record = readTrainRecord(path);
  if (record.status !== "finished") {
    throw new RecordError(
      `${path}: expected a finished training, this one is ${record.status}; a comparison counts whole trainings only.`,
    );
  }
  return runPointOf(record, choice, path);
}

/** One row of a comparison's table: a network, or the draws together. */
export interface ComparedRow {
  /** e.g. `race, seed 0`. */
  readonly arm: string;
  readonly runs: number;
  /** Smallest and largest binary operations per image; equal for one network. */
  readonly bops: readonly [number, number];
  readonly ops: readonly [number, number];
  /** Share in [0, 1]. */
  readonly accuracy: number;
  /** Over trainings of one network, over networks for draws; null for one. */
  readonly sd: number | null;
}

/**
 * A band's arms that have trainings of the comparison's length, in the order in which it names them: `race` is what is judged, by the
 * draws and by `hand-made`.
 *
 * @example
 * ```ts
 * const bands = bars.experiments.fixedComparison("data/records/protocol");
 * console.log(bars.experiments.comparedArms(bands.A)[0].name); // race, seed 0
 * ```
 */
export function comparedArms(band: ComparedBand): ComparedArm[] {
  const byArm = Object.entries(band.chosen).sort(([a], [b]) => placeOf(a) - placeOf(b));
  const chosen = byArm.flatMap(([arm, seeds]) =>
    Object.entries(seeds).map(([seed, runs]): ComparedArm => {
      return { name: `${arm}, seed ${seed}`, role: arm === judged ? "chosen" : "other", runs };
    }),
  );
  const draws: ComparedArm[] =
    band.draws.length > 0 ? [{ name: "random draws", role: "draws", runs: band.draws }] : [];
  const given = Object.entries(band.given).map(([name, runs]): ComparedArm => {
    return { name, role: name === reference ? "reference" : "other", runs };
  });
  return [...chosen, ...draws, ...given];
}

const judged = "race";
const reference = "hand-made";
/** What is judged comes first, the others by name. */
const placeOf = (arm: string) => (arm === judged ? -1 : 0);

/**
 * A band's arms as rows of a table, in the order in which the comparison names them.
 *
 * @example
 * ```ts
 * const bands = bars.experiments.fixedComparison("data/records/protocol");
 * for (const band of Object.values(bands)) bars.showTable(bars.dataFrame(bars.experiments.comparedRows(band)));
 * ```
 */
export function comparedRows(band: ComparedBand): ComparedRow[] {
  return comparedArms(band).map(({ name, role, runs }) =>
    rowOf(role === "draws" ? `${name}, one training each` : name, runs),
  );
}

function rowOf(arm: string, runs: readonly RunPoint[]): ComparedRow {
  const range = (measure: "bops" | "ops"): [number, number] => {
    const values = runs.map((run) => run[measure]);
    return [Math.min(...values), Math.max(...values)];
  };
  const { mean, sd } = sampleSummary(runs.map(({ accuracy }) => accuracy));
  return { arm, runs: runs.length, bops: range("bops"), ops: range("ops"), accuracy: mean, sd };
}
