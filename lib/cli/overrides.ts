import { readFileSync } from "node:fs";
import { isSection, type Overrides, ownValue } from "../config/check";
import type { SearchConfig } from "../config/searchConfig";
import { ConfigError } from "../util/errors";
import { parseJson } from "../util/parseJson";

/**
 * Reads settings from a JSON file.
 * @throws ConfigError if it cannot be read, or is not a JSON object.
 */
export function overridesFromFile<C = SearchConfig>(path: string, option = "--config"): Overrides<C> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new ConfigError(`${option} ${path}: could not be read: ${(error as Error).message}.`, {
      cause: error,
    });
  }
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw new ConfigError(
      `${option} ${path}: expected JSON, got text that is not (${(error as Error).message}).`,
      { cause: error },
    );
  }
  if (!isSection(value)) {
    throw new ConfigError(
      `${option} ${path}: expected a JSON object of settings, got ${JSON.stringify(value).slice(0, 40)}.`,
    );
  }
  return value as Overrides<C>;
}

/**
 * Lays one `path=value` assignment over settings: `cost.budget=2e6`, `space.cellLayout=[0,1,0]`,
 * `samplers.cell.method=gumbel`. For the value see {@link parsedValue}.
 *
 * @throws ConfigError if there is no `=`, or the path runs through something that is not a section.
 */
export function withAssignment<C = SearchConfig>(settings: Overrides<C>, assignment: string): Overrides<C> {
  const cut = assignment.indexOf("=");
  if (cut < 1) throw new ConfigError(`--set ${assignment}: expected path=value, e.g. cost.budget=2e6.`);
  const keys = assignment.slice(0, cut).split(".");
  return put(
    settings as Record<string, unknown>,
    keys,
    parsedValue(assignment.slice(cut + 1), `--set ${assignment}`),
    assignment,
  ) as Overrides<C>;
}

/** Options of a command that lays settings over others. */
export interface SettingsOptions {
  readonly config?: string;
  readonly set: readonly string[];
}

/**
 * Everything the command line changes, weakest first: `--config`, `--set`, then the options of their own that were
 * given (path of the setting and value).
 */
export function overridesOf<C>(
  options: SettingsOptions,
  own: readonly (readonly [string, unknown])[],
): Overrides<C> {
  let overrides: Overrides<C> = options.config ? overridesFromFile<C>(options.config) : ({} as Overrides<C>);
  for (const assignment of options.set) overrides = withAssignment<C>(overrides, assignment);
  for (const [path, value] of own) {
    if (value !== undefined) overrides = withAssignment<C>(overrides, `${path}=${JSON.stringify(value)}`);
  }
  return overrides;
}

function put(
  section: Record<string, unknown>,
  keys: readonly string[],
  value: unknown,
  assignment: string,
): Record<string, unknown> {
  const [key = "", ...rest] = keys;
  if (rest.length === 0) return { ...section, [key]: value };
  const inner = ownValue(section, key) ?? {};
  if (!isSection(inner)) throw new ConfigError(`--set ${assignment}: "${key}" is a value, not a section.`);
  return { ...section, [key]: put(inner, rest, value, assignment) };
}

/** A text as it stands behind the "=" of an assignment: as JSON where it would else be read as something that is no text. */
export function valueText(text: string): string {
  try {
    if (parsedValue(text, "") === text) return text;
  } catch {
    // It begins as JSON does.
  }
  return JSON.stringify(text);
}

/**
 * A number as people write it (`2e5`, `.9`, `+1.`), or else JSON (true, null, a list), or else plain text.
 *
 * @param place the assignment, for the error.
 * @throws ConfigError for a text that begins as a JSON list, object or text does and is none.
 */
export function parsedValue(text: string, place: string): unknown {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim())) return Number(text);
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!/^\s*["[{]/.test(text)) return text;
    throw new ConfigError(
      `${place}: expected JSON behind "=", got text that is not (${(error as Error).message}). Quote it for the shell, e.g. 'path=[[5,2]]'.`,
      { cause: error },
    );
  }
}
