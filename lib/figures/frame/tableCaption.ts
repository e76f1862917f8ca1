import type { Table } from "../../records/table";
import { RecordError } from "../../util/errors";
import type { FigureCaption } from "./figureFrame";

/** The small print of a figure of a table: its notes, and the hashes of the records behind it. */
export function tableCaption({ provenance }: Table, measured = ""): FigureCaption {
  const { bars, sources, notes } = provenance;
  const shown = sources.slice(0, 3).map((hash) => hash.slice(0, 8));
  const more = sources.length > shown.length ? ` and ${sources.length - shown.length} more` : "";
  return {
    measured: [measured, ...notes].filter(Boolean).join(" "),
    origin: `runs ${shown.join(", ")}${more} · bars ${bars}`,
    sources: { configHashes: [...sources], seeds: [], recordHashes: [] },
  };
}

/** @throws RecordError naming the columns a figure needs that a table lacks. */
export function needColumns(figure: string, { title, columns }: Table, needed: readonly string[]): void {
  const there = columns.map(({ name }) => name);
  const missing = needed.filter((name) => !there.includes(name));
  if (missing.length === 0) return;
  throw new RecordError(
    `${figure}: expected a table with the columns ${needed.join(", ")}, "${title}" lacks ${missing.join(", ")}.`,
  );
}
