import { sealedText } from "../records/seal";
import type { Table } from "../records/table";
import { tableCsv } from "../records/tableCsv";
import { tableLatex } from "../records/tableLatex";
import { writeFileAtomic } from "../util/atomicFile";
/** Writes a table into the files asked for and says where. */
export function writeTable(
  table: Table,
  files: { readonly json?: string; readonly csv?: string; readonly tex?: string },
  tex = tableLatex,
): void {
  const texts = [
    [files.json, () => sealedText(table)],
    [files.csv, () => tableCsv(table)],
    [files.tex, () => tex(table)],
  ] as const;
  for (const [path, text] of texts) {
    if (path === undefined) continue;
    writeFileAtomic(path, text());
    console.log(path);
  }
}
