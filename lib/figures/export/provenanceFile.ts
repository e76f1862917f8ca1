import { readFileSync } from "node:fs";
import { RecordError } from "../../util/errors";
import { parseJson } from "../../util/parseJson";
import { type Provenance, provenanceShape } from "../frame/provenance";
import { unescapeXml } from "../frame/svgMeta";
import { isPdf, pdfInfo, withPdfInfo } from "./pdfInfo";
import { isPng, pngTexts, withPngMeta } from "./pngMeta";
import { asciiJson, svgProvenanceId } from "./svgProvenance";

/** Where a provenance stands: an entry of a PDF's information, a keyword of a PNG, an id in an SVG, a TeX comment. */
const keys = {
  pdf: "BarsProvenance",
  png: "bars.provenance",
  svg: svgProvenanceId,
  tex: "% bars.provenance ",
};

/** @param alt what the picture shows, in words. */
export function pdfWithProvenance(pdf: Buffer, provenance: Provenance, alt: string): Buffer {
  return withPdfInfo(pdf, {
    Title: provenance.title,
    Subject: alt,
    Creator: `bars ${provenance.bars}`,
    [keys.pdf]: asciiJson(provenance),
  });
}

/** @param dotsPerInch that give the image its size on paper. */
export function pngWithProvenance(
  png: Buffer,
  provenance: Provenance,
  alt: string,
  dotsPerInch: number,
): Buffer {
  const texts = {
    Title: provenance.title,
    Description: alt,
    Software: `bars ${provenance.bars}`,
    [keys.png]: asciiJson(provenance),
  };
  return withPngMeta(png, texts, dotsPerInch);
}

/** A comment for TeX. */
export function texProvenance(provenance: Provenance): string {
  return `${keys.tex}${asciiJson(provenance)}\n`;
}

/**
 * Reads where a figure's file comes from: a PDF, PNG, SVG, JSON or TeX file that this library wrote.
 *
 * @throws RecordError if the file cannot be read or holds no provenance, and for the first field that is not what it must
 * be.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype } = bars.derive(bars.deriveInputOf(record));
 * const [path] = await bars.exportFigure(bars.drawGenotype(genotype, { title: "cured" }), "runs/drawn.svg");
 * console.log(bars.figures.readProvenance(path).kind); // bars.provenance
 * ```
 */
export function readProvenance(path: string): Provenance {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new RecordError(
      `${path}: expected a figure's file, could not read it: ${(cause as Error).message}.`,
      {
        cause,
      },
    );
  }
  const json = found(bytes);
  const value = json === null ? null : parsed(json);
  if (value === null || typeof value !== "object" || (value as Provenance).kind !== "bars.provenance") {
    throw new RecordError(
      `${path}: expected a PDF, PNG, SVG, JSON or TeX file written by exportFigure, found no provenance in it; it may have been changed by another program, or be the drawing that a run leaves in its folder, which has none.`,
    );
  }
  provenanceShape.check(value, `${path}: provenance: `);
  return value as Provenance;
}

function found(bytes: Buffer): string | null {
  if (isPdf(bytes)) return pdfInfo(bytes, keys.pdf);
  if (isPng(bytes)) return pngTexts(bytes)[keys.png] ?? null;
  const text = bytes.toString("utf8");
  const svg = new RegExp(`<metadata id="${keys.svg}">([\\s\\S]*?)</metadata>`).exec(text)?.[1];
  if (svg !== undefined) return unescapeXml(svg);
  const tex = text.split("\n").find((line) => line.startsWith(keys.tex));
  if (tex !== undefined) return tex.slice(keys.tex.length);
  const value = parsed(text) as { provenance?: unknown } | null;
  return typeof value === "object" && value?.provenance ? JSON.stringify(value.provenance) : null;
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}
