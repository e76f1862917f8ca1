import { relative, resolve, sep } from "node:path";

/**
 * A path as messages show it, and as it can be typed again: seen from where the user stands, or absolute where that is
 * shorter.
 */
export function shownPath(path: string, from: string = process.cwd()): string {
  const absolute = resolve(from, path);
  const seen = relative(from, absolute) || ".";
  return seen.length < absolute.length ? seen : absolute;
}

/** A message of the system or of Node.js, its paths seen from where the user stands. */
export function withShownPaths(message: string, from: string = process.cwd()): string {
  return from.endsWith(sep) ? message : message.replaceAll(`${from}${sep}`, "");
}
