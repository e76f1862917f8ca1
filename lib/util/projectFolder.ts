import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The folder relative settings such as `data/raw` are meant from: the nearest folder, from the working folder up,
 * that holds this project (a package.json whose workspaces include the library) or has `bars` installed; else the
 * working folder. So a notebook in `notebooks/` and a command at the top find the same files.
 */
export function projectFolder(from: string = process.cwd()): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (isProject(join(folder, "package.json")) || existsSync(join(folder, "node_modules", "bars")))
      return folder;
    if (folder === dirname(folder)) return from;
  }
}

function isProject(manifest: string): boolean {
  if (!existsSync(manifest)) return false;
  try {
    const { workspaces } = JSON.parse(readFileSync(manifest, "utf8")) as { workspaces?: unknown };
    return Array.isArray(workspaces) && workspaces.includes("lib");
  } catch {
    return false;
  }
}
