/** A number as SVG text: at most two decimals, so that drawings do not depend on the last bits of a float. */
export function svgNumber(value: number): string {
  const rounded = Math.round(value * 100) / 100;
  return String(rounded === 0 ? 0 : rounded);
}

/** Signs that no XML document may hold, not even escaped: control characters and halves of surrogate pairs. */
const forbidden = /(?![\t\n\r])\p{Cc}|\p{Cs}|[\ufffe\uffff]/gu;

/**
 * Text as XML and HTML show it letter by letter, also between quotes: the five characters that mean something there
 * escaped, and those that no document may hold as the sign for an unknown character.
 */
export function escapeXml(text: string): string {
  const names: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&apos;",
  };
  return text
    .replaceAll(forbidden, "\ufffd")
    .replaceAll(/[&<>"']/g, (character) => names[character] as string);
}

/** One SVG element. Numbers are written by {@link svgNumber}, text is escaped. Children are SVG text already. */
export function svgElement(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  children: readonly string[] = [],
): string {
  const text = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${typeof value === "number" ? svgNumber(value) : escapeXml(value)}"`,
  );
  return children.length === 0
    ? `<${name}${text.join("")}/>`
    : `<${name}${text.join("")}>${children.join("")}</${name}>`;
}

/** How a text is set. */
export interface TextStyle {
  /** Height of the letters, in pixels. */
  readonly size: number;
  readonly anchor?: "start" | "middle" | "end";
  readonly bold?: boolean;
  readonly color?: string;
}

/** A line of text with its baseline at `y`. */
export function svgText(x: number, y: number, text: string, style: TextStyle): string {
  const { size, anchor = "start", bold = false, color = darkInk } = style;
  const weight = bold ? { "font-weight": "bold" } : {};
  const attributes = { x, y, "font-size": size, "text-anchor": anchor, fill: color, ...weight };
  return svgElement("text", attributes, [escapeXml(text)]);
}

/** An upper estimate of a text's width in a sans-serif face, in pixels. */
export function textWidth(text: string, size: number): number {
  return text.length * size * 0.6;
}

/** Colours of everything that is no operation. */
export const darkInk = "#222222";
export const paleInk = "#767676";
export const paleFill = "#f0f0f0";
export const lineGrey = "#a0a0a0";
