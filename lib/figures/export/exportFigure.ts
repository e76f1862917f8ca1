import { existsSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { writeFileAtomic } from "../../util/atomicFile";
import { BarsError, RecordError } from "../../util/errors";
import { altText, type Figure, plainTitle } from "../frame/figure";
import { type PaperWidth, paperPixels, toMillimetres } from "../frame/paper";
import { type FigureProvenance, noSources, type Provenance, provenanceOf } from "../frame/provenance";
import { svgMeta } from "../frame/svgMeta";
import { type DrawEngine, type Drawer, drawerFor } from "./drawFigure";
import { bareFigure, fitFigure } from "./fitFigure";
import { checkTexName, includeGraphics } from "./includeGraphics";
import { warnOfMissingLetters } from "./missingLetters";
import { pdfWithProvenance, pngWithProvenance, readProvenance, texProvenance } from "./provenanceFile";
import { svgWithFonts } from "./svgFonts";
import { svgWithProvenance } from "./svgProvenance";
import { svgOfSize, svgSize } from "./svgSize";
import { svgToPng } from "./svgToPng";

/**
 * The kinds of files a figure can become.
 *
 * @example
 * ```ts
 * console.log(bars.figures.exportFormats.join(" ")); // pdf svg png json tex
 * ```
 */
export const exportFormats = Object.freeze(["pdf", "svg", "png", "json", "tex"] as const);
export type ExportFormat = (typeof exportFormats)[number];

/** How a figure becomes a file. */
export interface ExportOptions {
  /** On paper: `"one-column"` (85 mm), `"text-block"` (132 mm), `"two-column"` (178 mm) or millimetres; where left out, the figure's own size at 96 pixels an inch. */
  readonly width?: PaperWidth;
  /** Without title and small print, because the paper's own caption says it. On for `.tex` where left out. */
  readonly bare?: boolean;
  /** PNG only: dots per inch; 300 where left out. */
  readonly dotsPerInch?: number;
  readonly engine?: DrawEngine;
  /** What to run to get the figure again; found out where left out. */
  readonly command?: string;
  /** The records behind a drawing that does not name them itself. */
  readonly sources?: FigureProvenance;
}

/**
 * Writes a figure, or an SVG drawing, as the kind of file that the path's extension names:
 *
 * - `.pdf`: one page of exactly the figure's size, vectors, fonts embedded;
 * - `.svg`: as large on paper as it says, the used letters of the fonts embedded;
 * - `.png`: 300 dots an inch, which the file says;
 * - `.json`: the figure's data and layout, to change and draw again;
 * - `.tex`: a `figure` environment with caption and label, and the PDF it includes beside it, `name-bare.pdf` (`name.pdf` with `bare: false`).
 *
 * Every file says where it comes from; `bars provenance <file>` prints it. A file appears whole or not at all. A
 * headless Chromium draws where there is one that does its work within a minute, else this process does, the same
 * picture, and a line says so.
 *
 * @returns the paths written.
 * @throws BarsError for an unknown extension, a name that LaTeX cannot read, an impossible size, a figure that plotly refuses, or traces that need
 * a browser where there is none; RecordError if a file cannot be written.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype } = bars.derive(bars.deriveInputOf(record));
 * const svg = bars.drawGenotype(genotype);
 * console.log((await bars.exportFigure(svg, "runs/cells.svg")).length); // 1
 * ```
 */
export async function exportFigure(
  picture: Figure | string,
  path: string,
  options: ExportOptions = {},
): Promise<string[]> {
  const format = formatOf(path);
  if (format === "tex") checkTexName(path);
  const picked = format === "tex" ? { bare: true, ...options } : options;
  const drawn = sized(picture, picked);
  const meta = metaOf(drawn, options.sources);
  const provenance = provenanceOf(meta.title, meta.sources, options.command);
  if (format === "json") {
    writeFileAtomic(path, jsonText(picture, provenance));
    return [path];
  }
  const drawer = drawerFor(options.engine ?? "auto", drawn, "exportFigure");
  const svg = typeof drawn === "string" ? drawn : await drawer.svg(drawn);
  warnOfMissingLetters(svg, `exportFigure: ${path}`);
  const size = targetSize(svg, drawn, options.width);
  if (format === "tex") {
    // What has no title stands beside a PDF of the same figure that has one.
    const pdf = path.replace(/\.tex$/i, picked.bare === false ? ".pdf" : "-bare.pdf");
    rejectForeign(pdf, path);
    writeFileAtomic(pdf, [await pdfOf(svg, size, drawer, provenance, meta.alt)]);
    const snippet = includeGraphics({
      ...meta,
      name: basename(path).replace(/\.tex$/i, ""),
      pdf: basename(pdf),
      millimetres: toMillimetres(size.width),
    });
    writeFileAtomic(path, texProvenance(provenance) + snippet);
    return [path, pdf];
  }
  writeFileAtomic(path, [await fileOf(format, svg, size, drawer, provenance, meta.alt, options)]);
  return [path];
}

/** @throws RecordError where the PDF that a `.tex` file includes would replace one that is no figure of this library. */
function rejectForeign(pdf: string, tex: string): void {
  if (!existsSync(pdf)) return;
  try {
    readProvenance(pdf);
  } catch (cause) {
    throw new RecordError(
      `${pdf}: ${tex} includes a PDF of this name beside it, and the file there was not written by exportFigure. Move it, or write to another .tex.`,
      { cause },
    );
  }
}

/**
 * Writes several figures in one go, each as every format: `exportFigures({ alpha, cost }, "figures", ["pdf", "png"])`.
 *
 * @returns the paths written.
 * @throws as {@link exportFigure}; files written before the error stay.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype } = bars.derive(bars.deriveInputOf(record));
 * const pictures = { cells: bars.drawGenotype(genotype), cuts: bars.figures.minCutGenotype(genotype) };
 * console.log((await bars.figures.exportFigures(pictures, "runs/pictures", ["svg"])).length); // 2
 * ```
 */
export async function exportFigures(
  pictures: Readonly<Record<string, Figure | string>>,
  folder: string,
  formats: readonly ExportFormat[] = ["pdf", "svg", "png", "json"],
  options: ExportOptions = {},
): Promise<string[]> {
  for (const format of formats) formatOf(`figure.${format}`);
  const paths: string[] = [];
  for (const [name, picture] of Object.entries(pictures)) {
    for (const format of formats) {
      paths.push(...(await exportFigure(picture, join(folder, `${name}.${format}`), options)));
    }
  }
  return [...new Set(paths)];
}

/** @throws BarsError for an extension that no figure can be written as. */
export function formatOf(path: string): ExportFormat {
  const extension = extname(path).slice(1).toLowerCase();
  const found = exportFormats.find((format) => format === extension);
  if (found) return found;
  const known = exportFormats.map((format) => `.${format}`).join(", ");
  throw new BarsError(
    `exportFigure: ${JSON.stringify(path)}: the extension must be one of ${known}, got ${extension === "" ? "none" : `.${extension}`}.`,
  );
}

function sized(picture: Figure | string, { width, bare = false }: ExportOptions): Figure | string {
  if (typeof picture === "string") return picture;
  const own = bare ? bareFigure(picture) : picture;
  return width === undefined ? own : fitFigure(own, width);
}

function metaOf(picture: Figure | string, sources: FigureProvenance | undefined) {
  if (typeof picture === "string") {
    const meta = svgMeta(picture);
    return { ...meta, measured: "", sources: sources ?? meta.sources };
  }
  const meta = picture.layout.meta?.bars;
  return {
    title: plainTitle(picture),
    alt: altText(picture),
    measured: meta?.measured ?? "",
    sources: sources ?? meta?.sources ?? noSources,
  };
}

/** Size on paper in pixels, 96 to the inch. A drawing, or a figure laid out larger, is scaled to the asked width. */
function targetSize(svg: string, picture: Figure | string, width: PaperWidth | undefined) {
  const own = typeof picture === "string" ? svgSize(svg) : picture.layout;
  if (width === undefined) return { width: own.width, height: own.height };
  const target = paperPixels(width, "exportFigure");
  return { width: target, height: (own.height * target) / own.width };
}

async function fileOf(
  format: "pdf" | "svg" | "png",
  svg: string,
  size: { width: number; height: number },
  drawer: Drawer,
  provenance: Provenance,
  alt: string,
  { dotsPerInch = 300 }: ExportOptions,
): Promise<Buffer> {
  switch (format) {
    case "pdf":
      return pdfOf(svg, size, drawer, provenance, alt);
    case "svg":
      return Buffer.from(svgWithFonts(svgWithProvenance(svgOfSize(svg, size), provenance, alt)), "utf8");
    case "png": {
      if (!(dotsPerInch >= 30 && dotsPerInch <= 1500)) {
        throw new BarsError(`exportFigure: dotsPerInch must be from 30 to 1500, got ${dotsPerInch}.`);
      }
      const own = svgSize(svg);
      const scale = (size.width / own.width) * (dotsPerInch / 96);
      return pngWithProvenance(svgToPng(svg, scale), provenance, alt, dotsPerInch);
    }
    default:
      return format satisfies never;
  }
}

async function pdfOf(
  svg: string,
  size: { width: number; height: number },
  drawer: Drawer,
  provenance: Provenance,
  alt: string,
): Promise<Buffer> {
  return pdfWithProvenance(await drawer.pdf(svg, size), provenance, alt);
}

function jsonText(picture: Figure | string, provenance: Provenance): string {
  const content =
    typeof picture === "string"
      ? { kind: "bars.drawing", schema: 1, provenance, svg: picture }
      : { ...picture, provenance };
  return `${JSON.stringify(content, null, 1)}\n`;
}
