import type { FontFace } from "./fonts";
import { openFont } from "./openFont";
import { cmapTable, kernTable, nameTable, postTable, sfnt, sfntTables } from "./sfnt";

/**
 * Letters whose heights a screen's rasteriser aligns all others to (the blue zones of FreeType's autohinter); without
 * them the same letter looks otherwise at small size.
 */
const references = "CEHLOQSTUZbcdefghijknopqrsuvxyz";

/**
 * A face of the shipped fonts with some letters alone, as a TrueType file that browsers take: the letters' outlines,
 * widths and kerning, the tables that a font needs on its own, and the letters that others are aligned to. Letters that the face lacks are left out; ligatures
 * are not kept.
 *
 * The same letters give the same bytes.
 */
export function fontSubset(face: FontFace, letters: ReadonlySet<number>): Buffer {
  const { font, bytes } = openFont(face);
  const wanted = new Set([...letters, ...[...references].map((letter) => letter.charCodeAt(0))]);
  const codes = [...wanted].filter((code) => font.hasGlyphForCodePoint(code));
  const subset = font.createSubset();
  const places = new Map<number, number>();
  const kept = new Map<number, number>();
  for (const code of codes.sort((a, b) => a - b)) {
    const { id } = font.glyphForCodePoint(code);
    const place = subset.includeGlyph(id);
    places.set(code, place);
    kept.set(id, place);
  }
  const tables = new Map(sfntTables(Buffer.from(subset.encode())));
  const own = new Map(sfntTables(bytes));
  const pairs = (font.kern?.tables ?? []).flatMap(({ subtable }) => [...(subtable?.pairs ?? [])]);
  const kern = pairs.flatMap(({ left, right, value }) => {
    const [a, b] = [kept.get(left), kept.get(right)];
    return a === undefined || b === undefined ? [] : [{ left: a, right: b, value }];
  });
  if (kern.length > 0) tables.set("kern", kernTable(kern));
  tables.set("cmap", cmapTable(places));
  for (const name of ["OS/2", "gasp"]) tables.set(name, own.get(name) as Buffer);
  tables.set("post", postTable(own.get("post") as Buffer));
  tables.set(
    "name",
    nameTable([
      [0, font.copyright],
      [1, font.familyName],
      [2, font.subfamilyName],
      [4, `${font.familyName} ${font.subfamilyName}`],
      [6, font.postscriptName],
    ]),
  );
  return sfnt(tables);
}
