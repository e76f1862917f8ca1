import type { TableCell } from "../../records/table";
import type { PagePrimitive, PageSearch, PageTheme } from "../explore/exploreData";

/** What a report lists. A sweep is a folder of jobs; a table is what a comparison, an ablation or an analysis wrote. */
export type RunKind = "search" | "training" | "race" | "evolution" | "sweep" | "table";

/**
 * Where a run stands. `stopped`: its record says that it runs, but no process has its folder. `waiting` is of sweeps of
 * which no job has begun.
 */
export type RunStatus =
  | "running"
  | "finished"
  | "interrupted"
  | "diverged"
  | "failed"
  | "stopped"
  | "waiting";

/** One line of a report's table: plain values alone, so that thousands travel as columns. */
export interface ReportRow {
  /** Of its place: 12 hexadecimal digits. Names its page and its file. */
  readonly id: string;
  readonly kind: RunKind;
  readonly name: string;
  readonly status: RunStatus;
  /** Why it stopped, where it says. */
  readonly detail: string | null;
  readonly dataset: string | null;
  /** How its architecture came about, or how it searches. */
  readonly method: string | null;
  readonly seed: number | null;
  /** Share of the work that is done, in [0, 1]; null where that is not known. */
  readonly share: number | null;
  /** How far it is, e.g. `3 of 8 epochs`. */
  readonly progress: string | null;
  /** Test accuracy of a network trained from scratch, a share; null for what has none. */
  readonly test: number | null;
  /** What a search, race or evolution chose by: an accuracy, a share. */
  readonly choice: number | null;
  /** How both accuracies were measured, in words. */
  readonly measured: string | null;
  /** Of one image, one multiply-accumulate = 1; OPs = FLOPs + BOPs / 64. */
  readonly ops: number | null;
  readonly bops: number | null;
  readonly flops: number | null;
  /** Of the model: 1 bit a binary weight, 32 a real one. */
  readonly bits: number | null;
  readonly parameters: number | null;
  /** Time its epochs or evaluations took, as its record says. */
  readonly seconds: number | null;
  readonly created: string | null;
  readonly updated: string | null;
  /** First 12 digits of its settings' hash. */
  readonly config: string | null;
  readonly bars: string | null;
  readonly place: string;
}

/** Fields of a row, in the order they are packed in. */
export const rowKeys = [
  "id",
  "kind",
  "name",
  "status",
  "detail",
  "dataset",
  "method",
  "seed",
  "share",
  "progress",
  "test",
  "choice",
  "measured",
  "ops",
  "bops",
  "flops",
  "bits",
  "parameters",
  "seconds",
  "created",
  "updated",
  "config",
  "bars",
  "place",
] as const satisfies readonly (keyof ReportRow)[];

/** What of a training the frontier needs beyond its row; null for what is on no frontier. */
export interface FrontierRow {
  readonly run: string;
  readonly model: string;
  readonly recipe: string;
  readonly testSet: string;
  readonly classes: number;
}

/** Values of one column: as they are, or as places in a list of the distinct ones. */
export type PackedColumn =
  | readonly TableCell[]
  | { readonly values: readonly TableCell[]; readonly codes: readonly number[] };
export type PackedRows = Readonly<Record<string, PackedColumn>>;

/** A file or folder that is listed with what is wrong with it. */
export interface Problem {
  readonly place: string;
  readonly why: string;
}

/** The first page's data: `data/table.js`. */
export interface ReportTable {
  readonly format: 1;
  readonly title: string;
  readonly bars: string;
  /** When the report was made; of a served one when it was last read. */
  readonly made: string;
  readonly count: number;
  readonly rows: PackedRows;
  readonly problems: readonly Problem[];
  /** What was passed over, in sentences. */
  readonly notes: readonly string[];
  readonly theme: PageTheme;
}

/** What frontier, parallel coordinates and filters by settings need: `data/more.js`. */
export interface ReportMore {
  /** Of the run of each row. The table may have other runs by now, in another order. */
  readonly ids: readonly string[];
  /** Settings that are not the same in all runs, by path. */
  readonly settings: PackedRows;
  readonly frontier: PackedRows;
  /** Why a training is on no frontier; by row, null for those that are. */
  readonly leftOut: PackedColumn;
}

/** A setting that is not as in the preset. */
export interface ChangedSetting {
  readonly key: string;
  readonly value: TableCell;
  /** Undefined settings of the preset, or of the run, are null. */
  readonly preset: TableCell;
}

/** A job of a sweep. */
export interface ReportJob {
  readonly name: string;
  readonly status: string;
  readonly detail: string | null;
  /** Runs of its steps, as far as they have records. */
  readonly runs: readonly { readonly id: string; readonly kind: RunKind }[];
}

/** A run's own page: `runs/ID.js`. */
export interface RunDetail {
  readonly row: ReportRow;
  /** Plain JSON of its kind: a record, thinned where `thinned` says so, or a table. Null for a sweep. */
  readonly record: unknown;
  /** What was left out of `record`; null where it is whole. */
  readonly thinned: string | null;
  /** Hash of the whole record's canonical JSON. */
  readonly recordHash: string | null;
  readonly preset: { readonly name: string; readonly about: string } | null;
  /** Settings that differ from those of `preset`. */
  readonly changed: readonly ChangedSetting[];
  readonly jobs: readonly ReportJob[];
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly changed: string }[];
  /** The user's own primitives, with what costs and drawings need. */
  readonly primitives: readonly PagePrimitive[];
  /** Of a race: the alphas fitted to its scores, as the explorer takes them; null for other runs, and before they are fitted. */
  readonly race: PageSearch | null;
}

/** What a served page hears when something changed. */
export interface ReportChange {
  readonly made: string;
  /** Rows that are new or other than before. */
  readonly rows: readonly ReportRow[];
  readonly removed: readonly string[];
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}
