import { type MoreOfRun, moreOfRuns } from "./moreOfRuns";
import { unpackRows } from "./packedRows";
import type { Problem, ReportChange, ReportMore, ReportRow, ReportTable, RunDetail } from "./reportData";

/** What the report's pages are drawn from at a moment. */
export interface ReportState {
  readonly title: string;
  readonly bars: string;
  readonly made: string;
  readonly rows: readonly ReportRow[];
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
  readonly theme: ReportTable["theme"];
  /** Null until they were asked for. By id of the run. */
  readonly more: ReadonlyMap<string, MoreOfRun> | null;
  readonly runs: ReadonlyMap<string, RunDetail>;
  /** Of a served report: whether its server is heard; null for a static one. */
  readonly live: boolean | null;
}

type Listener = () => void;

/** The data that scripts bring, and who draws them. */
class ReportStore {
  state: ReportState | null = null;
  #listeners = new Set<Listener>();
  #loading = new Map<string, Promise<boolean>>();
  #late: ReturnType<typeof setTimeout> | undefined;

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  set(change: Partial<ReportState>): void {
    if (this.state === null) return;
    this.state = { ...this.state, ...change };
    for (const listener of this.#listeners) listener();
  }

  table(table: ReportTable, live: boolean): void {
    const { title, bars, made, problems, notes, theme, count } = table;
    const rows = unpackRows<ReportRow>(table.rows, count);
    const about = { title, bars, made, problems, notes, theme, rows };
    if (this.state === null)
      this.state = { ...about, more: null, runs: new Map(), live: live ? false : null };
    else this.set(about);
  }

  more(packed: ReportMore): void {
    this.set({ more: moreOfRuns(packed) });
  }

  run(detail: RunDetail): void {
    const runs = new Map(this.state?.runs);
    runs.set(detail.row.id, detail);
    this.set({ runs });
  }

  change({ rows, removed, ...about }: ReportChange): void {
    if (this.state === null) return;
    const all = new Map(this.state.rows.map((row) => [row.id, row]));
    for (const row of rows) all.set(row.id, row);
    for (const id of removed) all.delete(id);
    const runs = new Map(this.state.runs);
    for (const id of removed) runs.delete(id);
    this.set({ ...about, rows: [...all.values()], runs });
    // What is on the page is loaded again; the rest when it is asked for.
    for (const { id } of rows) if (runs.has(id)) void this.load(runFile(id), true);
    if (this.state.more === null || this.#late !== undefined) return;
    // Runs write every few seconds; what the frontier needs of all of them is not loaded as often.
    this.#late = setTimeout(() => {
      this.#late = undefined;
      void this.loadMore(true);
    }, 5000);
  }

  /** Runs a data script of the site. @returns false where it is not there. */
  load(file: string, again = false): Promise<boolean> {
    const before = this.#loading.get(file);
    if (before && !again) return before;
    const loading = new Promise<boolean>((done) => {
      const script = document.createElement("script");
      script.src = again ? `${file}?${Date.now()}` : file;
      script.onload = () => done(true);
      script.onerror = () => {
        this.#loading.delete(file);
        done(false);
      };
      document.head.append(script);
      script.addEventListener("load", () => script.remove());
    });
    this.#loading.set(file, loading);
    return loading;
  }

  loadMore(again = false): Promise<boolean> {
    return this.load("data/more.js", again);
  }
}

export const runFile = (id: string) => `runs/${id}.js`;
export const store = new ReportStore();
