import { escapeXml } from "../../text/svg";
import type { Provenance } from "../frame/provenance";

/** The element of an SVG document that holds its provenance. */
export const svgProvenanceId = "bars-provenance";

/** JSON of letters that every format can hold. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[^ -~]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** An SVG document with title, description and provenance as the first things inside it. */
export function svgWithProvenance(svg: string, provenance: Provenance, alt: string): string {
  const bare = svg
    .replace(/<metadata id="bars-(?:sources|provenance)">[\s\S]*?<\/metadata>/g, "")
    .replace(/(<svg\b[^>]*>)<title>[\s\S]*?<\/title>(?:<desc>[\s\S]*?<\/desc>)?/, "$1");
  const head =
    `<title>${escapeXml(provenance.title)}</title><desc>${escapeXml(alt)}</desc>` +
    `<metadata id="${svgProvenanceId}">${escapeXml(asciiJson(provenance))}</metadata>`;
  return bare.replace(/<svg\b[^>]*>/, (root) => root + head);
}
