import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve, sep } from "node:path";
import { BarsError } from "./errors";
import { notebookKernel } from "./notebookKernel";

/** Folder of the compiled library, and the script that compiles it (only in a checkout of the project). */
const compiled = resolve(__dirname, "..");
const buildScript = resolve(compiled, "../../scripts/build.mjs");
const packageRequire = createRequire(__filename);

/** What the files held when this process loaded them. Programs outside notebooks never ask. */
let loadedHashes = notebookKernel() ? hashes() : new Map<string, string>();

/** What `reload` did: names of files without extension, e.g. `"figures/notebook/show"`. */
export interface Reloaded {
  readonly changed: readonly string[];
  /** Files loaded anew: the changed ones and all that use them. */
  readonly reloaded: readonly string[];
}

/**
 * Takes changes of the library into a running notebook: compiles what has been edited, loads the changed files and
 * all that use them anew, and points the notebook's variables that came from the library (`bars`, and names imported
 * from it) at the new ones. Everything else stays: data, records, tensors, the tensor engine.
 *
 * Values made before keep the code they were made with: a class instance has its old methods. The tensor engine
 * (`lib/backend`) lives as long as the kernel.
 *
 * @returns which files changed; nothing is done if none has.
 * @throws BarsError outside a notebook, if the library does not compile or load (the old one stays), or if the tensor
 * engine changed.
 *
 * @example
 * ```ts
 * // In a notebook, after an edit of lib/cost: bars.reload().changed is ["cost/costTable"]. Elsewhere:
 * try {
 *   bars.reload();
 * } catch (error) {
 *   console.log(error.name); // BarsError
 * }
 * ```
 */
export function reload(): Reloaded {
  const cells = (globalThis as { __tslab__?: { exports?: Record<string, unknown> } }).__tslab__;
  if (!notebookKernel() || !cells?.exports)
    throw new BarsError("reload: works in a notebook only; start the program again instead.");
  compile();
  const fresh = hashes();
  const changed = [...fresh].filter(([file, hash]) => isLoaded(file) && loadedHashes.get(file) !== hash);
  const gone = [...loadedHashes.keys()].filter((file) => isLoaded(file) && !fresh.has(file));
  const files = [...changed.map(([file]) => file), ...gone];
  if (files.length === 0) return { changed: [], reloaded: [] };
  const engine = files.find(isEngine);
  if (engine)
    throw new BarsError(
      `reload: ${nameOf(engine)} belongs to the tensor engine, which lives as long as the kernel. Restart the kernel to use the change.`,
    );
  const dropped = withUsers(files);
  replaceInCells(cells.exports, dropped);
  loadedHashes = fresh;
  return { changed: files.map(nameOf).sort(), reloaded: [...dropped].map(nameOf).sort() };
}

function compile(): void {
  if (!existsSync(buildScript)) return;
  const { status, stdout, stderr } = spawnSync(process.execPath, [buildScript], { encoding: "utf8" });
  if (status === 0) return;
  const messages = `${stdout}${stderr}`.trim().split("\n").slice(0, 20).join("\n");
  throw new BarsError(`reload: the library does not compile; the one in use stays.\n${messages}`);
}

function hashes(): Map<string, string> {
  const files = readdirSync(compiled, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".js"),
  );
  return new Map(
    files.map((file) => {
      const path = join(compiled, file);
      return [path, createHash("sha1").update(readFileSync(path)).digest("base64")];
    }),
  );
}

function isLoaded(file: string): boolean {
  return packageRequire.cache[file] !== undefined;
}

function isEngine(file: string): boolean {
  return dirname(relative(compiled, file)).split(sep)[0] === "backend";
}

function nameOf(file: string): string {
  return relative(compiled, file).replace(/\.js$/, "").split(sep).join("/");
}

/** The files and every loaded file of the library that uses one of them, directly or not; never the engine's. */
function withUsers(files: readonly string[]): Set<string> {
  const ours = Object.values(packageRequire.cache).filter(
    (module): module is NodeJS.Module => module?.filename?.startsWith(compiled + sep) === true,
  );
  const users = new Map<string, string[]>();
  for (const { filename } of ours) {
    for (const used of requiredBy(filename)) users.set(used, [...(users.get(used) ?? []), filename]);
  }
  const found = new Set(files);
  for (const file of found) for (const user of users.get(file) ?? []) if (!isEngine(user)) found.add(user);
  return found;
}

/** Files of the library a compiled file requires. Read from its text: the loader lists a module under its first user only. */
function requiredBy(file: string): string[] {
  if (!existsSync(file)) return [];
  const calls = readFileSync(file, "utf8").matchAll(/require\("(\.[^"]+)"\)/g);
  return [...calls].flatMap(([, specifier]) => {
    try {
      return [packageRequire.resolve(resolve(dirname(file), specifier as string))];
    } catch {
      return [];
    }
  });
}

function replaceInCells(variables: Record<string, unknown>, dropped: ReadonlySet<string>): void {
  const index = join(compiled, "index.js");
  const kept = new Map([...dropped].map((file) => [file, packageRequire.cache[file]]));
  const before = packageRequire.cache[index]?.exports as Record<string, unknown> | undefined;
  const places = placesOf(before ?? {});
  for (const file of dropped) delete packageRequire.cache[file];
  let after: Record<string, unknown>;
  try {
    after = packageRequire(index) as Record<string, unknown>;
  } catch (cause) {
    for (const [file, module] of kept) if (module) packageRequire.cache[file] = module;
    throw new BarsError(`reload: the changed library does not load; the one in use stays. ${cause}`, {
      cause,
    });
  }
  for (const [name, value] of Object.entries(variables)) {
    if (value === before) variables[name] = after;
    else if (typeof value === "function" || (typeof value === "object" && value !== null)) {
      const place = places.get(value);
      const fresh = place?.reduce<unknown>(
        (part, key) => (part as Record<string, unknown> | undefined)?.[key],
        after,
      );
      if (fresh !== undefined) variables[name] = fresh;
    }
  }
}

/** Where the library exports a value: by name, or by namespace and name. */
function placesOf(exported: Record<string, unknown>): Map<unknown, readonly string[]> {
  const places = new Map<unknown, readonly string[]>();
  for (const [name, value] of Object.entries(exported)) {
    places.set(value, [name]);
    if (typeof value !== "object" || value === null || !("__esModule" in value)) continue;
    for (const [inner, part] of Object.entries(value)) if (!places.has(part)) places.set(part, [name, inner]);
  }
  return places;
}
