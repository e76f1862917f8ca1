import { existsSync } from "node:fs";
import { delimiter, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { BarsError, ConfigError } from "../util/errors";
import { shownPath, withShownPaths } from "../util/shownPath";

/** Modules of definitions, absolute, in one text; processes that this one starts find it in their environment. */
const variable = "BARS_DEFINE";

/**
 * Takes `--define <module>` out of a command line and loads the modules, so that the variants they define (`definePrimitive`,
 * `defineDataset`, …) are known before anything is read, here and in the processes of a sweep's jobs.
 *
 * @param argv as in `process.argv`.
 * @returns the command line without them.
 * @throws ConfigError for a module that is not there or does not load.
 */
export async function loadDefinitions(argv: readonly string[]): Promise<readonly string[]> {
  const rest: string[] = [];
  const given = (process.env[variable] ?? "")
    .split(delimiter)
    .filter((path) => path !== "")
    .map((path) => resolve(path));
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i] as string;
    const joined = argument.startsWith("--define=") ? argument.slice("--define=".length) : null;
    if (argument !== "--define" && joined === null) {
      rest.push(argument);
      continue;
    }
    const path = joined ?? argv[++i];
    if (path === undefined || path === "")
      throw new ConfigError("--define: expected the path of a JavaScript module, got nothing.");
    given.push(resolve(path));
  }
  const modules = [...new Set(given)];
  if (modules.length > 0) process.env[variable] = modules.join(delimiter);
  for (const path of modules) await load(path);
  return rest;
}

/** What a process that does not inherit the environment of this one needs in its own to know the same definitions. */
export function definitionsEnvironment(): Readonly<Record<string, string>> {
  const modules = process.env[variable];
  return modules ? { [variable]: modules } : {};
}

async function load(path: string): Promise<void> {
  if (!existsSync(path)) throw new ConfigError(`--define ${shownPath(path)}: there is no such file.`);
  try {
    await import(pathToFileURL(path).href);
  } catch (cause) {
    if (cause instanceof BarsError)
      throw new ConfigError(`--define ${shownPath(path)}: ${cause.message}`, { cause });
    if (/Cannot find (?:package|module) 'bars'/.test(String(cause)))
      throw new ConfigError(
        `--define ${shownPath(path)}: the module imports "bars", which is not found from where it lies. Put it into the folder of the project that bars is installed in, or below it.`,
        { cause },
      );
    throw new ConfigError(
      `--define ${shownPath(path)}: the module does not load (${withShownPaths(String(cause))}). It must be JavaScript (.mjs, .cjs) that imports "bars".`,
      { cause },
    );
  }
}
