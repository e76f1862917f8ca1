import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Version of this library, from the package.json beside it (sources) or above it (compiled).
 *
 * @example
 * ```ts
 * console.log(/^\d+\.\d+\.\d+$/.test(bars.version)); // true
 * ```
 */
export const version: string = readVersion();

function readVersion(): string {
  for (const up of ["..", "../.."]) {
    try {
      const manifest = JSON.parse(readFileSync(join(__dirname, up, "package.json"), "utf8")) as {
        name: string;
        version: string;
      };
      if (manifest.name === "bars") return manifest.version;
    } catch {
      // Not at this level.
    }
  }
  return "unknown";
}
