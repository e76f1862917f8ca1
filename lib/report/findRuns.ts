import { type Dirent, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, isAbsolute, join, normalize, resolve } from "node:path";
import { candidatesFolder } from "../evolution/candidatesFolder";
import { kindInJson, readRecordJson } from "../records/readRecord";
import { teachersFolder } from "../sweep/sharedTeacher";
import { readSweepFile } from "../sweep/sweepFile";
import { counted } from "../util/counted";
import { NoRecordError, RecordError } from "../util/errors";

/** A folder, or one file, that a report is made of. */
export interface ReportRoot {
  /** What its places begin with: the path as given, or the last part of one from elsewhere. */
  readonly label: string;
  /** Absolute, with links resolved. */
  readonly path: string;
  readonly isFile: boolean;
}

/** A JSON file below a root. */
export interface FoundFile {
  readonly path: string;
  /** As the report names it. */
  readonly place: string;
  readonly bytes: number;
  readonly changedMs: number;
}

export interface FoundRuns {
  readonly files: readonly FoundFile[];
  /** Folders of sweeps: those with job folders in them, by place. */
  readonly sweeps: readonly {
    readonly path: string;
    readonly place: string;
    readonly jobs: readonly string[];
  }[];
  /** What was passed over, in sentences. */
  readonly notes: readonly string[];
  readonly unreadable: readonly { readonly place: string; readonly why: string }[];
}

/**
 * What the places given stand for: a folder; a record's file; a sweep file for the folder of its runs.
 * @throws RecordError for a place that is not there, and where none is given.
 */
export function reportRoots(given: readonly string[]): ReportRoot[] {
  if (given.length === 0)
    throw new RecordError("report: expected at least one folder of runs or record file, got none.");
  const roots: ReportRoot[] = [];
  for (const place of given.map(runsOf)) {
    const path = realOf(place);
    if (roots.some((root) => root.path === path)) continue;
    const isFile = statSync(path).isFile();
    const own = normalize(place).replace(/[/\\]+$/, "");
    const plain = !isAbsolute(own) && !own.startsWith("..") && own !== ".";
    const wanted = (plain ? own : basename(path)).replaceAll("\\", "/") || "runs";
    let label = wanted;
    for (let i = 2; roots.some((root) => root.label === label); i++) label = `${wanted} (${i})`;
    roots.push({ label, path, isFile });
  }
  return roots;
}

/** The error of places in which no record was found. */
export function nothingFound(places: readonly string[]): NoRecordError {
  return new NoRecordError(
    `${places.join(", ")}: expected folders with records of runs, found none. Give the folders that --out named when runs were started, or one above them.`,
  );
}

/** A sweep file stands for `runs/<name>`, where its jobs are. */
function runsOf(place: string): string {
  if (!place.endsWith(".json") || !isFileAt(place)) return place;
  if (kindInJson(readRecordJson(place, "a record or a sweep file")) !== "bars.sweep") return place;
  return join("runs", readSweepFile(place).name);
}

function isFileAt(place: string): boolean {
  return statSync(place, { throwIfNoEntry: false })?.isFile() ?? false;
}

function realOf(place: string): string {
  try {
    return realpathSync(resolve(place));
  } catch (cause) {
    throw new RecordError(
      `report: ${place}: expected a folder of runs or a record file, found nothing of that name. Give the folders that searches, trainings or sweeps wrote, e.g. runs.`,
      { cause },
    );
  }
}

/** Trainings that only serve others, in folders of their own. */
const servants: Readonly<Record<string, string>> = {
  teacher: "teachers of distillation",
  [teachersFolder]: "teachers of distillation",
  [candidatesFolder]: "short trainings of evolutions",
  networks: "short trainings of races",
};

/**
 * The JSON files below some roots, and the folders of sweeps, sorted by place. Links are not followed, so that nothing
 * outside a root is read.
 */
export function findRuns(
  roots: readonly ReportRoot[],
  skip: (path: string) => boolean = () => false,
): FoundRuns {
  const files: FoundFile[] = [];
  const sweeps = new Map<string, { path: string; place: string; jobs: string[] }>();
  const unreadable: { place: string; why: string }[] = [];
  const passed = new Map<string, number>();
  const pass = (what: string) => void passed.set(what, (passed.get(what) ?? 0) + 1);
  const file = (path: string, place: string) => {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats?.isFile()) files.push({ path, place, bytes: stats.size, changedMs: stats.mtimeMs });
  };
  const folder = (path: string, place: string, above: readonly [string, string] | null) => {
    let entries: Dirent[];
    try {
      entries = readdirSync(path, { withFileTypes: true });
    } catch (error) {
      unreadable.push({ place, why: `the folder could not be read: ${(error as Error).message}` });
      return;
    }
    if (above && entries.some(({ name }) => name === "job.json")) {
      const [parent, named] = above;
      if (!sweeps.has(parent)) sweeps.set(parent, { path: parent, place: named, jobs: [] });
      sweeps.get(parent)?.jobs.push(path);
    }
    const holdsRecord = entries.some(({ name }) => name === "record.json");
    for (const entry of entries) {
      const at = join(path, entry.name);
      const named = `${place}/${entry.name}`;
      if (entry.isSymbolicLink()) pass("links, which are not followed");
      else if (entry.isDirectory()) {
        const serves = Object.hasOwn(servants, entry.name) ? servants[entry.name] : undefined;
        if (serves !== undefined && (entry.name !== "networks" || holdsRecord)) pass(serves);
        else if (!entry.name.startsWith(".") && entry.name !== "node_modules" && !skip(at))
          folder(at, named, [path, place]);
      } else if (entry.isFile() && entry.name.endsWith(".json")) file(at, named);
    }
  };
  for (const { label, path, isFile } of roots) {
    if (isFile) file(path, label);
    else folder(path, label, null);
  }
  const notes = [...passed].map(([what, times]) => `Passed over: ${counted(times, "place")} with ${what}.`);
  const byPlace = (a: { place: string }, b: { place: string }) =>
    a.place < b.place ? -1 : a.place > b.place ? 1 : 0;
  return {
    files: files.sort(byPlace),
    sweeps: [...sweeps.values()].sort(byPlace),
    notes,
    unreadable,
  };
}
