import { existsSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { totalCost } from "../cost/costTable";
import { genotypesAt, type NamedGenotype } from "../experiments/genotypesAt";
import { drawGenotype } from "../figures/drawings/drawGenotype";
import { genotypeSheet } from "../figures/drawings/genotypeSheet";
import { type ExportFormat, exportFigure, exportFormats, formatOf } from "../figures/export/exportFigure";
import type { FigureProvenance } from "../figures/frame/provenance";
import { BarsError } from "../util/errors";
import { outputFile, outputFolder, places } from "./values";

interface Options {
  readonly out?: string;
  readonly format: ExportFormat;
}

/** `bars draw`: drawings of stored genotypes. */
export function drawCommand(): Command {
  return new Command("draw")
    .description("draw the cells and layout of a genotype; of several, a sheet or a file each")
    .argument(
      "<places...>",
      "genotype files, records, folders of runs, or folders with some at any depth",
      places,
    )
    .option(
      "--out <file or folder>",
      `file, as what its extension says: ${exportFormats.map((format) => `.${format}`).join(", ")}; or folder, for a file of each. Default: genotype.svg, of several the sheet genotypes.svg`,
      outPlace,
    )
    .addOption(
      new Option("--format <name>", "of the files in a folder").choices([...exportFormats]).default("svg"),
    )
    .action(run);
}

async function run(given: readonly string[], { out, format }: Options): Promise<void> {
  const found = given.flatMap((one) => genotypesAt(one, (why) => console.error(`left out: ${why}`)));
  for (const path of await draw(found, out, format)) console.log(path);
}

async function draw(
  found: readonly NamedGenotype[],
  out: string | undefined,
  format: ExportFormat,
): Promise<string[]> {
  const engine = "builtin";
  if (out !== undefined && isFolder(out)) {
    const paths: string[] = [];
    for (const { name, genotype, sources } of named(found)) {
      const path = join(out, `${name}.${format}`);
      paths.push(...(await exportFigure(drawGenotype(genotype), path, { engine, sources })));
    }
    return paths;
  }
  const [first, ...others] = found;
  if (first && others.length === 0)
    return exportFigure(drawGenotype(first.genotype), out ?? "genotype.svg", {
      engine,
      sources: first.sources,
    });
  const panels = found.map(({ name, genotype }) => ({ name, genotype, cost: totalCost(genotype) }));
  const sources = allSources(found);
  return exportFigure(genotypeSheet(panels), out ?? "genotypes.svg", { engine, sources });
}

/** The records behind a sheet, each once. */
function allSources(found: readonly NamedGenotype[]): FigureProvenance {
  const of = <T>(pick: (sources: FigureProvenance) => readonly T[]) => [
    ...new Set(found.flatMap(({ sources }) => pick(sources))),
  ];
  return {
    configHashes: of(({ configHashes }) => configHashes),
    seeds: of(({ seeds }) => seeds),
    recordHashes: of(({ recordHashes }) => recordHashes),
  };
}

/** Names that can be files of one folder; those that come twice are numbered. */
function named(found: readonly NamedGenotype[]): NamedGenotype[] {
  const seen = new Map<string, number>();
  return found.map((one) => {
    const name = one.name.replace(/[^\w.+-]+/g, "-");
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return { ...one, name: times === 1 ? name : `${name}-${times}` };
  });
}

function isFolder(out: string): boolean {
  return /[/\\]$/.test(out) || (existsSync(out) && statSync(out).isDirectory());
}

/** Parses `--out`: a folder, or a file of a kind that a drawing can be written as. */
function outPlace(text: string): string {
  if (isFolder(text)) return outputFolder(text);
  try {
    formatOf(text);
  } catch (error) {
    if (!(error instanceof BarsError)) throw error;
    const known = exportFormats.map((format) => `.${format}`).join(", ");
    const got = extname(text) || "none";
    throw new InvalidArgumentError(
      `the extension must be one of ${known}, got ${got}. End a folder's name with "/".`,
    );
  }
  return outputFile(text);
}
