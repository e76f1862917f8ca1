import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bars, pause, secondsSince, until } from "./library.mjs";
import { data, space } from "./runs.mjs";

/** A race with three rungs and mutations, a seed for each network, and the last two networks trained once more. */
const racing = {
  band: { atLeast: 0, atMost: 4e5 },
  space,
  proposals: { random: 4, generation: 2 },
  rungs: { networks: 8, steps: 3, lossSteps: 2, keep: [3, 2], epochs: [1, 3], seeds: "own", again: 1 },
  train: { data, batchSize: 8, epochs: 3, validationShare: 0.2, evaluation: { recalibrationBatches: 2 } },
};

/** Networks of its rungs, and those that train again at its end. */
const parts = [racing.rungs.networks, ...racing.rungs.keep, racing.rungs.keep.at(-1)];
const inAll = parts.reduce((sum, networks) => sum + networks, 0);

/** How many networks have a result of each part; nothing before the race began. */
function partsIn(folder) {
  const path = join(folder, "record.json");
  if (!existsSync(path)) return [];
  const { networks } = JSON.parse(readFileSync(path, "utf8"));
  const last = parts.length - 1;
  return parts.map(
    (_, part) =>
      networks.filter(({ results, again = [] }) => (part < last ? results.length > part : again.length > 0))
        .length,
  );
}

/** Results that a race has in all. */
const racedIn = (folder) => partsIn(folder).reduce((sum, results) => sum + results, 0);

/** How far a race is, e.g. "5 of 8, 0 of 3, 0 of 2, 0 of 2". */
function racePlace(folder) {
  const ran = partsIn(folder);
  return ran.length === 0 ? "start" : parts.map((of, part) => `${ran[part]} of ${of}`).join(", ");
}

/** Processes of the workers that were started last. */
function workerPids(folder) {
  const at = join(folder, "workers");
  if (!existsSync(at)) return [];
  return readdirSync(at).flatMap((name) => {
    const pids = [...readFileSync(join(at, name), "utf8").matchAll(/^pid (\d+)$/gm)];
    return pids.length > 0 ? [Number(pids.at(-1)[1])] : [];
  });
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Races and their workers. */
export const raceKind = {
  /** Numbers of workers must not matter: all rounds are compared with one race. */
  variants: 1,
  async prepare(base) {
    writeFileSync(join(base, "race.json"), JSON.stringify(racing));
  },
  /** Without a go: the race from its start, or the rest of it, in this process. */
  args: (base, round, go) =>
    ["race", "--config", join(base, "race.json"), "--out", "run"].concat(
      "--workers",
      String(go === undefined ? 0 : 1 + ((round + go + 1) % 2)),
    ),
  results: (folder) => join(folder, "run"),
  measure: (_folder, ms) => ms,
  /** Kills the race in the first go of a round, one of its workers in the second. */
  async disturb({ folder, args, times, draw, go }) {
    const at = join(folder, "run");
    const [done, earlier] = [racedIn(at), workerPids(at)];
    const { child, ended } = bars(folder, args);
    const begun = performance.now();
    // Of all results, the first go has some left, and the second one at least.
    const results =
      go === 0 ? Math.floor((inAll - 2) * draw()) : done + Math.floor((inAll - 1 - done) * draw());
    await until(() => racedIn(at) >= results && workerPids(at).some((pid) => !earlier.includes(pid)), child);
    await Promise.race([ended, pause((draw() * times) / inAll)]);
    const where = racePlace(at);
    const seconds = secondsSince(begun);
    if (child.exitCode !== null) return [];
    if (go === 0) {
      child.kill("SIGKILL");
      const { signal } = await ended;
      return [{ where, seconds, reported: signal === "SIGKILL" }];
    }
    // Workers of a race that has all its results are about to end.
    const pid = racedIn(at) < inAll && workerPids(at).find((one) => !earlier.includes(one) && isAlive(one));
    if (!pid) {
      await ended;
      return [];
    }
    process.kill(pid, "SIGKILL");
    const { code, output } = await ended;
    const told = /race: worker \d+ was killed \(SIGKILL; .*\); another takes/.test(output);
    return [{ where: `${where}, a worker`, seconds, reported: told && code === 0 }];
  },
};
