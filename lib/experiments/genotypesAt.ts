import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { type FigureProvenance, noSources } from "../figures/frame/provenance";
import { recordSources } from "../figures/frame/recordSources";
import type { Genotype } from "../space/genotype";
import { genotypeHash } from "../space/genotypeJson";
import { counted } from "../util/counted";
import { BarsError, GenotypeError, NoRecordError } from "../util/errors";
import { trainTarget } from "./trainTarget";

/** A genotype on disk, and what to call it. */
export interface NamedGenotype {
  readonly name: string;
  readonly genotype: Genotype;
  /** The file it was read, or derived, from. */
  readonly path: string;
  /** The record it was read, or derived, from; none where it was a genotype's file without the record of that network beside it. */
  readonly sources: FigureProvenance;
}

/**
 * The genotypes at a place: a genotype file or a record is read; of a run's folder `genotype.json`, else what its record
 * derives by argmax, evolved or trained; of any other folder those of the runs in it, at any depth, sorted by path.
 *
 * @param onLeftOut hears why a run of such a folder gives no genotype; the others are given all the same.
 * @throws NoRecordError where there is none. GenotypeError where a training is of a hand-made network, which has no genotype.
 * @throws DeriveError for a search of which no epoch has ended.
 * @throws GenotypeError or RecordError for a file that cannot be read.
 */
export function genotypesAt(place: string, onLeftOut: (why: string) => void): NamedGenotype[] {
  if (!statSync(place).isDirectory()) return [genotypeOf(place, nameOf(place))];
  const runs = runFolders(place);
  if (runs.length === 0) {
    throw new NoRecordError(
      `${place}: expected the folder of a run, or one with some at any depth, found neither genotype.json nor record.json. Give a genotype's file, or the folder of a search, an evolution, a race or a training.`,
    );
  }
  const read = (folder: string) => {
    const stored = join(folder, "genotype.json");
    const record = join(folder, "record.json");
    const name = folder === place ? basename(folder) : relative(place, folder);
    if (!existsSync(stored)) return genotypeOf(record, name);
    const own = genotypeOf(stored, name);
    return existsSync(record) ? { ...own, sources: sourcesBeside(record, own) } : own;
  };
  if (runs[0] === place) return [read(place)];
  const reasons: string[] = [];
  const found = runs.flatMap((folder) => {
    try {
      return [read(folder)];
    } catch (error) {
      if (!(error instanceof BarsError)) throw error;
      reasons.push(error.message);
      return [];
    }
  });
  if (found.length === 0)
    throw new GenotypeError(
      `${place}: expected a run with a genotype, none of ${counted(runs.length, "run")} has one. The first: ${reasons[0]}`,
    );
  for (const why of reasons) onLeftOut(why);
  return found;
}

/** Folders with a run in them. One in a run's folder, such as the candidates of an evolution, is a part of that run. */
function runFolders(folder: string): string[] {
  if (["genotype.json", "record.json"].some((file) => existsSync(join(folder, file)))) return [folder];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => runFolders(join(folder, name)))
    .sort();
}

function genotypeOf(path: string, name: string): NamedGenotype {
  const { model, record } = trainTarget(path);
  const sources = record === null ? noSources : recordSources(record);
  if (model.kind === "genotype") return { name, genotype: model.genotype, path, sources };
  throw new GenotypeError(
    `${path}: expected a genotype, got the training of ${model.name}, a hand-made network without cells. Its layers are listed by "bars cost ${path}".`,
  );
}

/** What the record beside a genotype's file is the source of, where it says the same network. */
function sourcesBeside(record: string, { name, genotype }: NamedGenotype): FigureProvenance {
  try {
    const said = genotypeOf(record, name);
    return genotypeHash(said.genotype) === genotypeHash(genotype) ? said.sources : noSources;
  } catch (error) {
    // A run that is not finished may have no network yet.
    if (!(error instanceof BarsError)) throw error;
    return noSources;
  }
}

/** A record is called by its folder, any other file by its own name. */
function nameOf(path: string): string {
  return basename(path) === "record.json" || basename(path) === "genotype.json"
    ? basename(dirname(path)) || basename(path, ".json")
    : basename(path, ".json");
}
