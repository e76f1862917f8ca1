import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { writeFileAtomic } from "../util/atomicFile";
import { hashJson } from "../util/canonicalJson";
import { RecordError } from "../util/errors";
import type { Progress } from "../util/progress";
import { version } from "../util/version";
import { reportRoots } from "./findRuns";
import { type KnownFile, type ReportContent, readReport } from "./readReport";
import { readRun } from "./readRun";
import { moreScript, reportHtml, reportScript, runScript, siteFiles, tableScript } from "./reportFiles";
import { runDetail, sweepDetail } from "./runDetail";

export interface ReportOptions {
  /** Folder of the site; made where it is missing. */
  readonly out: string;
  /** Heading; left out: `Runs`. */
  readonly title?: string;
  readonly progress?: Progress;
}

/** What {@link writeReport} did. */
export interface WrittenReport {
  /** Path of the first page. */
  readonly page: string;
  readonly runs: number;
  /** Files that are listed as unreadable, with the reason. */
  readonly unreadable: number;
  /** Files of the site: written now, left as they were, and removed because their run is gone. */
  readonly written: number;
  readonly unchanged: number;
  readonly removed: number;
}

/** What a site remembers of how it was made, so that the next time only what changed is read and written. */
interface SiteState {
  readonly kind: "bars.report-state";
  readonly schema: 1;
  readonly bars: string;
  /** Hash of the page's script, which changes with the library. */
  readonly script: string;
  readonly made: string;
  readonly files: readonly KnownFile[];
  /** SHA-256 of each file of the site, by its name. */
  readonly site: Readonly<Record<string, string>>;
}

const stateName = "report-state.json";

/**
 * Writes a static site of runs: searches, trainings, races, evolutions, sweeps, and the tables of comparisons and analyses
 * at any depth of some folders. The site works from a file, asks no other host, and holds all that it shows.
 *
 * Run again, it reads and writes only what changed. What cannot be read is listed in the site with the reason. Every file is
 * written whole or not at all, the first page's data last.
 *
 * @param places folders of runs, record files, or sweep files.
 * @throws RecordError for a place that is not there, and for a folder `out` that holds other things than a site.
 *
 * @example
 * ```ts
 * const { runs, unreadable } = bars.report.writeReport(["data/records/frontier"], { out: "runs/site" });
 * console.log(runs, unreadable); // 46 0
 * ```
 */
export function writeReport(
  places: readonly string[],
  { out, title = "Runs", progress }: ReportOptions,
): WrittenReport {
  const roots = reportRoots(places);
  const site = openSite(out);
  const own = realpathSync(out);
  const script = reportScript();
  const before = siteState(join(out, stateName), hashOf(script));
  const content = readReport(roots, {
    known: new Map(before?.files.map((file) => [file.place, file])),
    skip: (path) => path === own,
    onFile: progressOf(progress, "reading records", "files"),
  });
  const writer = new SiteWriter(out, before?.site ?? {}, site);
  writeRuns(content, before, writer, progress);
  const made = new Date().toISOString();
  const table = (when: string) => tableScript(content, title, when);
  // A report of the same content keeps the time it was made at.
  const same = before !== null && writer.isAs(siteFiles.table, table(before.made));
  writer.write(siteFiles.more, moreScript(content));
  writer.write(siteFiles.script, script);
  writer.write(siteFiles.page, reportHtml(title));
  writer.write(siteFiles.table, table(same ? before.made : made));
  const removed = writer.removeOthers();
  const state: SiteState = {
    kind: "bars.report-state",
    schema: 1,
    bars: version,
    script: hashOf(script),
    made: same ? before.made : made,
    files: [...content.files.values()].map(({ path: _, ...file }) => file),
    site: writer.hashes,
  };
  writeFileAtomic(join(out, stateName), `${JSON.stringify(state)}\n`);
  return {
    page: join(out, siteFiles.page),
    runs: content.entries.length,
    unreadable: content.problems.length,
    written: writer.written,
    unchanged: writer.unchanged,
    removed,
  };
}

function writeRuns(
  content: ReportContent,
  before: SiteState | null,
  writer: SiteWriter,
  progress: Progress | undefined,
): void {
  const known = new Map(before?.files.map((file) => [file.place, file]));
  const say = progressOf(progress, "writing pages", "runs");
  const files = [...content.files.values()];
  files.forEach((file, i) => {
    say?.(i + 1, files.length);
    if (file.entry === null) return;
    const name = siteFiles.run(file.entry.row.id);
    const { path, ...own } = file;
    if (writer.has(name) && hashJson(known.get(file.place) ?? null) === hashJson(own)) {
      writer.keep(name);
      return;
    }
    const read = readRun(file);
    // It changed or went between two looks: the next report has it.
    if ("record" in read) writer.write(name, runScript(runDetail(file.entry, read.record, path)));
  });
  for (const sweep of content.sweeps)
    writer.write(siteFiles.run(sweep.entry.row.id), runScript(sweepDetail(sweep)));
}

function progressOf(progress: Progress | undefined, work: string, unit: string) {
  if (!progress) return undefined;
  let begun = false;
  return (done: number, total: number) => {
    if (!begun) progress.start(work, total, unit);
    begun = true;
    progress.update(done);
    if (done === total) progress.stop();
  };
}

/** Makes the folder of a site; what is in it must be one. Gives the files it holds. */
function openSite(out: string): ReadonlySet<string> {
  if (existsSync(out)) {
    const names = readdirSync(out);
    if (
      names.length > 0 &&
      !names.includes(stateName) &&
      !names.every(
        (name) =>
          name.endsWith(".partial") ||
          ["runs", "data"].includes(name) ||
          Object.values(siteFiles).includes(name as never),
      )
    )
      throw new RecordError(
        `report: ${out}: expected an empty folder or one that holds a report, found ${names.slice(0, 3).join(", ")}. Choose another folder for --out.`,
      );
  }
  mkdirSync(resolve(out), { recursive: true });
  const list = (folder: string) =>
    existsSync(join(out, folder)) ? readdirSync(join(out, folder)).map((name) => `${folder}/${name}`) : [];
  return new Set([...readdirSync(out), ...list("runs"), ...list("data")]);
}

/** What a site says of how it was made; null where it says nothing, or was made by another version. */
function siteState(path: string, script: string): SiteState | null {
  if (!existsSync(path)) return null;
  try {
    const state = JSON.parse(readFileSync(path, "utf8")) as Partial<SiteState> | null;
    const mine = state?.kind === "bars.report-state" && state.schema === 1;
    return mine && state.bars === version && state.script === script ? (state as SiteState) : null;
  } catch {
    // What is damaged is made anew.
    return null;
  }
}

const hashOf = (text: string) => createHash("sha256").update(text).digest("hex");

class SiteWriter {
  readonly hashes: Record<string, string> = {};
  written = 0;
  unchanged = 0;

  constructor(
    private readonly out: string,
    private readonly before: Readonly<Record<string, string>>,
    private readonly there: ReadonlySet<string>,
  ) {}

  has(name: string): boolean {
    return this.there.has(name) && this.before[name] !== undefined;
  }

  isAs(name: string, text: string): boolean {
    return this.has(name) && this.before[name] === hashOf(text);
  }

  keep(name: string): void {
    this.hashes[name] = this.before[name] as string;
    this.unchanged += 1;
  }

  write(name: string, text: string): void {
    if (this.isAs(name, text)) {
      this.keep(name);
      return;
    }
    writeFileAtomic(join(this.out, name), text);
    this.hashes[name] = hashOf(text);
    this.written += 1;
  }

  /** Removes pages of runs that are no longer there. */
  removeOthers(): number {
    const gone = [...this.there].filter(
      (name) => /^runs\/[0-9a-f]{12}\.js$/.test(name) && !(name in this.hashes),
    );
    for (const name of gone) rmSync(join(this.out, name), { force: true });
    return gone.length;
  }
}
