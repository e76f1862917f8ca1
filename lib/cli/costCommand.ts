import { readFileSync } from "node:fs";
import { Command } from "commander";
import { ops } from "../complexity/cost";
import { costReport } from "../complexity/costReport";
import { costTable, totalCost } from "../complexity/costTable";
import { drawGenotype } from "../space/drawGenotype";
import type { Genotype } from "../space/genotype";
import { parseGenotype } from "../space/validateGenotype";
import { writeFileAtomic } from "../util/atomicFile";
import { GenotypeError } from "../util/errors";

/** `bars cost`: the cost of every layer of a stored genotype. */
export function costCommand(): Command {
  return new Command("cost")
    .description("cost of a genotype, layer by layer and in total, convention stated")
    .argument("<genotype>", "genotype JSON file")
    .option("--json", "print totals and layers as JSON")
    .action((path: string, options: { json?: boolean }) => {
      const genotype = readGenotype(path);
      if (!options.json) {
        console.log(costReport(genotype));
        return;
      }
      const total = totalCost(genotype);
      const convention = "one multiply-accumulate = 1; ops = flops + bops / 64";
      console.log(
        JSON.stringify(
          { convention, total: { ...total, ops: ops(total) }, layers: costTable(genotype) },
          null,
          1,
        ),
      );
    });
}

/** `bars draw`: the drawing of a stored genotype. */
export function drawCommand(): Command {
  return new Command("draw")
    .description("draw a genotype's cells and layout as SVG")
    .argument("<genotype>", "genotype JSON file")
    .option("--out <file>", "SVG file", "genotype.svg")
    .action((path: string, options: { out: string }) => {
      writeFileAtomic(options.out, drawGenotype(readGenotype(path)));
      console.log(options.out);
    });
}

/** @throws GenotypeError if the file cannot be read or holds no valid genotype. */
export function readGenotype(path: string): Genotype {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new GenotypeError(
      `${path}: expected a genotype file, could not read it: ${(error as Error).message}.`,
      { cause: error },
    );
  }
  return parseGenotype(text, path);
}
