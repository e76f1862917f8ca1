import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../util/atomicFile";
import { RecordError } from "../util/errors";
import { makeFolders } from "../util/makeFolders";
import type { Progress } from "../util/progress";
import { version } from "../util/version";
import { nothingFound, reportRoots } from "./findRuns";
import { type KnownFile, readReport } from "./readReport";
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
  readonly schema: 2;
  readonly bars: string;
  /** Hash of the page's script, which changes with the library. */
  readonly script: string;
  readonly made: string;
  readonly files: readonly KnownFile[];
  /** Each file of the site, by its name: pages of runs are not flushed to the disk one by one, so their lengths are checked. */
  readonly site: Readonly<Record<string, SiteFile>>;
}

interface SiteFile {
  readonly sha256: string;
  readonly bytes: number;
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
 * @throws NoRecordError where there is no record at all; no file is written then. RecordError for a place that is not there, and for a folder `out` that holds other things than a site.
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
  const writer = new SiteWriter(out, before?.site ?? {}, site);
  const known = new Map(before?.files.map((file) => [file.place, file]));
  // Pages that are not there as they were written are made anew, whatever is known of their records.
  for (const [place, { entry }] of known)
    if (entry !== null && !writer.has(siteFiles.run(entry.row.id))) known.delete(place);
  const content = readReport(roots, {
    known,
    skip: (path) => path === own,
    onRecord: (entry, record, path) =>
      writer.write(siteFiles.run(entry.row.id), runScript(runDetail(entry, record, path)), false),
    onFile: progressOf(progress, "reading runs", "files"),
  });
  // A site that is there stays: nothing was found to put in its place.
  if (content.entries.length + content.problems.length === 0) throw nothingFound(places);
  for (const { entry } of content.files.values())
    if (entry !== null) writer.keep(siteFiles.run(entry.row.id));
  for (const sweep of content.sweeps)
    writer.write(siteFiles.run(sweep.entry.row.id), runScript(sweepDetail(sweep)), false);
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
    schema: 2,
    bars: version,
    script: hashOf(script),
    made: same ? before.made : made,
    files: [...content.files.values()].map(({ path: _, ...file }) => file),
    site: writer.files,
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

/** Makes the folder of a site; what is in it must be one. Gives the files it holds, with their lengths. */
function openSite(out: string): ReadonlyMap<string, number> {
  if (existsSync(out)) {
    if (!statSync(out).isDirectory())
      throw new RecordError(
        `report: ${out}: expected a folder, or none yet, found a file. Choose another folder for --out.`,
      );
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
  makeFolders(out);
  const names = ["", "runs/", "data/"].flatMap((folder) =>
    existsSync(join(out, folder)) ? readdirSync(join(out, folder)).map((name) => `${folder}${name}`) : [],
  );
  return new Map(names.map((name) => [name, statSync(join(out, name)).size]));
}

/** What a site says of how it was made; null where it says nothing, or was made by another version. */
function siteState(path: string, script: string): SiteState | null {
  if (!existsSync(path)) return null;
  try {
    const state = JSON.parse(readFileSync(path, "utf8")) as Partial<SiteState> | null;
    const mine = state?.kind === "bars.report-state" && state.schema === 2;
    return mine && state.bars === version && state.script === script ? (state as SiteState) : null;
  } catch {
    // What is damaged is made anew.
    return null;
  }
}

const hashOf = (text: string) => createHash("sha256").update(text).digest("hex");

class SiteWriter {
  readonly files: Record<string, SiteFile> = {};
  written = 0;
  unchanged = 0;

  constructor(
    private readonly out: string,
    private readonly before: Readonly<Record<string, SiteFile>>,
    private readonly there: ReadonlyMap<string, number>,
  ) {}

  /** Whether a file is there as it was written the last time. */
  has(name: string): boolean {
    return this.before[name] !== undefined && this.there.get(name) === this.before[name].bytes;
  }

  isAs(name: string, text: string): boolean {
    return this.has(name) && this.before[name]?.sha256 === hashOf(text);
  }

  /** Leaves a file as it is, unless it has been written. */
  keep(name: string): void {
    if (name in this.files) return;
    this.files[name] = this.before[name] as SiteFile;
    this.unchanged += 1;
  }

  write(name: string, text: string, durable = true): void {
    if (this.isAs(name, text)) {
      this.keep(name);
      return;
    }
    writeFileAtomic(join(this.out, name), text, durable);
    this.files[name] = { sha256: hashOf(text), bytes: Buffer.byteLength(text) };
    this.written += 1;
  }

  /** Removes pages of runs that are no longer there. */
  removeOthers(): number {
    const gone = [...this.there.keys()].filter(
      (name) => /^runs\/[0-9a-f]{12}\.js$/.test(name) && !(name in this.files),
    );
    for (const name of gone) rmSync(join(this.out, name), { force: true });
    return gone.length;
  }
}
