import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import { type FontFace, fallbackFace, fontFaces, fontFile } from "./fonts";
import { loadPackage } from "./packageFile";
import { sfnt } from "./sfnt";

interface Glyph {
  readonly id: number;
  readonly advanceWidth: number;
}
interface KernPair {
  readonly left: number;
  readonly right: number;
  readonly value: number;
}
/** What of a font of fontkit is used here. */
export interface Font {
  readonly familyName: string;
  readonly subfamilyName: string;
  readonly postscriptName: string;
  readonly copyright: string;
  readonly unitsPerEm: number;
  readonly kern?: {
    readonly tables: readonly { readonly subtable?: { readonly pairs?: readonly KernPair[] } }[];
  };
  hasGlyphForCodePoint(code: number): boolean;
  glyphForCodePoint(code: number): Glyph;
  createSubset(): { includeGlyph(id: number): number; encode(): Uint8Array };
}

/** A face ready for reading. */
export interface OpenFont {
  readonly font: Font;
  /** Its TrueType file. */
  readonly bytes: Buffer;
}

const opened = new Map<string, OpenFont>();

/** Opens a face, once per process. */
export function openFont(face: FontFace): OpenFont {
  let found = opened.get(face.name);
  if (found === undefined) {
    const file = fontFile(face);
    const bytes = file.endsWith(".woff") ? woffToSfnt(readFileSync(file)) : readFileSync(file);
    found = { font: loadPackage<{ create(bytes: Buffer): Font }>("fontkit").create(bytes), bytes };
    opened.set(face.name, found);
  }
  return found;
}

const ascii = /^[ -~\s]*$/;
const unseen = /[\p{Cc}\p{Cf}\p{Z}\p{Variation_Selector}]/u;

/**
 * The face that writes a letter in a text of a face: that one, else its upright or regular brother, else the fallback
 * font; null where none of them has the letter. Spaces and marks that are not seen are always the text's own.
 */
export function faceOfLetter(face: FontFace, letter: string): FontFace | null {
  if (ascii.test(letter) || unseen.test(letter)) return face;
  const code = letter.codePointAt(0) as number;
  const brothers = fontFaces.filter(({ family, bold, italic }) => {
    return family === "DejaVu Sans" && !italic && (bold === face.bold || !bold);
  });
  const order = [face, ...brothers.sort((a, b) => Number(b.bold) - Number(a.bold)), fallbackFace];
  return order.find((one) => openFont(one).font.hasGlyphForCodePoint(code)) ?? null;
}

/** A text in pieces of one face each, in which they are written; letters that no face has stay with the text's own. */
export function faceRuns(text: string, face: FontFace): { readonly text: string; readonly face: FontFace }[] {
  if (ascii.test(text)) return [{ text, face }];
  const runs: { text: string; face: FontFace }[] = [];
  for (const letter of text) {
    const own = faceOfLetter(face, letter) ?? face;
    const last = runs.at(-1);
    if (last?.face === own) last.text += letter;
    else runs.push({ text: letter, face: own });
  }
  return runs;
}

/** The letters of a text that no face has, each once, in their order. */
export function lettersWithoutFace(text: string): string[] {
  if (ascii.test(text)) return [];
  return [...new Set(text)].filter((letter) => faceOfLetter(fontFaces[0] as FontFace, letter) === null);
}

/** A WOFF file (W3C, WOFF File Format 1.0) as the TrueType file it packs. */
function woffToSfnt(woff: Buffer): Buffer {
  const tables = Array.from({ length: woff.readUInt16BE(12) }, (_, i): [string, Buffer] => {
    const at = 44 + 20 * i;
    const [from, packed, length] = [4, 8, 12].map((offset) => woff.readUInt32BE(at + offset)) as [
      number,
      number,
      number,
    ];
    const bytes = woff.subarray(from, from + packed);
    return [woff.toString("latin1", at, at + 4), packed < length ? inflateSync(bytes) : bytes];
  });
  return sfnt(new Map(tables));
}
