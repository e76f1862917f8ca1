import { realpathSync } from "node:fs";
import { sep } from "node:path";
import type { ReportRoot } from "./findRuns";

/** Whether a path, with all links resolved, lies in one of the folders given. */
export function isInside(path: string, roots: readonly ReportRoot[]): boolean {
  let real: string;
  try {
    real = realpathSync(path);
  } catch {
    return false;
  }
  return roots.some((root) => real === root.path || (!root.isFile && real.startsWith(`${root.path}${sep}`)));
}
