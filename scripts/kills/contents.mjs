// What runs leave, without what passes: times, memory, process numbers.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const passing = new Set([
  ...["seconds", "imagesPerSecond", "peakMemoryBytes", "bytesPerImage"],
  ...["createdAt", "updatedAt", "startedAt", "endedAt", "pid", "host"],
]);

/** What must not depend on when, where and how often a run was started. */
function lasting(value) {
  if (Array.isArray(value)) return value.map(lasting);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !passing.has(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, lasting(inner)]));
}

/** Everything in a folder, by path: JSON without what passes, other files byte by byte. Logs are left out. */
export function contents(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(folder, path)).isFile() && !/log\.txt$|\.log$/.test(path))
    .sort();
  return new Map(
    files.map((path) => {
      const bytes = readFileSync(join(folder, path));
      if (!path.endsWith(".json")) return [path, bytes.toString("latin1")];
      // The hash of a file's content is of its times, too.
      const { contentHash: _, ...content } = JSON.parse(bytes.toString("utf8"));
      return [path, JSON.stringify(lasting(content))];
    }),
  );
}

/** Files that differ, or that one of the folders lacks. */
export function differences(expected, folder) {
  const got = contents(folder);
  const paths = new Set([...expected.keys(), ...got.keys()]);
  return [...paths].filter((path) => expected.get(path) !== got.get(path));
}
