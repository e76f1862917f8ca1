import { existsSync } from "node:fs";
import { InvalidArgumentError, Option } from "commander";
import { checkBackendChoice } from "../backend/backendChoice";
import { BarsError } from "../util/errors";

/** Parses an option that is a whole number. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError(`expected a whole number, got "${text}".`);
  return value;
}

/** Parses an option that is a whole number of at least 1. */
export function countingNumber(text: string): number {
  const value = wholeNumber(text);
  if (value < 1) throw new InvalidArgumentError(`expected a whole number of at least 1, got "${text}".`);
  return value;
}

/** Parses a number of threads, or "all". */
export function threadCount(text: string): number | "all" {
  return text === "all" ? "all" : countingNumber(text);
}

/** Parses an option that is a number above 0, e.g. of operations or GiB. */
export function positive(text: string): number {
  const value = Number(text);
  if (!(Number.isFinite(value) && value > 0))
    throw new InvalidArgumentError(`expected a number above 0, e.g. 2e6, got "${text}".`);
  return value;
}

/** Parses the value of a repeatable option. */
export function several(value: string, list: readonly string[]): string[] {
  return [...list, value];
}

/** Parses an argument that names a file or folder: what is not there was typed wrong. */
export function place(text: string): string {
  if (!existsSync(text)) throw new InvalidArgumentError(`found no file or folder of that name.`);
  return text;
}

/** The same for an argument that takes several. */
export function places(text: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), place(text)];
}

/** `--backend <name>`, of every command that computes. */
export function backendOption(): Option {
  const about = "tensor engine; default: the fastest that loads, or BARS_BACKEND";
  return new Option("--backend <name>", about).argParser((text: string) => {
    try {
      checkBackendChoice(text, "--backend");
    } catch (error) {
      throw error instanceof BarsError ? new InvalidArgumentError(error.message) : error;
    }
    return text;
  });
}
