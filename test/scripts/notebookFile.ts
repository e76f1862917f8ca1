import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** One cell of a notebook file. */
export interface CellFile {
  readonly cell_type: "code" | "markdown";
  readonly source: string;
  readonly outputs?: OutputFile[];
  readonly execution_count?: number | null;
}

/** One output of a cell, of any type. */
export interface OutputFile {
  readonly output_type: string;
  readonly name?: string;
  readonly text?: string;
  readonly ename?: string;
  readonly evalue?: string;
  readonly traceback?: string[];
  readonly data?: Record<string, string>;
  readonly metadata?: Record<string, unknown>;
}

export interface NotebookFile {
  readonly cells: CellFile[];
  readonly nbformat: 4;
  readonly nbformat_minor: 5;
  readonly metadata: Record<string, unknown>;
}

/** A notebook of code cells, and of markdown where the text begins with "#". */
export function notebookOf(...sources: string[]): NotebookFile {
  const cells = sources.map(
    (source): CellFile =>
      source.startsWith("#")
        ? { cell_type: "markdown", source }
        : { cell_type: "code", source, outputs: [], execution_count: null },
  );
  return { cells, nbformat: 4, nbformat_minor: 5, metadata: { kernelspec: { name: "tslab" } } };
}

/** Runs `use` with the notebook as a file in a folder of its own, which is removed afterwards. */
export async function withNotebook<T>(
  notebook: NotebookFile,
  use: (file: string, folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "bars-notebook-"));
  const file = join(folder, "try.ipynb");
  writeFileSync(file, JSON.stringify(notebook));
  try {
    return await use(file, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
