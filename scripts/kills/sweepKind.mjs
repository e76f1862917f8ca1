import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bars, lib, pause, secondsSince } from "./library.mjs";
import { pace, placeOf, searching, short, space, training } from "./runs.mjs";

/** A sweep of two jobs, each of other steps. */
const sweep = {
  kind: "bars.sweep",
  schema: 1,
  name: "killed",
  common: { train: { overrides: training }, seeds: [0] },
  runs: [
    {
      name: "chain",
      stage: "search+train",
      search: { preset: "smoke", overrides: searching },
      budgets: [2e5],
    },
    {
      name: "evolved",
      stage: "evolution",
      evolution: { ...pace, space, train: { preset: "smoke", overrides: short } },
      budgets: [2e5],
    },
  ],
};

function jobFolders(folder) {
  const at = join(folder, "runs", sweep.name);
  return existsSync(at) ? readdirSync(at).map((name) => join(at, name)) : [];
}

/** Milliseconds a job took in its process. */
function jobMs(at) {
  const { startedAt, endedAt } = JSON.parse(readFileSync(join(at, "outcome.json"), "utf8"));
  return Date.parse(endedAt) - Date.parse(startedAt);
}

const jobName = (at) => at.replace(/^.*[\\/]|-[0-9a-f]{8}$/g, "");
/** What a process of its own takes longer for a job than this one: its start, and an engine that gets warm. */
const startMs = 1500;

/** Job processes of a running sweep. */
export const sweepKind = {
  variants: 1,
  async prepare(base) {
    writeFileSync(join(base, "sweep.json"), JSON.stringify(sweep));
  },
  args: (base) => ["sweep", "run", join(base, "sweep.json"), "--jobs", "2", "--threads", "1", "--retry"],
  results: (folder) => join(folder, "runs", sweep.name),
  /** Its jobs one after the other, in this process. */
  async undisturbed({ base, folder }) {
    const { expandSweep } = lib("sweep/expandSweep.js");
    const { checkSweep } = lib("sweep/sweepFile.js");
    const { prepareJob } = lib("sweep/jobState.js");
    const { runJob } = lib("sweep/runJob.js");
    const { stepRunner } = lib("sweep/stepRunner.js");
    const { silentProgress } = lib("util/progress.js");
    const { signal } = new AbortController();
    for (const job of expandSweep(checkSweep(sweep, "sweep", base))) {
      const at = prepareJob(join(folder, "runs", sweep.name), job);
      await runJob(at, { runner: stepRunner, progress: silentProgress, signal });
    }
  },
  measure: (folder) => new Map(jobFolders(folder).map((at) => [jobName(at), jobMs(at)])),
  /** Kills each job's process once. The sweep must say so, end the others as usual, and exit with 1. */
  async disturb({ folder, args, times, draw, most }) {
    const { folderOwner } = lib("util/folderOwner.js");
    const { child, ended } = bars(folder, args);
    const kills = [];
    const seen = new Map();
    while (child.exitCode === null && child.signalCode === null) {
      for (const at of jobFolders(folder)) {
        const owner = folderOwner(at);
        const name = jobName(at);
        if (!owner?.pid || kills.some((kill) => kill.name === name) || kills.length >= most) continue;
        if (!seen.has(name))
          seen.set(name, { begun: performance.now(), after: draw() * (times.get(name) + startMs) });
        const { begun, after } = seen.get(name);
        if (performance.now() - begun < after) continue;
        const where = `${name}: ${placeOf(at)}`;
        process.kill(owner.pid, "SIGKILL");
        kills.push({ name, where, seconds: secondsSince(begun) });
      }
      await pause(5);
    }
    const { code, output } = await ended;
    const reported = ({ name }) => {
      const line = output
        .split("\n")
        .find((text) => text.includes(`${name}: its process was killed (SIGKILL`));
      return code === 1 && line !== undefined;
    };
    return kills.map((kill) => ({ ...kill, reported: reported(kill) }));
  },
};
