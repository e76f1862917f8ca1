import { type ChildProcess, fork } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { expandSweep } from "../../lib/sweep/expandSweep";
import { jobFiles, readOutcome } from "../../lib/sweep/jobFolder";
import { jobFolder, jobState, prepareJob } from "../../lib/sweep/jobState";
import { runJob } from "../../lib/sweep/runJob";
import { runSweep, type SweepEvent } from "../../lib/sweep/runSweep";
import { checkSweep } from "../../lib/sweep/sweepFile";
import { readJob, type SweepJob } from "../../lib/sweep/sweepJob";
import { temporaryFolder } from "../helpers/tinySearch";

const root = temporaryFolder();
const fake = join(__dirname, "fakeJob.cjs");
let sweeps = 0;

interface Plan {
  readonly ms?: number;
  readonly together?: number;
  readonly locked?: boolean;
  readonly crash?: boolean;
  readonly kill?: boolean;
  readonly diverge?: boolean;
  readonly fail?: boolean;
}

/** A sweep of pretended trainings named a, b, … in a folder of its own. */
function fakeSweep(count: number) {
  const folder = join(root, `sweep${sweeps++}`);
  mkdirSync(folder);
  const trace = join(folder, "trace.txt");
  writeFileSync(trace, "");
  const runs = Array.from({ length: count }, (_, i) => ({
    name: String.fromCharCode(97 + i),
    stage: "baseline",
    baseline: { width: 1 + i },
  }));
  const jobs = expandSweep(checkSweep({ kind: "bars.sweep", schema: 1, name: "fake", runs }, "fake", folder));
  const events: SweepEvent[] = [];
  const run = (plans: Readonly<Record<string, Plan>> = {}, more: object = {}) =>
    runSweep(jobs, {
      folder,
      size: 2,
      pollMs: 30,
      command: (at) => ({ command: process.execPath, args: [fake, at] }),
      env: () => ({ FAKE_JOBS: JSON.stringify(plans), FAKE_TRACE: trace }),
      onEvent: (event) => events.push(event),
      ...more,
    });
  /** `begin a-s0`, `end a-s0`, … */
  const steps = () =>
    readFileSync(trace, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => line.split(" ").slice(0, 2).join(" "));
  return { folder, jobs, run, events, steps, trace };
}

const names = (jobs: readonly SweepJob[]) => jobs.map(({ name }) => name);
const until = async (holds: () => boolean) => {
  for (let i = 0; i < 2000 && !holds(); i++) await new Promise((resolve) => setTimeout(resolve, 20));
  if (!holds()) throw new Error("it did not happen within 40 seconds");
};
const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe("runSweep", () => {
  it("does every job once, in folders of their own with settings, outcome and log, passes on what they say of their progress, and does nothing when run again but a job whose record was removed", async () => {
    const { folder, jobs, run, steps, events } = fakeSweep(2);
    const first = await run({ "a-s0": { ms: 900 } });
    expect(names(first.finished)).toEqual(["a-s0", "b-s0"]);
    expect(steps().sort()).toEqual(["begin a-s0", "begin b-s0", "end a-s0", "end b-s0"]);
    const messages = events.flatMap((event) =>
      event.type === "progress" && event.job.name === "a-s0" ? [event.message] : [],
    );
    expect(messages[0]).toMatchObject({ title: "epoch 1/1", done: 0, total: 100, unit: "batches" });
    expect(messages.at(-1)?.done).toBeGreaterThan(20);
    expect(messages.at(-1)?.figures).toEqual({ loss: "1.5" });
    for (const job of jobs) {
      const at = jobFolder(folder, job);
      expect(readJob(jobFiles(at).job)).toEqual(job);
      expect(readOutcome(at, job.id)).toMatchObject({
        status: "finished",
        host: hostname(),
        record: { path: "train/record.json" },
      });
      expect(readFileSync(jobFiles(at).log, "utf8")).toContain("finished");
      expect(existsSync(join(at, "owner.lock"))).toBe(false);
    }
    expect(names((await run()).finished)).toEqual(["a-s0", "b-s0"]);
    expect(steps()).toHaveLength(4);
    rmSync(join(jobFolder(folder, jobs[0] as SweepJob), "train/record.json"));
    expect(jobState(folder, jobs[0] as SweepJob).status).toBe("waiting");
    await run();
    expect(steps().slice(4)).toEqual(["begin a-s0", "end a-s0"]);
  });

  it("keeps to its size, and gives every process its slot's environment", async () => {
    const { folder, jobs, run, trace } = fakeSweep(3);
    // The first waits for the second, however long that takes to start; then there is time for a third to be seen.
    const plans = Object.fromEntries(["a", "b", "c"].map((n) => [`${n}-s0`, { ms: 150, together: 2 }]));
    const env = (slot: number) => ({
      FAKE_JOBS: JSON.stringify(plans),
      FAKE_TRACE: trace,
      BARS_ONNX_THREADS: String(slot + 1),
    });
    await run(plans, { env });
    let now = 0;
    let most = 0;
    for (const line of readFileSync(trace, "utf8").split("\n").filter(Boolean)) {
      now += line.startsWith("begin") ? 1 : -1;
      most = Math.max(most, now);
    }
    expect(most).toBe(2);
    const threads = jobs.map(
      (job) => JSON.parse(readFileSync(join(jobFolder(folder, job), "train/record.json"), "utf8")).threads,
    );
    expect(new Set(threads)).toEqual(new Set(["1", "2"]));
  });

  it("survives crashed, killed, diverged and failed jobs, says what happened, and runs them again on request only", async () => {
    const { folder, jobs, run, steps } = fakeSweep(5);
    const plans = {
      "a-s0": { crash: true },
      "b-s0": { kill: true },
      "c-s0": { diverge: true },
      "d-s0": { fail: true },
    };
    const result = await run(plans);
    expect(names(result.finished)).toEqual(["e-s0"]);
    expect(result.failed.map(({ job, detail }) => [job.name, detail])).toEqual([
      ["a-s0", "its process ended with code 134; the log ends with: Segmentation fault (pretended)"],
      [
        "b-s0",
        expect.stringContaining(
          "its process was killed (SIGKILL; running out of memory is the usual reason); the log ends with: ",
        ),
      ],
      ["c-s0", "train: the loss became NaN in epoch 0."],
      ["d-s0", "something unforeseen"],
    ]);
    expect(jobs.map((job) => jobState(folder, job).status)).toEqual([
      "failed",
      "failed",
      "diverged",
      "failed",
      "finished",
    ]);
    const before = steps().length;
    const again = await run();
    expect(again.failed).toHaveLength(4);
    expect(steps()).toHaveLength(before);
    const retried = await run({ "d-s0": { fail: true } }, { retry: true });
    expect(names(retried.finished)).toEqual(["a-s0", "b-s0", "c-s0", "e-s0"]);
    expect(retried.failed.map(({ job }) => job.name)).toEqual(["d-s0"]);
    expect(steps().filter((step) => step === "begin d-s0")).toHaveLength(2);
    expect(steps().filter((step) => step === "begin e-s0")).toHaveLength(1);
  });

  it("asks running jobs to save when it is stopped, starts no others, and goes on with them later", async () => {
    const { folder, jobs, run, steps, events } = fakeSweep(3);
    const stop = new AbortController();
    const slow = { "a-s0": { ms: 60_000 }, "b-s0": { ms: 60_000 } };
    const running = run(slow, { signal: stop.signal });
    await until(() => steps().length === 2);
    stop.abort();
    const result = await running;
    expect(names(result.left)).toEqual(["a-s0", "b-s0", "c-s0"]);
    expect(result.failed).toEqual([]);
    expect(steps().sort()).toEqual(["begin a-s0", "begin b-s0", "saved a-s0", "saved b-s0"]);
    expect(events.filter(({ type }) => type === "interrupted")).toHaveLength(2);
    expect(jobs.map((job) => jobState(folder, job).status)).toEqual([
      "interrupted",
      "interrupted",
      "waiting",
    ]);
    expect(names((await run()).finished)).toEqual(["a-s0", "b-s0", "c-s0"]);
  });

  it("shares a folder with a second run: every job is done once, and both know of all", async () => {
    const { run, steps } = fakeSweep(4);
    const plans = Object.fromEntries(["a", "b", "c", "d"].map((n) => [`${n}-s0`, { ms: 100 }]));
    const [one, two] = await Promise.all([run(plans), run(plans)]);
    expect(names(one.finished)).toHaveLength(4);
    expect(names(two.finished)).toHaveLength(4);
    const begun = steps()
      .filter((step) => step.startsWith("begin"))
      .sort();
    expect(begun).toEqual(["a", "b", "c", "d"].map((n) => `begin ${n}-s0`));
  });

  it("takes a job for done that another process locks at that moment", async () => {
    const { folder, jobs, run } = fakeSweep(1);
    const [job] = jobs as [SweepJob];
    const { finished, failed } = await run({ "a-s0": { locked: true } });
    expect(jobState(folder, job).status).toBe("running");
    expect([names(finished), failed]).toEqual([["a-s0"], []]);
    expect(readOutcome(jobFolder(folder, job), job.id)?.status).toBe("finished");
  });

  it("names the process that works in a folder, waits for it, and takes over when it dies", async () => {
    const { folder, jobs, run, events, trace } = fakeSweep(1);
    const [job] = jobs as [SweepJob];
    const at = prepareJob(folder, job);
    const slow = { FAKE_JOBS: JSON.stringify({ "a-s0": { ms: 60_000 } }), FAKE_TRACE: trace };
    const other: ChildProcess = fork(fake, [at], { env: { ...process.env, ...slow }, stdio: "ignore" });
    await until(() => jobState(folder, job).status === "running");
    const never = () => Promise.reject(new Error("must not be reached"));
    await expect(
      runJob(at, {
        runner: { search: never, evolve: never, race: never, train: never },
        progress: { start() {}, update() {}, stop() {} },
        signal: new AbortController().signal,
      }),
    ).rejects.toThrow(`job a-s0: ${at} is in use by process ${other.pid} on ${hostname()} since `);
    const running = run();
    await until(() => events.some(({ type }) => type === "elsewhere"));
    expect(events.find(({ type }) => type === "elsewhere")).toMatchObject({
      owner: `pid ${other.pid} on ${hostname()}`,
    });
    other.kill("SIGKILL");
    expect(names((await running).finished)).toEqual(["a-s0"]);
  });

  it("leaves no job behind when the process that runs the sweep is killed: they save and stop", async () => {
    const { folder, jobs, steps, trace } = fakeSweep(2);
    const slow = Object.fromEntries(names(jobs).map((name) => [name, { ms: 60_000 }]));
    const starter = join(folder, "starter.cjs");
    writeFileSync(
      starter,
      `const { runSweep } = require(${JSON.stringify(join(__dirname, "../../lib/dist/sweep/runSweep.js"))});
       runSweep(JSON.parse(process.argv[2]), { folder: ${JSON.stringify(folder)}, size: 2,
         command: (at) => ({ command: process.execPath, args: [${JSON.stringify(fake)}, at] }) });`,
    );
    const env = { ...process.env, FAKE_JOBS: JSON.stringify(slow), FAKE_TRACE: trace };
    const parent = fork(starter, [JSON.stringify(jobs)], { env, stdio: "ignore" });
    await until(() => steps().length === 2);
    const pids = readFileSync(trace, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => Number(line.split(" ")[2]));
    expect(pids.every(alive)).toBe(true);
    parent.kill("SIGKILL");
    await until(() => !pids.some(alive));
    expect(steps().filter((step) => step.startsWith("saved"))).toHaveLength(2);
    expect(jobs.map((job) => jobState(folder, job).status)).toEqual(["interrupted", "interrupted"]);
  });

  it("lets the other jobs save and stop before it fails by one whose outcome cannot be read", async () => {
    const { folder, jobs, run, steps, events } = fakeSweep(3);
    const damaged = jobFiles(prepareJob(folder, jobs[2] as SweepJob)).outcome;
    writeFileSync(damaged, "{ cut off");
    // The second ends, and the third is looked at, when the first has begun.
    await expect(run({ "a-s0": { ms: 60_000 }, "b-s0": { together: 2 } })).rejects.toThrow(damaged);
    expect(steps().filter((step) => !step.startsWith("begin"))).toEqual(["end b-s0", "saved a-s0"]);
    expect(jobs.slice(0, 2).map((job) => jobState(folder, job).status)).toEqual(["interrupted", "finished"]);
    expect(events.flatMap((event) => (event.type === "started" ? [alive(event.pid)] : []))).toEqual([
      false,
      false,
    ]);
  });

  it("counts no job as failed that it asks to stop while its process starts, because of another that cannot begin", async () => {
    const { folder, jobs, run, events } = fakeSweep(2);
    const path = jobFiles(prepareJob(folder, jobs[1] as SweepJob)).job;
    const whole = readFileSync(path, "utf8");
    writeFileSync(path, whole.replace('"seed": 0', '"seed": 7'));
    await expect(run()).rejects.toThrow(`${path}: contentHash must be the hash of all else in it`);
    expect(events.map(({ type, job }) => `${type} ${job.name}`)).toEqual([
      "started a-s0",
      "interrupted a-s0",
    ]);
    expect(jobState(folder, jobs[0] as SweepJob)).toMatchObject({ status: "waiting", outcome: null });
    writeFileSync(path, whole);
    expect(names((await run()).finished)).toEqual(["a-s0", "b-s0"]);
  });

  it("refuses an outcome of another schema, naming the file", async () => {
    const { folder, jobs, run } = fakeSweep(1);
    const at = prepareJob(folder, jobs[0] as SweepJob);
    writeFileSync(jobFiles(at).outcome, JSON.stringify({ kind: "bars.sweep-outcome", schema: 7 }));
    await expect(run()).rejects.toThrow(
      `${jobFiles(at).outcome}: expected kind "bars.sweep-outcome" of schema 1, got "bars.sweep-outcome" of schema 7. Remove the file to run the job again.`,
    );
  });
});
