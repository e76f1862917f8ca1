import { spawnSync } from "node:child_process";
import { projectFolder } from "../../util/projectFolder";
import { type FieldShapes, finite, listOf, nullable, objectOf, oneOf, text, truth } from "../../util/shape";
import { version } from "../../util/version";

/** The records a figure was drawn from. Lists, because one figure may compare several. */
export interface FigureProvenance {
  /** SHA-256 of the canonical JSON of each config. */
  readonly configHashes: readonly string[];
  readonly seeds: readonly number[];
  /** SHA-256 of the canonical JSON of each record. */
  readonly recordHashes: readonly string[];
}

/** Where a file with a figure comes from: enough to find the numbers and to draw it again. */
export interface Provenance extends FigureProvenance {
  readonly kind: "bars.provenance";
  readonly schema: 1;
  readonly title: string;
  /** Commit of the working tree the figure was drawn in; null outside a repository. */
  readonly gitCommit: string | null;
  /** Whether files of that tree differed from the commit; null outside a repository. */
  readonly gitChanged: boolean | null;
  /** Version of the library that drew it. */
  readonly bars: string;
  /** What to run to get the figure again; null where it is not known. */
  readonly command: string | null;
}

const sourceFields: FieldShapes<FigureProvenance> = {
  configHashes: listOf(text),
  seeds: listOf(finite),
  recordHashes: listOf(text),
};
export const sourcesShape = objectOf<FigureProvenance>(sourceFields);

/** Every field of a provenance. */
export const provenanceShape = objectOf<Provenance>({
  ...sourceFields,
  kind: oneOf(["bars.provenance"]),
  schema: oneOf([1]),
  title: text,
  gitCommit: nullable(text),
  gitChanged: nullable(truth),
  bars: text,
  command: nullable(text),
});

/** A figure of numbers that come from no record. */
export const noSources: FigureProvenance = Object.freeze({ configHashes: [], seeds: [], recordHashes: [] });

/**
 * The provenance of a figure drawn now, in the working folder of this process.
 *
 * Holds no time of day: the same figure drawn twice gives the same bytes.
 *
 * @param command what makes the figure again; where left out, the environment variable `BARS_COMMAND` (set by
 * `npm run notebooks`), else the command line of this process where it is a script.
 */
export function provenanceOf(title: string, sources: FigureProvenance, command?: string): Provenance {
  const { commit, changed } = gitState(projectFolder());
  return {
    kind: "bars.provenance",
    schema: 1,
    title,
    configHashes: sources.configHashes,
    seeds: sources.seeds,
    recordHashes: sources.recordHashes,
    gitCommit: commit,
    gitChanged: changed,
    bars: version,
    command: command ?? process.env["BARS_COMMAND"] ?? commandLine(process.argv, process.cwd()),
  };
}

/** `["node", "/home/me/bars/draw.js", "a b"]` in `/home/me/bars` → `node draw.js 'a b'`. Null in a kernel. */
function commandLine(argv: readonly string[], folder: string): string | null {
  const [, script, ...rest] = argv;
  if (!script || /[\\/]tslab([\\/]|$)/.test(script)) return null;
  const relative = script.startsWith(`${folder}/`) ? script.slice(folder.length + 1) : script;
  const quoted = [relative, ...rest].map((part) =>
    /^[\w./:=@%+,-]+$/.test(part) ? part : `'${part.replaceAll("'", "'\\''")}'`,
  );
  return ["node", ...quoted].join(" ");
}

/** Commit and state of the working tree around a folder. */
function gitState(folder: string): { commit: string | null; changed: boolean | null } {
  const git = (...words: string[]) =>
    spawnSync("git", ["-C", folder, ...words], { encoding: "utf8", timeout: 5000 });
  const head = git("rev-parse", "--verify", "--quiet", "HEAD");
  if (head.status !== 0) return { commit: null, changed: null };
  const files = git("status", "--porcelain", "--untracked-files=no");
  return {
    commit: head.stdout.trim(),
    changed: files.status === 0 ? files.stdout.trim() !== "" : null,
  };
}

/**
 * A provenance as lines a person reads.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype } = bars.derive(bars.deriveInputOf(record));
 * const [path] = await bars.exportFigure(bars.drawGenotype(genotype), "runs/drawn.svg");
 * console.log(bars.figures.provenanceText(bars.figures.readProvenance(path)).length > 0); // true
 * ```
 */
export function provenanceText(provenance: Provenance): string {
  const { gitCommit, gitChanged } = provenance;
  const list = (values: readonly (string | number)[]) =>
    values.length > 0 ? values.join(", ") : "not known";
  const changed = gitChanged ? ", with uncommitted changes" : "";
  const rows: [string, string][] = [
    ["title", provenance.title],
    ["config hash", list(provenance.configHashes)],
    ["seed", list(provenance.seeds)],
    ["record hash", list(provenance.recordHashes)],
    ["git commit", gitCommit === null ? "not known" : `${gitCommit}${changed}`],
    ["bars version", provenance.bars],
    ["command", provenance.command ?? "not known"],
  ];
  return rows.map(([name, value]) => `${`${name}:`.padEnd(14)}${value}`).join("\n");
}
