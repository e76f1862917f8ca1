// Prints what a running notebook does, cell by cell, as it happens.
import { stripVTControlCharacters } from "node:util";
import { sourceOf } from "./notebook-execution.mjs";

/** Milliseconds between two lines of a display that changes in place, where lines cannot be overwritten. */
const lineInterval = 5000;

/**
 * @param {object} notebook for the first lines of its cells
 * @param {{ write(text: string): unknown, isTTY?: boolean, columns?: number }} out
 * @returns {(event: object) => void} for `executeNotebook`'s `onEvent`
 */
export function notebookProgress(notebook, out = process.stdout, now = Date.now) {
  let open = false;
  let shownAt = Number.NEGATIVE_INFINITY;
  let held = "";
  let display;
  const line = (text) => {
    if (open) out.write("\n");
    open = false;
    out.write(`${text}\n`);
  };
  const changing = (text) => {
    if (out.isTTY) {
      out.write(`\r\u001b[2K${text.slice(0, (out.columns ?? 80) - 1)}`);
      open = true;
    } else if (now() - shownAt >= lineInterval) {
      shownAt = now();
      held = "";
      line(text);
    } else held = text;
  };
  const flush = () => {
    if (held) line(held);
    held = "";
  };
  return (event) => {
    if (event.kind === "begin") {
      const first = sourceOf(notebook.cells[event.cell])
        .split("\n")
        .find((code) => code.trim() && !code.trim().startsWith("import"));
      line(`[${event.position}/${event.total}] ${(first ?? "imports").trim().slice(0, 90)}`);
      shownAt = Number.NEGATIVE_INFINITY;
    }
    if (event.kind === "end") {
      flush();
      line(`      ${event.ok ? "done" : "failed"} in ${event.seconds.toFixed(1)} s`);
    }
    if (event.kind !== "output") return;
    const { output } = event;
    if (output.output_type === "stream") {
      for (const text of stripVTControlCharacters(output.text).trimEnd().split("\n")) line(`      ${text}`);
    }
    const text = output.data?.["text/plain"];
    if (event.id !== display) flush();
    display = event.id;
    if (text !== undefined && event.id !== undefined) changing(`      ${text}`);
    else if (text !== undefined) for (const part of text.split("\n")) line(`      ${part}`);
  };
}
