import type { Figure } from "../../lib/figures/frame/figure";

/**
 * A figure as stable text: numbers rounded to three decimals, lists of plain values on one line. Hashes of records are left out: the last
 * digits of what `Math.exp` and others give depend on the version of Node.
 */
export function figureText(figure: Figure): string {
  const rounded = JSON.parse(JSON.stringify(figure), (key, value) => {
    if (key === "recordHashes") return value.map(() => "of a made-up record");
    return typeof value === "number" ? Math.round(value * 1000) / 1000 : value;
  });
  return `${text(rounded, "")}\n`;
}

function text(value: unknown, indent: string): string {
  const deeper = `${indent} `;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const parts = Object.entries(value);
  const isPlain = parts.every(([, part]) => typeof part !== "object" || part === null);
  if (isPlain) return JSON.stringify(value);
  if (Array.isArray(value)) {
    return `[\n${value.map((part) => deeper + text(part, deeper)).join(",\n")}\n${indent}]`;
  }
  const lines = parts.map(([key, part]) => `${deeper}${JSON.stringify(key)}: ${text(part, deeper)}`);
  return `{\n${lines.join(",\n")}\n${indent}}`;
}
