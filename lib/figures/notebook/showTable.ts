import type { Table } from "../../records/table";
import { monoFontFamily } from "../../text/fontFamily";
import { escapeXml } from "../../text/svg";
import { notebookKernel } from "../../util/notebookKernel";
import { oneLine } from "../../util/oneLine";
import { ink } from "../frame/theme";
import { type ColumnLook, columnLooks } from "../plots/tableLook";

/** A row of a table: column names and values. Rows may lack columns. */
export type TableRow = object;

/** What of a danfojs `DataFrame` is read here. */
export interface FrameLike {
  readonly columns: readonly string[];
  readonly values: unknown;
}

/** What can be shown: plain rows, a danfojs `DataFrame`, or a table of this library, whose units are known. */
export type Showable = readonly TableRow[] | FrameLike | Table;

/**
 * Shows a table in the running cell: HTML, with plain text for viewers without it. Outside a notebook it prints
 * the text. Takes plain rows, a danfojs `DataFrame` (see `dataFrame`) or a `Table`.
 *
 * Names of columns become words with their units; accuracies and shares stand in percent; what is missing is empty. A
 * long or wide table scrolls inside its cell, its heads in sight.
 *
 * @param caption a line above the table: what the rows are and how they were measured; a `Table` has its title.
 *
 * @example
 * ```ts
 * bars.showTable([{ variant: "reference", accuracy: 0.303 }], "Two seeds, test images.");
 * ```
 */
export function showTable(table: Showable, caption?: string): void {
  const kernel = notebookKernel();
  const text = tableText(table, caption);
  if (kernel) kernel.write({ "text/html": tableHtml(table, caption), "text/plain": text });
  else console.log(text);
}

/** Letters of a text from which on it is broken into lines. */
const longText = 32;
const padding = "padding:2px 8px";
/** Of the page the table stands on: JupyterLab, VS Code, others. */
const ground = "var(--jp-layout-color0,var(--vscode-editor-background,#ffffff))";

/** The table as HTML: numbers to the right, text to the left; not higher than a screen, nor wider than its cell. */
export function tableHtml(table: Showable, caption?: string): string {
  const { looks, rows, title, descriptions } = read(table);
  const place = ({ isNumber }: ColumnLook) => `text-align:${isNumber ? "right" : "left"}`;
  const wide = looks.map((look, i) => rows.some((row) => look.text(row[i]).length > longText));
  const cell = (value: unknown, column: number) => {
    const look = looks[column] as ColumnLook;
    const font = look.isNumber ? `;font-family:${monoFontFamily}` : "";
    const room = wide[column]
      ? "min-width:18em;max-width:32em;overflow-wrap:break-word"
      : "white-space:nowrap";
    return `<td style="${place(look)}${font};${room};${padding}">${escapeXml(look.text(value))}</td>`;
  };
  const sticky = `position:sticky;top:0;z-index:1;background:${ground};border-bottom:1px solid ${ink.axis};vertical-align:bottom;${padding}`;
  const heads = looks.map((look, i) => {
    const about = descriptions[i] ? ` title="${escapeXml(descriptions[i])}"` : "";
    return `<th style="${place(look)};${sticky}"${about}>${escapeXml(look.head)}</th>`;
  });
  const body = rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("\n");
  const said = caption ?? title;
  const above = said ? `<div style="color:${ink.soft};padding:2px 0 4px">${escapeXml(said)}</div>` : "";
  return (
    `<div class="bars-table">${above}<div style="max-height:30em;max-width:100%;overflow:auto">` +
    `<table style="border-collapse:separate;border-spacing:0;margin:0"><thead><tr>${heads.join("")}</tr></thead>\n` +
    `<tbody>${body}</tbody></table></div></div>`
  );
}

/** The table as text in columns. */
export function tableText(table: Showable, caption?: string): string {
  const { looks, rows, title } = read(table);
  const texts = rows.map((row) => row.map((value, i) => oneLine((looks[i] as ColumnLook).text(value))));
  const heads = looks.map(({ head }) => oneLine(head));
  const widths = heads.map((head, i) =>
    Math.max(head.length, ...texts.map((row) => (row[i] as string).length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((text, i) =>
        looks[i]?.isNumber ? text.padStart(widths[i] as number) : text.padEnd(widths[i] as number),
      )
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  const said = caption ?? title;
  return [...(said ? [said] : []), line(heads), rule, ...texts.map(line)].join("\n");
}

interface Shown {
  readonly looks: readonly ColumnLook[];
  readonly rows: readonly (readonly unknown[])[];
  readonly title: string;
  readonly descriptions: readonly string[];
}

function read(table: Showable): Shown {
  if ("kind" in table) {
    const { columns, title } = table;
    const rows = valuesOf(
      table.rows,
      columns.map(({ name }) => name),
    );
    const looks = columnLooks(
      columns.map(({ name, unit }, i) => ({ name, unit, values: rows.map((row) => row[i]) })),
    );
    return { looks, rows, title, descriptions: columns.map(({ description }) => description) };
  }
  const names = "columns" in table ? table.columns : [...new Set(table.flatMap((row) => Object.keys(row)))];
  const rows = "columns" in table ? (table.values as unknown[][]) : valuesOf(table, names);
  const looks = columnLooks(names.map((name, i) => ({ name, values: rows.map((row) => row[i]) })));
  return { looks, rows, title: "", descriptions: [] };
}

/** Values of rows by name, never one that objects inherit. */
function valuesOf(rows: readonly TableRow[], names: readonly string[]): unknown[][] {
  return rows.map((row) =>
    names.map((name) =>
      Object.hasOwn(row, name) ? (row as Readonly<Record<string, unknown>>)[name] : undefined,
    ),
  );
}
