import { smallText } from "../space/smallGenotype";
import { textMeasure } from "./textMeasure";

/** Height of the letters of a panel's name in a sheet of drawings, in pixels: 7.1 points. */
export const nameText = 9.5;

/** A text of a sheet of drawings, small print or a panel's bold name, in lines of at most `width` pixels, broken at spaces. */
export function fittedText(text: string, width: number, bold = false): string[] {
  const measure = textMeasure();
  const [size, style] = bold ? [nameText, "bold"] : [smallText, "normal"];
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const joined = lines.length > 0 ? `${lines.at(-1)} ${word}` : word;
    if (lines.length > 0 && measure(joined, size, style) <= width) lines[lines.length - 1] = joined;
    else lines.push(word);
  }
  return lines;
}
