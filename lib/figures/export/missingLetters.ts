import { lettersWithoutFace } from "../../text/openFont";
import { lettersOf } from "./svgFonts";

/**
 * Says which letters of a drawing no font of the library has, where there are any: they show as boxes or not at all.
 *
 * @param place what is written, e.g. `exportFigure: a.png`.
 */
export function warnOfMissingLetters(svg: string, place: string): void {
  // Most drawings are seen to hold none without being parsed.
  if (lettersWithoutFace(svg).length === 0) return;
  const drawn = [...lettersOf(svg).values()].flatMap((codes) => [...codes]);
  const missing = lettersWithoutFace(String.fromCodePoint(...new Set(drawn)));
  if (missing.length === 0) return;
  const named = missing.slice(0, 10).map((letter) => {
    const code = (letter.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0");
    return `${JSON.stringify(letter)} (U+${code})`;
  });
  const more = missing.length > named.length ? ` and ${missing.length - named.length} more` : "";
  const what = missing.length === 1 ? "the letter" : "the letters";
  console.warn(
    `${place}: no font here has ${what} ${named.join(", ")}${more}: boxes stand for them; use other letters in names.`,
  );
}
