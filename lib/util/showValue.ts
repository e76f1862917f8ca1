const longest = 60;

/**
 * A value of any kind as short text for a message: JSON where it is plain data, cut to 60 letters. Never throws,
 * whatever it is given (values nested deeply, circular ones, big integers).
 */
export function showValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "number") return String(value);
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    text = `${Array.isArray(value) ? "a list" : `one ${typeof value}`} that is no plain data`;
  }
  text ??= `a ${typeof value}`;
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
