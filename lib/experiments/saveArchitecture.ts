import { join } from "node:path";
import { costReport } from "../complexity/costReport";
import type { SearchRecord } from "../run/searchRecord";
import { describeGenotype } from "../space/describeGenotype";
import { drawGenotype } from "../space/drawGenotype";
import type { Genotype } from "../space/genotype";
import { genotypeJson } from "../space/genotypeJson";
import { writeFileAtomic } from "../util/atomicFile";
import { type SearchSummary, searchSummary } from "./summary";

/** Where {@link saveArchitecture} put what. */
export interface ArchitectureFiles {
  readonly genotype: string;
  readonly drawing: string;
  readonly report: string;
  readonly summary: string;
}

/**
 * Writes a derived architecture into a run's folder: `genotype.json`, `genotype.svg` (drawing), `genotype.txt`
 * (description and cost of every layer) and `summary.json`. Each file is replaced whole or not at all.
 */
export function saveArchitecture(
  directory: string,
  record: SearchRecord,
  genotype: Genotype,
): { readonly files: ArchitectureFiles; readonly summary: SearchSummary } {
  const summary = searchSummary(record, genotype);
  const files = {
    genotype: join(directory, "genotype.json"),
    drawing: join(directory, "genotype.svg"),
    report: join(directory, "genotype.txt"),
    summary: join(directory, "summary.json"),
  };
  writeFileAtomic(files.genotype, `${genotypeJson(genotype)}\n`);
  writeFileAtomic(files.drawing, drawGenotype(genotype));
  writeFileAtomic(files.report, `${describeGenotype(genotype)}\n\n${costReport(genotype)}\n`);
  writeFileAtomic(files.summary, `${JSON.stringify(summary, null, 1)}\n`);
  return { files, summary };
}
