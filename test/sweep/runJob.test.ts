import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { randomKey } from "../../lib/random/randomKey";
import { genotypeJson } from "../../lib/space/genotypeJson";
import { randomGenotype } from "../../lib/space/randomGenotype";
import { expandSweep } from "../../lib/sweep/expandSweep";
import { jobFiles, readOutcome } from "../../lib/sweep/jobFolder";
import { jobState, prepareJob } from "../../lib/sweep/jobState";
import { FolderBusyError, runJob, type StepOptions, type StepRunner } from "../../lib/sweep/runJob";
import { checkSweep } from "../../lib/sweep/sweepFile";
import type { SweepJob } from "../../lib/sweep/sweepJob";
import { DivergenceError, InterruptedError, RecordError } from "../../lib/util/errors";
import { silentProgress } from "../../lib/util/progress";
import { madeUpRace } from "../figures/madeUpRace";
import { temporaryFolder } from "../helpers/tinySearch";

const root = temporaryFolder();
let sweeps = 0;

function jobsOf(run: object): { readonly folder: string; readonly jobs: SweepJob[] } {
  const folder = join(root, `sweep${sweeps++}`);
  return {
    folder,
    jobs: expandSweep(checkSweep({ kind: "bars.sweep", schema: 1, name: "t", runs: [run] }, "t", folder)),
  };
}

/** A training that writes what a finished one leaves, or does something else. */
function training(
  instead: (options: StepOptions) => Promise<void> = async () => {},
): StepRunner & { calls: StepOptions[] } {
  const calls: StepOptions[] = [];
  return {
    calls,
    search: () => Promise.reject(new Error("no search here")),
    evolve: () => Promise.reject(new Error("no evolution here")),
    race: () => Promise.reject(new Error("no race here")),
    async train(config, _model, options) {
      calls.push(options);
      await instead(options);
      const record = {
        status: "finished",
        configHash: `hash ${config.seed}`,
        cost: { flops: 1e5, bops: 3e6, ops: 146875 },
      };
      mkdirSync(options.directory, { recursive: true });
      writeFileSync(join(options.directory, "record.json"), JSON.stringify(record));
      return record as never;
    },
  };
}

const never = new AbortController().signal;
const run = (at: string, runner: StepRunner, signal = never) =>
  runJob(at, { runner, progress: silentProgress, signal });

describe("runJob", () => {
  const space = { initChannels: 2, cellLayout: [0, 1, 0], steps: 1, widthChoices: [0.5, 1] };

  it("writes how it ended, with the cost against the budget, also where the budget is missed", async () => {
    const drawn = {
      name: "r",
      stage: "random",
      random: { space, atLeast: 0 },
      measure: "ops",
      budgets: [1e5, 2e5],
    };
    const { folder, jobs } = jobsOf(drawn);
    for (const job of jobs) await run(prepareJob(folder, job), training());
    expect(jobs.map((job) => readOutcome(jobState(folder, job).folder, job.id)?.budget)).toEqual([
      { measure: "ops", asked: 1e5, got: 146875, met: false },
      { measure: "ops", asked: 2e5, got: 146875, met: true },
    ]);
  });

  it.each([
    { error: new DivergenceError("the loss became NaN"), status: "diverged" },
    { error: new InterruptedError("stopped in epoch 3"), status: "interrupted" },
    { error: new RecordError("another training"), status: "failed" },
    { error: new Error("unforeseen"), status: "failed" },
  ])("notes $status and passes the error on", async ({ error, status }) => {
    const { folder, jobs } = jobsOf({ name: "b", stage: "baseline" });
    const at = prepareJob(folder, jobs[0] as SweepJob);
    await expect(
      run(
        at,
        training(() => Promise.reject(error)),
      ),
    ).rejects.toBe(error);
    expect(readOutcome(at, jobs[0]?.id as string)).toMatchObject({
      status,
      step: "train",
      detail: error.message,
      record: null,
    });
    expect(existsSync(join(at, "owner.lock"))).toBe(false);
  });

  it("hands the winner of a race to the training; the budget is the upper end of its band", async () => {
    const { folder, jobs } = jobsOf({ name: "r", stage: "race", race: { preset: "laptop" }, budgets: [6e6] });
    const [job] = jobs as [SweepJob];
    expect(job.steps[0]).toMatchObject({
      config: { band: { measure: "bops", atLeast: 4.8e6, atMost: 6e6 } },
    });
    const at = prepareJob(folder, job);
    const found = madeUpRace();
    const models: unknown[] = [];
    const runner = training();
    await run(at, {
      ...runner,
      async race(config, { directory }) {
        expect(config.train.seed).toBe(0);
        expect(directory).toBe(join(at, "race"));
        return found;
      },
      train(config, model, options) {
        models.push(model);
        return runner.train(config, model, options);
      },
    });
    const { genotype } = found.networks[found.winner as number] as (typeof found.networks)[0];
    const origin = { method: "race", recordHash: found.configHash, seed: 0 };
    expect(models).toMatchObject([{ name: "r-6M", genotype, origin }]);
    expect(existsSync(jobFiles(at).genotype)).toBe(true);
  });

  it("hands the fittest of an evolution to the training, as a model that says where it is from", async () => {
    const { folder, jobs } = jobsOf({
      name: "e",
      stage: "evolution",
      evolution: { space, train: { overrides: { validationShare: 0.1 } } },
      budgets: [2e5],
    });
    const at = prepareJob(folder, jobs[0] as SweepJob);
    expect(jobState(folder, jobs[0] as SweepJob).status).toBe("waiting");
    const genotype = randomGenotype(spaceConfig(space), randomKey(0));
    const models: unknown[] = [];
    const runner = training();
    const trained = runner.train;
    await run(at, {
      ...runner,
      async evolve(config, { directory }) {
        expect(directory).toBe(join(at, "evolution"));
        const history = [{ index: 0, parent: null, genotype, fitness: 0.5 }];
        return { config, configHash: "hash of it", best: 0, history } as never;
      },
      train(config, model, options) {
        models.push(model);
        return trained(config, model, options);
      },
    });
    expect(models).toMatchObject([
      { name: "e-200k", genotype, origin: { method: "evolution", recordHash: "hash of it", seed: 0 } },
    ]);
    expect(JSON.parse(readFileSync(join(at, "genotype.json"), "utf8"))).toEqual(
      JSON.parse(genotypeJson(genotype)),
    );
    expect(readFileSync(join(at, "genotype.txt"), "utf8")).toMatch(/\nstem\.conv +32x32x1 [\s\S]*\ntotal /);
  });

  it("begins no step when it has been asked to stop", async () => {
    const { folder, jobs } = jobsOf({ name: "b", stage: "baseline" });
    const runner = training();
    await expect(run(prepareJob(folder, jobs[0] as SweepJob), runner, AbortSignal.abort())).rejects.toThrow(
      'b-s0: stopped before the step "train"; everything is saved.',
    );
    expect(runner.calls).toHaveLength(0);
  });

  it("holds no earlier failure against a job while it is tried again: one that dies then was interrupted", async () => {
    const { folder, jobs } = jobsOf({ name: "b", stage: "baseline" });
    const [job] = jobs as [SweepJob];
    const at = prepareJob(folder, job);
    const fails = training(() => Promise.reject(new Error("the disk was full")));
    await expect(run(at, fails)).rejects.toThrow("the disk was full");
    expect(jobState(folder, job).status).toBe("failed");
    // What is in the folder at that moment is what is left of a process that is killed then.
    const left: (string | null)[] = [];
    const dying = training(async ({ directory }) => {
      mkdirSync(directory, { recursive: true });
      const lock = readFileSync(join(at, "owner.lock"));
      rmSync(join(at, "owner.lock"));
      const { status, outcome } = jobState(folder, job);
      left.push(status, outcome?.detail ?? null);
      writeFileSync(join(at, "owner.lock"), lock);
    });
    await run(at, dying);
    expect(left).toEqual(["interrupted", null]);
    expect(jobState(folder, job).status).toBe("finished");
  });

  it("leaves a finished job alone", async () => {
    const { folder, jobs } = jobsOf({ name: "b", stage: "baseline" });
    const at = prepareJob(folder, jobs[0] as SweepJob);
    const runner = training();
    const first = await run(at, runner);
    expect(await run(at, runner)).toEqual(first);
    expect(runner.calls).toHaveLength(1);
  });

  it("says of a lock that cannot be written what is wrong with it, not that another process works on the job", async () => {
    const { folder, jobs } = jobsOf({ name: "b", stage: "baseline" });
    const at = prepareJob(folder, jobs[0] as SweepJob);
    mkdirSync(join(at, "owner.lock"));
    const running = run(at, training());
    await expect(running).rejects.toThrow(`${join(at, "owner.lock")}: could not be written`);
    await expect(running).rejects.not.toBeInstanceOf(FolderBusyError);
  });

  it("refuses a job whose settings were changed by hand", async () => {
    const { folder, jobs } = jobsOf({ name: "b", stage: "baseline" });
    const at = prepareJob(folder, jobs[0] as SweepJob);
    const changed = JSON.stringify({ ...jobs[0], steps: [] });
    writeFileSync(jobFiles(at).job, changed);
    await expect(run(at, training())).rejects.toThrow("its settings do not have the hash it states");
  });
});

describe("teachers", () => {
  const distilled = (seeds: readonly number[]) => ({
    name: "student",
    stage: "baseline",
    train: { overrides: { distillation: { method: "hinton" } } },
    seeds,
  });

  it("are shared by students that differ in their seed alone", async () => {
    const { folder, jobs } = jobsOf({ ...distilled([0, 1]), grid: { "baseline.width": [0.5, 1] } });
    const runner = training();
    for (const job of jobs) await run(prepareJob(folder, job), runner);
    const [a, b, c, d] = runner.calls.map(({ teacherDirectory }) => teacherDirectory);
    expect(a).toMatch(new RegExp(`^${join(folder, "teachers")}/[0-9a-f]{16}$`));
    expect([b, d]).toEqual([a, c]);
    expect(c).not.toBe(a);
  });

  it("are not asked for without distillation", async () => {
    const { folder, jobs } = jobsOf({ name: "b", stage: "baseline" });
    const runner = training();
    await run(prepareJob(folder, jobs[0] as SweepJob), runner);
    expect(runner.calls[0]).not.toHaveProperty("teacherDirectory");
  });

  it("are waited for while another process trains them, and trained here when it dies", async () => {
    const { folder, jobs } = jobsOf(distilled([0]));
    const probe = training();
    await run(prepareJob(folder, jobs[0] as SweepJob), probe);
    const teacher = probe.calls[0]?.teacherDirectory as string;
    const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    mkdirSync(teacher, { recursive: true });
    const since = new Date().toISOString();
    writeFileSync(join(teacher, "owner.lock"), JSON.stringify({ pid: other.pid, host: hostname(), since }));
    const { folder: _, jobs: again } = jobsOf(distilled([0]));
    const runner = training();
    const titles: string[] = [];
    const progress = { ...silentProgress, start: (title: string) => titles.push(title) };
    const at = join(folder, "second");
    mkdirSync(at);
    writeFileSync(jobFiles(at).job, JSON.stringify(again[0]));
    const running = runJob(at, { runner, progress, signal: never });
    await new Promise((done) => setTimeout(done, 300));
    expect(runner.calls).toHaveLength(0);
    expect(titles).toEqual([`waits for its teacher, trained by pid ${other.pid} on ${hostname()}`]);
    other.kill("SIGKILL");
    expect((await running).status).toBe("finished");
    expect(runner.calls[0]?.teacherDirectory).toBe(teacher);
  });

  it("taken by another process at the same moment are waited for, too", async () => {
    const { folder, jobs } = jobsOf(distilled([0]));
    let other: ReturnType<typeof spawn> | undefined;
    const runner = training(async ({ teacherDirectory = "" }) => {
      if (other) return;
      other = spawn(process.execPath, ["-e", "setTimeout(() => {}, 200)"]);
      mkdirSync(teacherDirectory, { recursive: true });
      const owner = { pid: other.pid, host: hostname(), since: "now" };
      writeFileSync(join(teacherDirectory, "owner.lock"), JSON.stringify(owner));
      throw new RecordError("train: in use");
    });
    expect((await run(prepareJob(folder, jobs[0] as SweepJob), runner)).status).toBe("finished");
    expect(runner.calls).toHaveLength(2);
  });
});
