import { join } from "node:path";
import { costReport } from "../../cost/costReport";
import { type Judgement, type SearchSummary, searchSummary } from "../../derive/summary";
import type { BlockStyle } from "../../primitives/blockStyle";
import { sealedText } from "../../records/seal";
import type { SearchRecord } from "../../records/searchRecord";
import { describeGenotype } from "../../space/describeGenotype";
import type { Genotype } from "../../space/genotype";
import { genotypeJson } from "../../space/genotypeJson";
import { writeFileAtomic } from "../../util/atomicFile";
import { drawGenotype } from "../drawings/drawGenotype";

/** Where {@link saveGenotype} put what. */
export interface GenotypeFiles {
  readonly genotype: string;
  readonly drawing: string;
  readonly report: string;
}

/** Where {@link saveArchitecture} put what. */
export interface ArchitectureFiles extends GenotypeFiles {
  readonly summary: string;
}

/**
 * Writes an architecture into a folder: `genotype.json`, `genotype.svg` (drawing) and `genotype.txt` (description and
 * cost of every layer). Each file is replaced whole or not at all.
 *
 * @param style of the blocks, for the costs: `config.binarization` of a search, `config.train.binarization` of a race; by default the
 * library's.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype } = bars.derive(bars.deriveInputOf(record));
 * const files = bars.records.saveGenotype("runs/architecture", genotype);
 * console.log(Object.values(files).map((path) => path.split("/").at(-1))); // ["genotype.json","genotype.svg","genotype.txt"]
 * ```
 */
export function saveGenotype(directory: string, genotype: Genotype, style?: BlockStyle): GenotypeFiles {
  const files = {
    genotype: join(directory, "genotype.json"),
    drawing: join(directory, "genotype.svg"),
    report: join(directory, "genotype.txt"),
  };
  writeFileAtomic(files.genotype, `${genotypeJson(genotype)}\n`);
  writeFileAtomic(files.drawing, drawGenotype(genotype));
  writeFileAtomic(
    files.report,
    `${describeGenotype(genotype)}\n\n${costReport(genotype, { detail: "layers", ...(style ? { style } : {}) }).text}\n`,
  );
  return files;
}

/**
 * Writes an architecture derived from a search ({@link saveGenotype}), and `summary.json` of the search.
 *
 * @param derivation how it was derived, for the summary ({@link searchSummary}).
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype } = bars.derive(bars.deriveInputOf(record));
 * const { summary } = bars.saveArchitecture("runs/architecture", record, genotype);
 * console.log(summary.bops, summary.flops); // 4816896 352576
 * ```
 */
export function saveArchitecture(
  directory: string,
  record: SearchRecord,
  genotype: Genotype,
  derivation?: Judgement,
): { readonly files: ArchitectureFiles; readonly summary: SearchSummary } {
  const summary = searchSummary(record, genotype, derivation);
  const files = {
    ...saveGenotype(directory, genotype, record.config.binarization),
    summary: join(directory, "summary.json"),
  };
  writeFileAtomic(files.summary, sealedText(summary));
  return { files, summary };
}
