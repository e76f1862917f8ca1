import { oneLine } from "../../util/oneLine";

/** Signs that mean something in plotly's texts: its tags, its entities, formulas between dollars, and `%{…}`. */
const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", $: "&#36;" };

/**
 * A text as plotly draws it letter by letter, in titles, labels, legends and hover boxes alike: plotly would take
 * `<i>` for a tag, `&lt;` for a sign, `$x$` for a formula and `%{x}` for a value. A line feed breaks the line.
 */
export function plotlyText(text: string): string {
  return text
    .split("\n")
    .map((line) =>
      oneLine(line)
        .replaceAll(/[&<>$]/g, (sign) => entities[sign] as string)
        .replaceAll("%{", "%&#123;"),
    )
    .join("<br>");
}

/** The text behind {@link plotlyText}, on one line: tags gone, signs back. */
export function plainText(text: string): string {
  const signs: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", "#36": "$", "#123": "{" };
  return text
    .replaceAll(/<br\s*\/?>/g, " ")
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll(/&(amp|lt|gt|#36|#123);/g, (_, name: string) => signs[name] as string)
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** Attributes of traces, axes, notes and shapes that plotly writes, or that name a place on an axis of names. */
const written = new Set([
  ...["name", "text", "hovertext", "ticktext", "tickprefix", "ticksuffix", "labels"],
  ...["x", "y", "x0", "x1", "y0", "y1", "categoryarray", "customdata"],
]);

/**
 * A trace, an axis or a note whose texts are plain, as plotly draws them: what it writes goes through
 * {@link plotlyText}. Templates (`hovertemplate`, `texttemplate`) stay as they are: they are markup, and names in them
 * go through {@link plotlyText} where they are put in.
 */
export function withPlotlyTexts<T>(item: T): T {
  return mapped(item, false) as T;
}

function mapped(value: unknown, isText: boolean): unknown {
  if (typeof value === "string") return isText ? plotlyText(value) : value;
  if (Array.isArray(value)) {
    // Long lists of numbers are left alone.
    return value.some((one) => typeof one !== "number") ? value.map((one) => mapped(one, isText)) : value;
  }
  if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, mapped(own, written.has(key))]));
}
