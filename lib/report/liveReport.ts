import type { ReportChange, ReportRow, RunDetail } from "../page/report/reportData";
import type { FoundFile, ReportRoot } from "./findRuns";
import { isInside } from "./insideRoots";
import { type ReportContent, readReport } from "./readReport";
import { readRun } from "./readRun";
import { moreScript, tableScript } from "./reportFiles";
import { runDetail, sweepDetail } from "./runDetail";

/** Milliseconds between two looks at the folders at least, and the share of the time that looking may take at most. */
const leastInterval = 1000;
const lookingShare = 0.05;

/** The content of a report that follows its folders. */
export class LiveReport {
  #content: ReportContent;
  #made = new Date().toISOString();
  #table: string | null = null;
  #more: string | null = null;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    private readonly roots: readonly ReportRoot[],
    private readonly title: string,
    private readonly changed: (change: ReportChange) => void,
  ) {
    this.#content = readReport(roots);
    this.#wait(leastInterval);
  }

  get runs(): number {
    return this.#content.entries.length;
  }

  table(): string {
    this.#table ??= tableScript(this.#content, this.title, this.#made);
    return this.#table;
  }

  more(): string {
    this.#more ??= moreScript(this.#content);
    return this.#more;
  }

  /** The page of a run as it is on the disk now; null where there is none, or it is being written. */
  detail(id: string): RunDetail | null {
    const sweep = this.#content.sweeps.find(({ entry }) => entry.row.id === id);
    if (sweep) return sweepDetail(sweep);
    const file = this.fileOf(id);
    if (file === null || file.entry === null || !isInside(file.path, this.roots)) return null;
    const read = readRun(file);
    return "record" in read ? runDetail(file.entry, read.record, file.path) : null;
  }

  /** The record's file of a run; null where there is none. */
  fileOf(id: string): (FoundFile & { readonly entry: ReportContent["entries"][number] | null }) | null {
    for (const file of this.#content.files.values()) if (file.entry?.row.id === id) return file;
    return null;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #wait(ms: number): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => this.#look(), ms);
  }

  /** Looks at the folders. A folder that is gone for a moment is looked at again. */
  #look(): void {
    const started = performance.now();
    const before = this.#content;
    this.#content = readReport(this.roots, { known: before.files });
    const change = changeOf(before, this.#content);
    if (change !== null) {
      this.#made = new Date().toISOString();
      this.#table = null;
      this.#more = null;
      this.changed({ ...change, made: this.#made });
    }
    this.#wait(Math.max(leastInterval, (performance.now() - started) / lookingShare));
  }
}

function changeOf(before: ReportContent, after: ReportContent): Omit<ReportChange, "made"> | null {
  const known = new Map(before.entries.map(({ row }) => [row.id, row]));
  const rows = after.entries.flatMap(({ row }) => (isSame(known.get(row.id), row) ? [] : [row]));
  const there = new Set(after.entries.map(({ row }) => row.id));
  const removed = [...known.keys()].filter((id) => !there.has(id));
  const about = ({ problems, notes }: ReportContent) => JSON.stringify([problems, notes]);
  if (rows.length + removed.length === 0 && about(before) === about(after)) return null;
  return { rows, removed, problems: after.problems, notes: after.notes };
}

function isSame(a: ReportRow | undefined, b: ReportRow): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
