import { Command } from "commander";
import { readProvenance } from "../figures/export/provenanceFile";
import { provenanceText } from "../figures/frame/provenance";
import { fileAt } from "./values";

/** `bars provenance`: where the file of a figure comes from. */
export function provenanceCommand(): Command {
  return new Command("provenance")
    .description("config, seed, records, commit and command behind a figure's file")
    .argument("<file>", "PDF, PNG, SVG, JSON or TeX file written by exportFigure", fileAt)
    .option("--json", "print it as JSON")
    .action((path: string, options: { json?: boolean }) => {
      const provenance = readProvenance(path);
      console.log(options.json ? JSON.stringify(provenance, null, 1) : provenanceText(provenance));
    });
}
