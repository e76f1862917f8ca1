import { existsSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative } from "node:path";

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

/**
 * A folder that is meant from the project wherever inside it the process works, as seen from where it works: short, and
 * right in a message. An absolute one stays.
 */
export function projectPath(place: string, from: string = process.cwd()): string {
  return isAbsolute(place) ? place : relative(from, join(projectFolder(from), place)) || ".";
}

/** A folder of the project where it has one of that name, as {@link projectPath} gives it; else the place as it is, from where the process works. */
export function projectOrOwn(place: string, from: string = process.cwd()): string {
  const inProject = projectPath(place, from);
  return existsSync(join(isAbsolute(inProject) ? "" : from, inProject)) ? inProject : place;
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
