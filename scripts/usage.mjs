// What all scripts share about being called: where the user stands, and how a wrong call ends.
import { relative, resolve } from "node:path";
import { root } from "./root.mjs";

/** What was typed is wrong. */
export class UsageError extends Error {}

/** Exit code for an error: 2 where what was typed is wrong, as of `bars`, else 1. */
export function exitCodeOf(error) {
  const usage = error instanceof UsageError || String(error?.code).startsWith("ERR_PARSE_ARGS");
  return usage ? 2 : 1;
}

/** The folder a command was typed in. npm runs scripts in the project's folder, and says in INIT_CWD where it was called. */
export function standing(env = process.env, folder = process.cwd()) {
  return folder === root && env.INIT_CWD ? env.INIT_CWD : folder;
}

/** A path that was typed, whole. */
export function typedPath(path) {
  return resolve(standing(), path);
}

/** A path as a message says it: from where the user stands. */
export function shownPath(path) {
  return relative(standing(), path) || ".";
}

/** A whole number that was typed. */
export function wholeNumber(text, name) {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new UsageError(`--${name} must be an integer of at least 0, got "${text}".`);
  return value;
}
