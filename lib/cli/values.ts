import { accessSync, constants, existsSync, readFileSync, statfsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { InvalidArgumentError, Option } from "commander";
import { checkBackendChoice } from "../backend/backendChoice";
import { kindInJson, readRecordJson } from "../records/readRecord";
import { writeError } from "../util/atomicFile";
import { BarsError } from "../util/errors";
import { isFolder } from "../util/makeFolders";
import { shownPath } from "../util/shownPath";
import { tensorHeader } from "../util/tensorHeader";

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

/** Parses an option that is a share. */
export function shareOf(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!(value >= 0 && value <= 1))
    throw new InvalidArgumentError(`expected a share from 0 to 1, e.g. 0.6, got "${text}".`);
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

/** The same for what must be a file. */
export function fileAt(text: string): string {
  if (isFolder(place(text))) throw new InvalidArgumentError("expected a file, found a folder.");
  return text;
}

/** The same for an argument that takes several. */
export function places(text: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), place(text)];
}

/** Parses the name of a preset, the library's or one of the user's own. */
export function presetName(presets: {
  readonly names: readonly string[];
  has(name: string): boolean;
}): (text: string) => string {
  return (text) => {
    if (presets.has(text)) return text;
    throw new InvalidArgumentError(
      `unknown preset "${text}". Known presets: ${presets.names.join(", ")}. One of your own must be defined first (--define).`,
    );
  };
}

/** Parses an option that may not be empty. */
export function someText(text: string): string {
  if (text === "") throw new InvalidArgumentError("expected a text, got an empty one.");
  return text;
}

/** Kinds of the record of a run, and of what a run leaves beside it. */
const recordKind = /^bars\.(?:search|evolution|race|train)-record$/;
const weightFile = /^bars\.(?:search-checkpoint|train-checkpoint|trained-weights)$/;

/** Whether a file is the record, the network, the weights or a checkpoint of a run. One of such a name that cannot be read is. */
function isOfRun(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    // The network of the run beside it; one elsewhere, or one that was derived from the run, may be replaced.
    if (basename(path) === "genotype.json" && existsSync(join(dirname(path), "record.json")))
      return kindInJson(readRecordJson(path, "a genotype")) === "bars.genotype";
    if (basename(path) === "record.json")
      return recordKind.test(String(kindInJson(readRecordJson(path, "the record of a run"))));
    if (!path.endsWith(".safetensors")) return false;
    return weightFile.test(tensorHeader(readFileSync(path), path).metadata["kind"] ?? "");
  } catch {
    return true;
  }
}

/** Parses the name of a file to write: one that cannot be written, or is of a run, is refused before anything is computed. */
export function outputFile(text: string): string {
  if (someText(text) && isFolder(text))
    throw new InvalidArgumentError("expected the name of a file to write, found a folder there.");
  if (isOfRun(text))
    throw new InvalidArgumentError(
      "expected the name of a file to write, found a file of a run there; name another.",
    );
  checkFolder(dirname(text));
  return text;
}

/** The same for a folder. */
export function outputFolder(text: string): string {
  checkFolder(someText(text));
  return text;
}

/** File systems of Linux in which no file can be made, whatever the permissions say: proc, sysfs. */
const unwritable: readonly number[] = [0x9fa0, 0x62656572];

/** @throws InvalidArgumentError where a folder cannot be made, or written to. */
function checkFolder(folder: string): void {
  const found = nearest(resolve(folder));
  if (!isFolder(found))
    throw new InvalidArgumentError(`expected a path through folders, found a file: ${shownPath(found)}.`);
  if (unwritable.includes(statfsSync(found).type))
    throw new InvalidArgumentError(
      `expected a folder of a disk, found one of the system: ${shownPath(found)}.`,
    );
  try {
    accessSync(found, constants.W_OK);
  } catch (error) {
    throw new InvalidArgumentError(writeError(found, error).message);
  }
}

/** The longest part of a path that is there. */
function nearest(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearest(dirname(path));
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
