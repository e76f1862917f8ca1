import { flatSettings, type PlainSetting } from "../config/flatSettings";
import { runPointOf } from "../experiments/frontierRuns";
import type { Problem } from "../page/report/reportData";
import type { TrainRecord } from "../records/trainRecord";
import { BarsError } from "../util/errors";
import { type FoundFile, findRuns, type ReportRoot } from "./findRuns";
import { type RunRecord, readRun } from "./readRun";
import type { RunEntry } from "./runEntry";
import { runRow } from "./runRow";
import { readSweep, type SweepRun } from "./sweepRuns";

/** What was last read of a file, for as long as its size and time stay. Plain JSON. */
export interface KnownFile {
  readonly place: string;
  readonly bytes: number;
  readonly changedMs: number;
  /** A run, why it could not be read, or null for a file that is none. */
  readonly entry: RunEntry | null;
  readonly why: string | null;
}

/** A report's content at a moment. */
export interface ReportContent {
  /** By place. */
  readonly files: ReadonlyMap<string, KnownFile & { readonly path: string }>;
  readonly sweeps: readonly SweepRun[];
  /** Runs and sweeps, sorted by place. */
  readonly entries: readonly RunEntry[];
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

export interface ReadOptions {
  /** What is known already. */
  readonly known?: ReadonlyMap<string, KnownFile>;
  /** Folders to leave alone: where a report is written. */
  readonly skip?: (path: string) => boolean;
  /** Gets every record that is read now, so that nobody reads it twice. */
  readonly onRecord?: (entry: RunEntry, record: RunRecord, path: string) => void;
  /** Hears how many of how many files have been looked at. */
  readonly onFile?: ((done: number, total: number) => void) | undefined;
}

/** Reads all that is below some roots; files whose size and time are as known are not read again. */
export function readReport(
  roots: readonly ReportRoot[],
  { known, skip, onRecord, onFile }: ReadOptions = {},
): ReportContent {
  const found = findRuns(roots, skip);
  const files = new Map<string, KnownFile & { path: string }>();
  found.files.forEach((file, i) => {
    const before = known?.get(file.place);
    files.set(
      file.place,
      isAsKnown(before, file) ? { ...before, path: file.path } : readFile(file, onRecord),
    );
    onFile?.(i + 1, found.files.length);
  });
  const entryOf = (path: string) => byPath.get(path);
  const byPath = new Map(
    [...files.values()].flatMap(({ path, entry }) => (entry ? [[path, entry] as const] : [])),
  );
  const sweeps = found.sweeps.map((sweep) => readSweep(sweep, entryOf));
  const entries = [
    ...[...files.values()].flatMap(({ entry }) => entry ?? []),
    ...sweeps.map(({ entry }) => entry),
  ];
  const problems = [
    ...found.unreadable,
    ...[...files.values()].flatMap(({ place, why }) => (why === null ? [] : [{ place, why }])),
  ];
  const others = [...files.values()].filter(({ entry, why }) => entry === null && why === null).length;
  const notes =
    others === 0
      ? found.notes
      : [...found.notes, `Passed over: ${others} JSON files that are no record of a run.`];
  return {
    files,
    sweeps,
    entries: entries.sort((a, b) => (a.row.place < b.row.place ? -1 : 1)),
    problems,
    notes,
  };
}

/** A run that was going on may have lost its process since, which changes no file of its own. */
function isAsKnown(before: KnownFile | undefined, { bytes, changedMs }: FoundFile): before is KnownFile {
  return (
    before?.bytes === bytes &&
    before.changedMs === changedMs &&
    before.entry?.row.status !== "running" &&
    before.entry?.row.status !== "stopped"
  );
}

function readFile(file: FoundFile, onRecord: ReadOptions["onRecord"]): KnownFile & { path: string } {
  const { path, place, bytes, changedMs } = file;
  const read = readRun(file);
  const about = { path, place, bytes, changedMs };
  if ("other" in read) return { ...about, entry: null, why: null };
  if ("why" in read) return { ...about, entry: null, why: read.why };
  const entry = entryOf(read.record, file);
  onRecord?.(entry, read.record, path);
  return { ...about, entry, why: null };
}

function entryOf(record: RunRecord, file: FoundFile): RunEntry {
  const row = runRow(record, file);
  if (record.kind === "bars.table") return { row, settings: null, frontier: null, leftOut: null };
  const settings = settingsOf(record);
  if (record.kind !== "bars.train-record") return { row, settings, frontier: null, leftOut: null };
  return { row, settings, ...frontierOf(record, row.place) };
}

function settingsOf(record: Exclude<RunRecord, { kind: "bars.table" }>): Record<string, PlainSetting> {
  if (record.kind !== "bars.train-record" || record.model.kind !== "genotype" || record.model.origin === null)
    return flatSettings(record.config);
  const { rule, epoch } = record.model.origin;
  const derived = typeof rule === "object" && rule !== null ? flatSettings({ derive: rule }) : {};
  return { ...flatSettings(record.config), ...derived, "derive.epoch": epoch };
}

function frontierOf(record: TrainRecord, place: string): Pick<RunEntry, "frontier" | "leftOut"> {
  if (record.status !== "finished") {
    const why = record.statusDetail ? `${record.status}: ${record.statusDetail}` : record.status;
    return { frontier: null, leftOut: why };
  }
  try {
    const { run, model, recipe, testSet, classes } = runPointOf(
      record,
      { which: "all", checkpoint: "last" },
      place,
    );
    return { frontier: { run, model, recipe, testSet, classes }, leftOut: null };
  } catch (error) {
    if (!(error instanceof BarsError)) throw error;
    return { frontier: null, leftOut: error.message.replace(`${place}: `, "") };
  }
}
