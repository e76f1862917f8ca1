/** Control characters, and all that some program takes for the end of a line, with the spaces around them. */
const breaks = /[\s\p{Cc}]*[\p{Cc}\u2028\u2029][\s\p{Cc}]*/gu;

/** Text on one line: every line break, of whatever kind, and every run of control characters as one space. */
export function oneLine(text: string): string {
  return text.replaceAll(breaks, " ");
}
