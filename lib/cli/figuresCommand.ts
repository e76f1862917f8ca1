import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { runFigures } from "../experiments/runFigures";
import { type ExportFormat, exportFigures, exportFormats } from "../figures/export/exportFigure";
import { paperWidths } from "../figures/frame/paper";
import { place } from "./values";

interface Options {
  readonly format: readonly ExportFormat[];
  readonly out?: string;
  readonly width?: keyof typeof paperWidths;
}

/** `bars figures`: every figure of one run, in one go. Needs no tensor engine. */
export function figuresCommand(): Command {
  return new Command("figures")
    .description(
      "write every figure of a search, a training or a race: losses, alphas, costs, ladder, architecture",
    )
    .argument("<run>", "folder of a run, or a record file", place)
    .option(
      "--format <names>",
      `one or several of ${exportFormats.join(", ")}, with commas between (default: pdf,svg)`,
      formats,
      ["pdf", "svg"],
    )
    .option("--out <folder>", "where they go; default: figures beside the record")
    .option("--width <name>", `width on paper: ${Object.keys(paperWidths).join(", ")}`, paperWidth)
    .action(run);
}

async function run(given: string, { format, out, width }: Options): Promise<void> {
  const folder = out ?? join(statSync(given).isDirectory() ? given : dirname(given), "figures");
  const { figures, sources } = runFigures(given);
  const paths = await exportFigures(figures, folder, format, {
    sources,
    ...(width === undefined ? {} : { width }),
  });
  for (const path of paths) console.log(path);
}

function formats(text: string): readonly ExportFormat[] {
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !(exportFormats as readonly string[]).includes(name));
  if (unknown === undefined) return names as ExportFormat[];
  throw new InvalidArgumentError(`must be of ${exportFormats.join(", ")}, got ${unknown || "nothing"}.`);
}

function paperWidth(text: string): string {
  if (Object.hasOwn(paperWidths, text)) return text;
  throw new InvalidArgumentError(`must be one of ${Object.keys(paperWidths).join(", ")}, got ${text}.`);
}
