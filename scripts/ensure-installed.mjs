// Makes sure that this Node can run the project, that its packages are installed as the lock file says, and that
// the library is compiled. Uses nothing that has to be installed first.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./root.mjs";
import { runAlive } from "./run-alive.mjs";

export { root };

/**
 * What is wrong with a Node version, or null.
 * @param {string} version e.g. "v18.20.0"
 * @param {string} range what package.json says, e.g. ">=20 <25"
 * @returns {{ fatal: boolean, message: string } | null}
 */
export function nodeProblem(version, range) {
  const major = Number(/^v?(\d+)/.exec(version)?.[1]);
  const least = Number(/>=\s*(\d+)/.exec(range)?.[1] ?? 0);
  const below = Number(/<\s*(\d+)/.exec(range)?.[1] ?? Number.POSITIVE_INFINITY);
  const wanted = Number.isFinite(below) ? `${least} to ${below - 1}` : `${least} or newer`;
  if (major < least) {
    return {
      fatal: true,
      message: `bars needs Node ${wanted}, this is ${version}. Install a current one from https://nodejs.org and run the command again.`,
    };
  }
  if (major >= below) {
    return {
      fatal: false,
      message: `bars is tested with Node ${wanted}, this is ${version}. Going on; if something fails, try a tested version.`,
    };
  }
  return null;
}

/**
 * Packages that are missing or of another version than the lock file says. Optional ones may be absent.
 * @param {string} folder the project
 * @returns {string[] | null} their places, e.g. "node_modules/jsdom"; null if nothing is installed
 */
export function outdatedPackages(folder) {
  const lockFile = join(folder, "package-lock.json");
  const installedFile = join(folder, "node_modules/.package-lock.json");
  if (!existsSync(installedFile)) return null;
  const wanted = JSON.parse(readFileSync(lockFile, "utf8")).packages ?? {};
  const installed = JSON.parse(readFileSync(installedFile, "utf8")).packages ?? {};
  return Object.entries(wanted).flatMap(([place, entry]) => {
    if (!place.includes("node_modules/") || entry.link) return [];
    const found = installed[place];
    if (!found) return entry.optional || entry.devOptional || entry.peer ? [] : [place];
    const same = found.version === entry.version && existsSync(join(folder, place));
    return same ? [] : [place];
  });
}

/** Runs npm with the npm that runs this script, where there is one, and shows how many packages are there. */
function npm(args) {
  const own = process.env.npm_execpath;
  const title = `npm ${args[0]}`;
  const show = { status: () => installedText(root) };
  if (own && /npm-cli\.c?js$/.test(own))
    return runAlive(title, process.execPath, [own, ...args], { cwd: root }, show);
  // On Windows npm is a batch file, which only a shell can start.
  return runAlive(title, "npm", args, { cwd: root, shell: process.platform === "win32" }, show);
}

/** `"120 of 700 packages"`: those of the lock file whose folder is there. Empty where there is no lock file to read. */
export function installedText(folder) {
  try {
    const { packages } = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
    const places = Object.entries(packages).filter(
      ([place, entry]) => place.includes("node_modules/") && !entry.link && !entry.optional,
    );
    const there = places.filter(([place]) => existsSync(join(folder, place, "package.json"))).length;
    return `${there} of ${places.length} packages`;
  } catch {
    return "";
  }
}

/**
 * Stops on an unsupported Node; installs and compiles what is missing or out of date. `BARS_SETUP=skip` takes what
 * is there: for tests, and for scripts that run while something else installs.
 */
export async function ensureReady() {
  const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const problem = nodeProblem(process.version, engines.node);
  if (problem) console.error(problem.message);
  if (problem?.fatal) process.exit(1);
  if (process.env.BARS_SETUP === "skip") return;
  const outdated = outdatedPackages(root);
  if (outdated === null || outdated.length > 0) {
    const why =
      outdated === null
        ? "No packages are installed yet"
        : `${outdated.length} ${outdated.length === 1 ? "package differs" : "packages differ"} from the lock file`;
    console.log(`${why}; running npm ci, which takes some minutes.`);
    const { status, error } = await npm(["ci"]);
    if (error || status !== 0) {
      console.error(
        `npm ci failed${error ? ` (${error.message})` : ""}; see its messages above. Nothing else was done.`,
      );
      process.exit(status ?? 1);
    }
  }
  const { build } = await import("./build.mjs");
  build();
}
