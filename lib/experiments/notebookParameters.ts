import { join } from "node:path";
import { searchPresets } from "../config/presets";
import { ConfigError } from "../util/errors";
import { projectFolder } from "../util/projectFolder";

/** What a notebook may be told from outside. */
export interface NotebookParameters {
  readonly preset: string;
  readonly seed: number;
  /** Folder for everything the notebook writes, an absolute path. */
  readonly directory: string;
}

/**
 * The parameters of a notebook: the given defaults, unless the environment says otherwise (`BARS_PRESET`,
 * `BARS_SEED`, `BARS_OUT`), which is how headless runs set them. Runs of different presets and seeds get folders of
 * their own, `<project>/runs/<name>-<preset>-seed<seed>`.
 *
 * @throws ConfigError for a preset that does not exist or a seed that is no whole number.
 *
 * @example
 * ```ts
 * const run = bars.notebookParameters("my-first", { preset: "smoke", seed: 0 });
 * console.log(run.preset, run.seed); // smoke 0
 * ```
 */
export function notebookParameters(
  name: string,
  defaults: { readonly preset: string; readonly seed: number },
): NotebookParameters {
  const preset = process.env["BARS_PRESET"] || defaults.preset;
  if (!searchPresets.has(preset)) {
    throw new ConfigError(`BARS_PRESET: expected one of ${searchPresets.names.join(", ")}, got "${preset}".`);
  }
  const text = process.env["BARS_SEED"] || String(defaults.seed);
  const seed = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(seed)) {
    throw new ConfigError(`BARS_SEED: expected a whole number, got "${text}".`);
  }
  return {
    preset,
    seed,
    directory: process.env["BARS_OUT"] || join(projectFolder(), "runs", `${name}-${preset}-seed${seed}`),
  };
}
