// Kills runs with SIGKILL at random instants, lets the same command go on, and compares everything they leave with what
// a run that nobody disturbed leaves: node scripts/kill-runs.mjs --what sweep|evolve|race [--times 20] [--key 0]
//
// sweep   job processes of a running sweep (search and train, evolution and train); the sweep reports the job that was
//         killed, and goes on with it by --retry
// evolve  bars evolve, in turn by short trainings and on a supernet
// race    bars race, or one of its workers, whose task another takes over; in turn begun by two workers and gone on with by
//         one, and the other way round: both must find what the undisturbed race finds in this process, without workers
//
// What is killed runs in processes of its own; what is not runs the same command line in this one.
// Records, genotypes, drawings and weights must be the same to the last bit; times, memory and process numbers are left
// out. Exit code 1 where anything differs.
import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { format, parseArgs } from "node:util";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const cli = join(root, "lib/bin/bars.cjs");
const lib = (path) => createRequire(import.meta.url)(join(root, "lib/dist", path));
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const data = { dataset: "synthetic", trainImages: 40, testImages: 20 };
const space = { initChannels: 2, cellLayout: [0, 1], steps: 1, widthChoices: [0.5, 1] };
const searching = { space, data, batchSize: 10, epochs: 3, warmupEpochs: 1, checkpointSteps: 1 };
const training = { data, batchSize: 10, epochs: 4, validationShare: 0.2, checkpointSteps: 1 };
const short = { data, batchSize: 10, epochs: 1, validationShare: 0.2, checkpointSteps: 1 };
/** A race with three rungs and mutations. */
const racing = {
  band: { atLeast: 0, atMost: 4e5 },
  space,
  proposals: { random: 4, generation: 2 },
  rungs: { networks: 8, steps: 3, lossSteps: 2, keep: [3, 1], epochs: [1, 3] },
  train: { data, batchSize: 8, epochs: 3, validationShare: 0.2, evaluation: { recalibrationBatches: 2 } },
};
const pace = { population: 3, sample: 2, evaluations: 6 };

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

/** The command line in a process of its own. */
function bars(folder, args) {
  const env = { ...process.env, BARS_ONNX_THREADS: "1" };
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
  const ended = new Promise((done) => {
    child.once("close", (code, signal) => done({ code, signal, output }));
  });
  return { child, ended };
}

/** The command line in this process, its output kept back; an engine that is warm is many times faster than one that starts. */
async function must(folder, args) {
  const { main: run } = lib("cli/main.js");
  let output = "";
  const keep = (text) => {
    output += text;
    return true;
  };
  const [place, { stdout, stderr }] = [process.cwd(), process];
  const writes = [stdout.write, stderr.write];
  const said = [console.log, console.error];
  process.exitCode = undefined;
  process.chdir(folder);
  stdout.write = stderr.write = keep;
  console.log = console.error = (...parts) => keep(`${format(...parts)}\n`);
  try {
    await run([process.execPath, cli, ...args]);
  } finally {
    [stdout.write, stderr.write] = writes;
    [console.log, console.error] = said;
    process.chdir(place);
  }
  const code = process.exitCode ?? 0;
  process.exitCode = undefined;
  if (code !== 0) throw new Error(`bars ${args.join(" ")} ended with ${code}:\n${output}`);
}

/** Waits while that does not hold and the process lives. */
async function until(holds, child) {
  while (!holds() && child.exitCode === null && child.signalCode === null) await pause(5);
}

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
function contents(folder) {
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
function differences(expected, folder) {
  const got = contents(folder);
  const paths = new Set([...expected.keys(), ...got.keys()]);
  return [...paths].filter((path) => expected.get(path) !== got.get(path));
}

/** Where a job or an evolution is, e.g. "train 1 of 4": from the last record it began. */
function placeOf(folder) {
  for (const step of ["train", "evolution", "search", "."]) {
    const path = join(folder, step, "record.json");
    if (!existsSync(path)) continue;
    const { config, epochs, history, status } = JSON.parse(readFileSync(path, "utf8"));
    const [done, all] = history ? [history.length, config.evaluations] : [epochs.length, config.epochs];
    return `${step === "." ? "evolution" : step} ${done} of ${all}${status === "finished" ? ", finished" : ""}`;
  }
  return "start";
}

/** Architectures that an evolution has rated; 0 before it began. */
function evolvedIn(folder) {
  const path = join(folder, "record.json");
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).history.length : 0;
}

/** Results that a race's networks have, over all rungs; 0 before it began. */
function racedIn(folder) {
  const path = join(folder, "record.json");
  if (!existsSync(path)) return 0;
  const { networks } = JSON.parse(readFileSync(path, "utf8"));
  return networks.reduce((sum, { results }) => sum + results.length, 0);
}

/** How far a race is, e.g. "5 of 8 and 2 of 3": networks of its rungs. */
function racePlace(folder) {
  const path = join(folder, "record.json");
  if (!existsSync(path)) return "start";
  const { networks } = JSON.parse(readFileSync(path, "utf8"));
  const ran = [8, 3, 1].map(
    (of, rung) => `${networks.filter(({ results }) => results.length > rung).length} of ${of}`,
  );
  return ran.join(", ");
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
const secondsSince = (begun) => (performance.now() - begun) / 1000;

const kinds = {
  sweep: {
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
  },
  race: {
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
      // Of 12 results in all, the first go has some left, and the second one at least.
      const results = go === 0 ? Math.floor(10 * draw()) : done + Math.floor((11 - done) * draw());
      await until(
        () => racedIn(at) >= results && workerPids(at).some((pid) => !earlier.includes(pid)),
        child,
      );
      await Promise.race([ended, pause((draw() * times) / 12)]);
      const where = racePlace(at);
      const seconds = secondsSince(begun);
      if (child.exitCode !== null) return [];
      if (go === 0) {
        child.kill("SIGKILL");
        const { signal } = await ended;
        return [{ where, seconds, reported: signal === "SIGKILL" }];
      }
      const pid = workerPids(at).find((one) => !earlier.includes(one) && isAlive(one));
      if (pid === undefined) {
        await ended;
        return [];
      }
      process.kill(pid, "SIGKILL");
      const { code, output } = await ended;
      const told = /race: worker \d+ was killed \(SIGKILL; .*\); another takes/.test(output);
      return [{ where: `${where}, a worker`, seconds, reported: told && code === 0 }];
    },
  },
  evolve: {
    variants: 2,
    async prepare(base) {
      writeFileSync(join(base, "space.json"), JSON.stringify(space));
      writeFileSync(join(base, "short.json"), JSON.stringify(short));
      writeFileSync(join(base, "search.json"), JSON.stringify(searching));
      await must(base, ["search", "--config", "search.json", "--out", "search"]);
    },
    args(base, round) {
      const common = [
        "--population",
        String(pace.population),
        "--sample",
        String(pace.sample),
        "--out",
        "run",
      ];
      if (round % 2 === 1)
        return ["evolve", join(base, "search"), ...common, "--evaluations", "20", "--images", "0"];
      const place = ["--space", join(base, "space.json"), "--config", join(base, "short.json")];
      return ["evolve", ...place, ...common, "--evaluations", String(pace.evaluations)];
    },
    results: (folder) => join(folder, "run"),
    measure: (_folder, ms) => ms,
    async disturb({ folder, args, times, draw }) {
      const at = join(folder, "run");
      const { child, ended } = bars(folder, args);
      const begun = performance.now();
      const evaluations = Number(args[args.indexOf("--evaluations") + 1]);
      const [done, end] = [evolvedIn(at), draw() < 0.2 ? 0 : evaluations];
      const some = done + Math.floor(draw() * (end - done));
      await until(() => evolvedIn(at) >= some && existsSync(join(at, "owner.lock")), child);
      await Promise.race([ended, pause((draw() * times) / evaluations)]);
      const where = placeOf(at);
      const seconds = secondsSince(begun);
      if (child.exitCode !== null || !child.kill("SIGKILL")) return [];
      const { signal } = await ended;
      return [{ where, seconds, reported: signal === "SIGKILL" }];
    },
  },
};

/**
 * Kills runs `times` times in all: each run in one go or two, then it goes on to its end, and what it leaves is compared.
 *
 * @returns a row for each kill: when, where the run was, whether the kill was reported, files that differ, and how many were
 * compared.
 */
export async function killRuns({ what, times, key = 0, onRow = () => {} }) {
  const { fold, randomKey, uniform } = lib("random/randomKey.js");
  const kind = kinds[what];
  const base = realpathSync(mkdtempSync(join(tmpdir(), "bars-kill-")));
  const fresh = (name) => {
    const folder = join(base, name);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    return folder;
  };
  let draws = 0;
  const draw = () => uniform(fold(fold(randomKey(key), what), draws++), 1)[0];
  const whole = [];
  const undisturbed = async (variant) => {
    const folder = fresh("whole");
    const begun = performance.now();
    if (kind.undisturbed) await kind.undisturbed({ base, folder });
    else await must(folder, kind.args(base, variant));
    const ms = performance.now() - begun;
    return { times: kind.measure(folder, ms), files: contents(kind.results(folder)) };
  };
  const rows = [];
  try {
    await kind.prepare(base);
    for (let round = 0; rows.length < times && round < 3 * times; round++) {
      whole[round % kind.variants] ??= await undisturbed(round);
      const { times: usual, files } = whole[round % kind.variants];
      const folder = fresh("broken");
      const kills = [];
      for (let go = 0; go < 2 && rows.length + kills.length < times; go++) {
        const most = times - rows.length - kills.length;
        const args = kind.args(base, round, go);
        kills.push(...(await kind.disturb({ folder, args, times: usual, draw, most, go })));
      }
      await must(folder, kind.args(base, round));
      const differ = differences(files, kind.results(folder));
      for (const { where, seconds, reported } of kills) {
        const row = { kill: rows.length + 1, where, seconds, reported, differ, compared: files.size };
        rows.push(row);
        onRow(row);
      }
    }
    return rows;
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

async function main() {
  // A race's workers have one thread each; what is not killed runs here, and its record names its threads, too.
  process.env["BARS_ONNX_THREADS"] ??= "1";
  const options = { what: { type: "string" }, times: { type: "string" }, key: { type: "string" } };
  const { values } = parseArgs({ options });
  const { what = "", times = "20", key = "0" } = values;
  if (!Object.hasOwn(kinds, what)) throw new Error(`--what: expected sweep, evolve or race, got "${what}".`);
  const line = (...cells) =>
    console.log(
      cells
        .map((cell, i) => String(cell).padEnd([5, 16, 32, 10, 0][i]))
        .join(" ")
        .trimEnd(),
    );
  line("kill", "after", "where", "reported", "results");
  const rows = await killRuns({
    what,
    times: Number(times),
    key: Number(key),
    onRow: ({ kill, seconds, where, reported, differ }) => {
      const result = differ.length === 0 ? "identical" : `differ: ${differ.join(", ")}`;
      line(kill, `${seconds.toFixed(2)} s`, where, reported ? "yes" : "no", result);
    },
  });
  const good = rows.filter(({ reported, differ }) => reported && differ.length === 0).length;
  console.log(`${what}: ${rows.length} kills, ${good} reported and gone on to identical results`);
  if (good < Number(times)) process.exitCode = 1;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
