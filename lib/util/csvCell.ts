/** Signs that begin a formula, the wide ones of East Asian input among them; white space before them does not help. */
const formula = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/;
const numeral = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** One cell of a file of comma-separated values (RFC 4180); a text that a spreadsheet would run as a formula stands behind an apostrophe. */
export function csvCell(value: string | number | boolean | null): string {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  const text = formula.test(value) && !numeral.test(value) ? `'${value}` : value;
  // Semicolons and tabs too, because spreadsheets of some languages part cells there.
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
