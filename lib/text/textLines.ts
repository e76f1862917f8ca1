import { textMeasure } from "./textMeasure";

/** A text in lines of at most `width` pixels in the shipped font, broken at spaces; a longer word stays whole. */
export function textLines(
  text: string,
  width: number,
  size: number,
  style: "normal" | "bold" = "normal",
): string[] {
  const measure = textMeasure();
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const joined = lines.length > 0 ? `${lines.at(-1)} ${word}` : word;
    if (lines.length > 0 && measure(joined, size, style) <= width) lines[lines.length - 1] = joined;
    else lines.push(word);
  }
  return lines;
}
