import { readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pagePrimitives, type SpaceAndStyle } from "../explore/pagePrimitives";
import { raceSearch } from "../explore/pageRace";
import { thinnedEpochs } from "../explore/pageSearch";
import type { ReportRow, RunDetail } from "../page/report/reportData";
import type { RaceRecord } from "../records/raceRecord";
import { hashJson } from "../util/canonicalJson";
import { counted } from "../util/counted";
import { nearestPreset } from "./nearestPreset";
import type { RunRecord } from "./readRun";
import type { RunEntry } from "./runEntry";
import type { SweepRun } from "./sweepRuns";

const bare = {
  thinned: null,
  recordHash: null,
  preset: null,
  changed: [],
  jobs: [],
  files: [],
  primitives: [],
  race: null,
};

/** The page of a sweep. */
export function sweepDetail({ entry, jobs }: SweepRun): RunDetail {
  return { ...bare, row: entry.row, record: null, jobs };
}

/** The page of a run with a record. */
export function runDetail({ row }: RunEntry, record: RunRecord, path: string): RunDetail {
  const files = filesBeside(path, row);
  if (record.kind === "bars.table") return { ...bare, row, record, files };
  return {
    ...bare,
    row,
    ...shownRecord(record),
    recordHash: hashJson(record),
    ...nearestPreset(record),
    files,
    primitives: pagePrimitives(stylesOf(record)),
    race: record.kind === "bars.race-record" ? exploredRace(record, row) : null,
  };
}

/** What the explorer derives from: the alphas fitted to the race; null before its first rung is complete. */
function exploredRace(record: RaceRecord, { name, place }: ReportRow): RunDetail["race"] {
  if (record.fit === null) return null;
  const expression = `bars.records.readRaceRecord(${JSON.stringify(place)})`;
  return raceSearch(record, record.fit, { label: name, expression });
}

/** Of a record in a folder of its own, the files there; of others the record alone. */
function filesBeside(path: string, { place }: ReportRow): RunDetail["files"] {
  const folder = dirname(path);
  const names = place.endsWith("/record.json")
    ? readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isFile() && !/\.partial$|\.lock$/.test(entry.name))
        .map(({ name }) => name)
    : [basename(path)];
  return names.sort().flatMap((name) => {
    const stats = statSync(join(folder, name), { throwIfNoEntry: false });
    return stats ? [{ name, bytes: stats.size, changed: stats.mtime.toISOString() }] : [];
  });
}

function stylesOf(record: RunRecord): SpaceAndStyle[] {
  switch (record.kind) {
    case "bars.search-record":
      return [{ space: record.config.space, binarization: record.config.binarization }];
    case "bars.train-record":
      return record.model.kind === "genotype"
        ? [{ space: record.model.genotype.space, binarization: record.config.binarization }]
        : [];
    case "bars.race-record":
      return [{ space: record.config.space, binarization: record.config.train.binarization }];
    default:
      return [];
  }
}

/** Networks and architectures a page holds with their genotypes at most. */
const mostGenotypes = 150;

/** A record as a page holds it. */
function shownRecord(record: RunRecord): Pick<RunDetail, "record" | "thinned"> {
  switch (record.kind) {
    case "bars.search-record": {
      const epochs = thinnedEpochs(record);
      const left = record.epochs.length - epochs.length;
      if (left === 0) break;
      return {
        record: { ...record, epochs },
        thinned: `${epochs.length} of ${counted(record.epochs.length, "epoch")} are here`,
      };
    }
    case "bars.race-record": {
      if (record.networks.length <= mostGenotypes) break;
      const networks = record.networks.map(({ genotype, ...rest }) =>
        rest.status === "winner" || rest.results.length > 1 ? { ...rest, genotype } : rest,
      );
      return {
        record: { ...record, networks },
        thinned: "networks that left after the first rung are here without their genotypes",
      };
    }
    case "bars.evolution-record": {
      const history = record.history.map(({ genotype, ...rest }) =>
        rest.index === record.best ? { ...rest, genotype } : rest,
      );
      if (record.history.length <= 1) break;
      return { record: { ...record, history }, thinned: "the genotype of the fittest alone is here" };
    }
    default:
  }
  return { record, thinned: null };
}
