import { escapeXml, svgElement, svgNumber } from "../../text/svg";
import { RecordError } from "../../util/errors";
import { oneLine } from "../../util/oneLine";
import { parseJson } from "../../util/parseJson";
import { toMillimetres } from "./paper";
import { type FigureProvenance, noSources, sourcesShape } from "./provenance";

/** A drawing about to become an SVG document; sizes in pixels, 96 to the inch. */
export interface DrawnPage {
  readonly width: number;
  readonly height: number;
  /** One line: begins a caption. */
  readonly title: string;
  /** What the picture shows, for readers who cannot see it. */
  readonly alt: string;
  readonly sources: FigureProvenance;
  readonly fontFamily: string;
  readonly body: readonly string[];
}

/** An SVG document on white, as large on paper as it says, with title, description and sources inside. */
export function drawnSvg(page: DrawnPage): string {
  const { width, height, title, alt, sources, fontFamily, body } = page;
  const millimetres = (pixels: number) => `${Math.round(toMillimetres(pixels) * 1000) / 1000}mm`;
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    width: millimetres(width),
    height: millimetres(height),
    viewBox: `0 0 ${svgNumber(width)} ${svgNumber(height)}`,
    role: "img",
    "font-family": fontFamily,
  };
  const head = [
    `<title>${escapeXml(title)}</title>`,
    `<desc>${escapeXml(alt)}</desc>`,
    sourcesElement(sources),
    svgElement("rect", { width, height, fill: "#ffffff" }),
  ];
  return `${svgElement("svg", attributes, [...head, ...body])}\n`;
}

/** What an SVG document says of itself. */
export interface SvgMeta {
  readonly title: string;
  readonly alt: string;
  readonly sources: FigureProvenance;
}

/** Reads title, description and sources of an SVG document; what it does not say is empty. */
export function svgMeta(svg: string): SvgMeta {
  const text = (name: string) =>
    oneLine(unescapeXml(new RegExp(`<${name}[^>]*>([\\s\\S]*?)</${name}>`).exec(svg)?.[1] ?? "")).trim();
  const title = text("title") || "untitled";
  const sources = /<metadata id="bars-sources">([\s\S]*?)<\/metadata>/.exec(svg)?.[1];
  return {
    title,
    alt: text("desc") || title,
    sources: sources === undefined ? noSources : readSources(unescapeXml(sources)),
  };
}

function readSources(json: string): FigureProvenance {
  const place = "svgMeta: the sources in an SVG document";
  let value: unknown;
  try {
    value = parseJson(json);
  } catch (cause) {
    throw new RecordError(`${place} must be JSON (${(cause as Error).message}). Draw the figure again.`, {
      cause,
    });
  }
  sourcesShape.check(value, `${place}: `);
  return value as FigureProvenance;
}

function sourcesElement(sources: FigureProvenance): string {
  return `<metadata id="bars-sources">${escapeXml(JSON.stringify(sources))}</metadata>`;
}

/** The text behind {@link escapeXml}. */
export function unescapeXml(text: string): string {
  const signs: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  return text.replaceAll(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => signs[name] as string);
}
