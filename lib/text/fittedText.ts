import { textLines } from "./textLines";

/** Height of the letters of a panel's name in a sheet of drawings, in pixels: 7.1 points. */
export const nameText = 9.5;

/** A text of a sheet of drawings, small print or a panel's bold name, in lines of at most `width` pixels. */
export function fittedText(text: string, width: number, bold = false): string[] {
  return bold ? textLines(text, width, nameText, "bold") : textLines(text, width, smallText);
}

/** Height of the letters in small drawings, in pixels: 6.4 points at 96 pixels an inch. */
export const smallText = 8.5;
