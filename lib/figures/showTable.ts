import { escapeXml } from "../space/svg";
import { notebookKernel } from "../util/notebookKernel";
import { monoFontFamily } from "./fonts";
import { ink } from "./theme";

/** A row of a table: column names and values. Rows may lack columns. */
export type TableRow = object;

/** What of a danfojs `DataFrame` is read here. */
export interface FrameLike {
  readonly columns: readonly string[];
  readonly values: unknown;
}

/**
 * Shows a table in the running cell: HTML, with plain text for viewers without it. Outside a notebook it prints
 * the text. Takes plain rows or a danfojs `DataFrame` (see `dataFrame`).
 *
 * @param caption a line above the table: what the rows are and how they were measured.
 */
export function showTable(table: readonly TableRow[] | FrameLike, caption = ""): void {
  const kernel = notebookKernel();
  const text = tableText(table, caption);
  if (kernel) kernel.write({ "text/html": tableHtml(table, caption), "text/plain": text });
  else console.log(text);
}

/** The table as HTML: numbers to the right, text to the left. */
export function tableHtml(table: readonly TableRow[] | FrameLike, caption = ""): string {
  const { columns, rows } = read(table);
  const cell = (value: unknown) => {
    const look =
      typeof value === "number"
        ? ` style="text-align:right;font-family:${monoFontFamily}"`
        : ' style="text-align:left"';
    return `<td${look}>${escapeXml(cellText(value))}</td>`;
  };
  const isNumber = (column: number) =>
    rows.length > 0 && rows.every((row) => typeof row[column] === "number");
  const head = columns.map(
    (name, i) => `<th style="text-align:${isNumber(i) ? "right" : "left"}">${escapeXml(name)}</th>`,
  );
  const body = rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("\n");
  const title = caption
    ? `<caption style="text-align:left;caption-side:top;color:${ink.soft}">${escapeXml(caption)}</caption>`
    : "";
  return `<table class="bars-table">${title}<thead><tr>${head.join("")}</tr></thead>\n<tbody>${body}</tbody></table>`;
}

/** The table as text in columns. */
export function tableText(table: readonly TableRow[] | FrameLike, caption = ""): string {
  const { columns, rows } = read(table);
  const texts = rows.map((row) => row.map(cellText));
  const widths = columns.map((name, i) =>
    Math.max(name.length, ...texts.map((row) => (row[i] as string).length)),
  );
  const line = (cells: readonly string[], values: readonly unknown[]) =>
    cells
      .map((text, i) =>
        typeof values[i] === "number" ? text.padStart(widths[i] as number) : text.padEnd(widths[i] as number),
      )
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  const firstRow = rows[0] ?? [];
  const body = texts.map((row, i) => line(row, rows[i] as unknown[]));
  return [...(caption ? [caption] : []), line(columns, firstRow), rule, ...body].join("\n");
}

function read(table: readonly TableRow[] | FrameLike): { columns: string[]; rows: unknown[][] } {
  if ("columns" in table) {
    return { columns: [...table.columns], rows: table.values as unknown[][] };
  }
  const columns = [...new Set(table.flatMap((row) => Object.keys(row)))];
  return {
    columns,
    rows: table.map((row) => columns.map((name) => (row as Readonly<Record<string, unknown>>)[name])),
  };
}

/** Whole numbers in groups of three, others with four significant digits; nothing for what is absent. */
function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "object") return JSON.stringify(value);
  if (typeof value !== "number") return String(value);
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value)) return value.toLocaleString("en-US");
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e6
    ? value.toLocaleString("en-US", { maximumSignificantDigits: 4 })
    : value.toExponential(3);
}
