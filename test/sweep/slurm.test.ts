import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { expandSweep } from "../../lib/sweep/expandSweep";
import { jobState } from "../../lib/sweep/jobState";
import { type SlurmRequest, slurmScript } from "../../lib/sweep/slurmScript";
import { submitBatch, writeSlurmBatch } from "../../lib/sweep/submitSweep";
import { checkSweep } from "../../lib/sweep/sweepFile";
import { barsHere, barsProcess } from "../helpers/shell";
import { type SlurmNode, startSlurm } from "../helpers/slurmNode";

const root = mkdtempSync(join(tmpdir(), "bars-slurm-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const fake = join(__dirname, "fakeJob.cjs");
let sweeps = 0;

const request = (changes: Partial<SlurmRequest> = {}): SlurmRequest => ({
  name: "test",
  cores: 1,
  atOnce: 0,
  setup: [],
  env: {},
  ...changes,
});

/** Pretended trainings a, b, … for Slurm to do. */
function fakeSweep(plans: Readonly<Record<string, object>>) {
  const folder = join(root, `sweep ${sweeps++}`);
  mkdirSync(folder);
  const trace = join(folder, "trace.txt");
  writeFileSync(trace, "");
  const runs = Object.keys(plans).map((name, i) => ({ name, stage: "baseline", baseline: { width: 1 + i } }));
  const jobs = expandSweep(checkSweep({ kind: "bars.sweep", schema: 1, name: "fake", runs }, "fake", folder));
  const named = Object.fromEntries(Object.entries(plans).map(([name, plan]) => [`${name}-s0`, plan]));
  const env = { FAKE_JOBS: JSON.stringify(named), FAKE_TRACE: trace };
  return {
    folder,
    jobs,
    batch: (retry = false) => writeSlurmBatch(jobs, folder, request({ env }), { retry, bars: fake }),
    states: () => jobs.map((job) => jobState(folder, job).status),
    steps: () =>
      readFileSync(trace, "utf8")
        .split("\n")
        .filter(Boolean)
        .map((line) => line.split(" ").slice(0, 2).join(" ")),
  };
}

describe("slurmScript", () => {
  const places = {
    workingFolder: "/a b",
    list: "/x/it's.jobs",
    logs: "/x/logs",
    node: "/usr/bin/node",
    bars: "/y/bars.cjs",
  };

  it("asks for what was asked for and nothing else, and quotes paths for the shell", () => {
    const script = slurmScript(
      request({
        cores: 4,
        time: "1:00:00",
        memory: "4G",
        gres: "gpu:1",
        atOnce: 3,
        setup: ["module load nodejs"],
        env: { BARS_BACKEND: "onnx" },
      }),
      places,
      12,
    );
    expect(script.split("\n").filter((line) => line.startsWith("#SBATCH"))).toEqual([
      "#SBATCH --job-name=test",
      "#SBATCH --array=0-11%3",
      '#SBATCH --chdir="/a b"',
      "#SBATCH --output=/x/logs/%A_%a.txt",
      "#SBATCH --open-mode=append",
      "#SBATCH --nodes=1",
      "#SBATCH --ntasks=1",
      "#SBATCH --cpus-per-task=4",
      "#SBATCH --time=1:00:00",
      "#SBATCH --mem=4G",
      "#SBATCH --gres=gpu:1",
      "#SBATCH --signal=B:USR1@120",
    ]);
    expect(script).toContain(
      "export BARS_ONNX_THREADS='4'\nexport BARS_BACKEND='onnx'\nmodule load nodejs\n",
    );
    expect(script).toContain(`p" '/x/it'\\''s.jobs')`);
  });

  it("quotes names that Slurm would take for a comment, a quote or the number of a job", () => {
    const script = slurmScript(request({ name: 'a#b "c" \\d 網' }), { ...places, logs: "/x/50%A" }, 1);
    expect(script).toContain('#SBATCH --job-name="a#b \\"c\\" \\\\d 網"\n');
    expect(script).toContain("#SBATCH --output=/x/50%%A/%A_%a.txt\n");
  });

  it("is a script the shell can read", () => {
    const path = join(root, "check.sh");
    writeFileSync(path, slurmScript(request({ env: { A: "it's; $(rm -rf x) `y`" } }), places, 2));
    execFileSync("bash", ["-n", path]);
  });

  it("refuses text that would break out of its line or its variable", () => {
    expect(() => slurmScript(request({ partition: "a\n#SBATCH --x" }), places, 1)).toThrow(
      'slurmScript: --partition must be one line of text, got "a\\n#SBATCH --x".',
    );
    expect(() => slurmScript(request({ env: { "A=1; rm": "" } }), places, 1)).toThrow(
      'slurmScript: "A=1; rm" is no name of an environment variable.',
    );
  });
});

describe("submitBatch", () => {
  it("says what to do where there is no Slurm", () => {
    expect(() => submitBatch("x.sbatch", { PATH: root })).toThrow(
      "sbatch x.sbatch: there is no sbatch on this machine; run this where Slurm's client is, or use --dry-run and submit the script yourself.",
    );
  });
});

describe("a Slurm cluster of this machine alone", () => {
  let slurm: SlurmNode | string = "not started";
  beforeAll(async () => {
    slurm = await startSlurm(join(root, "cluster"));
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    if (typeof slurm !== "string") await slurm.stop();
  });

  /** Skips the test, saying why, where Slurm could not be started. */
  const started = (skip: (note: string) => never): SlurmNode =>
    typeof slurm === "string" ? skip(`Slurm: ${slurm}`) : slurm;
  const submit = (node: SlurmNode, batch: { readonly path: string } | null) =>
    submitBatch((batch as { path: string }).path, { ...process.env, ...node.env });
  const until = async (holds: () => boolean) => {
    for (let i = 0; i < 1000 && !holds(); i++) await new Promise((done) => setTimeout(done, 50));
    expect(holds()).toBe(true);
  };
  /** What must hold of a task of the first test that is still queued at its end: it goes on while the next one waits. */
  let requeued = (): void => {};

  const epochs = 12;
  /** Two trainings, in a folder of their own. */
  function realSweep(name: string) {
    const folder = join(root, name);
    mkdirSync(folder);
    const run = {
      name: "random",
      stage: "random",
      random: { preset: "smoke", space: { initChannels: 2, cellLayout: [0, 1, 0], steps: 1 }, atLeast: 0.2 },
      train: {
        overrides: {
          ...{ epochs, batchSize: 16, checkpointSteps: 1 },
          data: { dataset: "synthetic", trainImages: 64, testImages: 20 },
        },
      },
      budgets: [2e5],
      seeds: [0, 1],
    };
    const file = { kind: "bars.sweep", schema: 1, name: "real", runs: [run] };
    writeFileSync(join(folder, "sweep.json"), JSON.stringify(file));
    const [here, start] = [barsHere(folder), barsProcess(folder)];
    const at = (job: string, path: string) => join(folder, "runs/real", job, "train", path);
    const jobs = () => {
      const runs = join(folder, "runs/real");
      if (!existsSync(runs)) return [];
      return readdirSync(runs)
        .filter((job) => job.startsWith("random-"))
        .sort();
    };
    const record = (job: string) =>
      existsSync(at(job, "record.json"))
        ? JSON.parse(readFileSync(at(job, "record.json"), "utf8"))
        : { epochs: [] };
    return {
      jobs,
      record,
      bars: (...args: string[]) => here("sweep", ...args),
      start: (...args: string[]) => start("sweep", ...args),
      weights: (job: string) => readFileSync(at(job, "last.safetensors")),
    };
  }

  it("does the jobs of a sweep as an array, keeps failures apart, gets only what is left the next time; asked, saves before the time limit and queues again; cancelled, saves and stays away", async ({
    skip,
  }) => {
    const node = started(skip);
    const ended = fakeSweep({ a: {}, b: { crash: true }, c: { diverge: true } });
    const first = ended.batch();
    expect(first?.jobs).toHaveLength(3);
    submit(node, first);
    const { batch, states, steps } = fakeSweep({ d: { ms: 60_000, once: true }, e: { ms: 60_000 } });
    const array = submit(node, batch());
    await until(() => steps().length === 2);
    node.command("scancel", "--batch", "--signal=USR1", `${array}_0`); // what Slurm does before the limit
    node.command("scancel", `${array}_1`);
    await until(() => node.command("squeue", "--noheader", "--format=%K %T").trim() === "0 PENDING");
    // A crash leaves no outcome of its own: the job counts as interrupted, and runs again with the next array.
    expect(ended.states()).toEqual(["finished", "interrupted", "diverged"]);
    expect(ended.steps().filter((step) => step.startsWith("begin"))).toHaveLength(3);
    expect(ended.batch()?.jobs.map(({ name }) => name)).toEqual(["b-s0"]);
    expect(ended.batch(true)?.jobs.map(({ name }) => name)).toEqual(["b-s0", "c-s0"]);
    expect(readdirSync(join(ended.folder, "slurm/logs"))).toHaveLength(3);
    expect(ended.jobs.every((job) => existsSync(jobState(ended.folder, job).folder))).toBe(true);
    requeued = () => {
      expect(states()).toEqual(["finished", "interrupted"]);
      const of = (job: string) => steps().filter((step) => step.endsWith(job));
      expect(of("d-s0")).toEqual(["begin d-s0", "saved d-s0", "begin d-s0", "end d-s0"]);
      expect(of("e-s0")).toEqual(["begin e-s0", "saved e-s0"]);
    };
  });

  it("runs a real sweep from the command line and collects it: tasks put back by an operator and preempted by a job of more weight end with the numbers of undisturbed ones, bit by bit", async ({
    skip,
  }) => {
    const node = started(skip);
    for (const [name, value] of Object.entries(node.env)) vi.stubEnv(name, value);
    const [alone, array] = [realSweep("undisturbed"), realSweep("disturbed")];
    const undisturbed = alone.start("run", "sweep.json");
    expect((await array.bars("slurm", "sweep.json", "--dry-run")).out).toContain("2 tasks, not submitted");
    const { out } = await array.bars("slurm", "sweep.json", "--threads", "1");
    const [, id] = /submitted array (\d+) of 2 tasks/.exec(out) ?? [];
    const running = () =>
      node.command("squeue", `--jobs=${id}`, "--noheader", "--states=RUNNING", "--format=%i").trim();
    await until(() => array.jobs().some((job) => array.record(job).epochs.length >= 1));
    // What an operator does: Slurm kills the tasks and queues them again.
    for (const task of [0, 1]) {
      try {
        node.command("scontrol", "requeue", `${id}_${task}`);
      } catch {
        // It has not begun, or has ended.
      }
    }
    await until(() => running() === "");
    await until(() => running() !== "");
    const before = Math.max(...array.jobs().map((job) => array.record(job).epochs.length));
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(epochs);
    // A whole node for a partition of more weight: what runs is preempted and queued again.
    node.command("sbatch", "--partition=urgent", "--exclusive", "--output=/dev/null", "--wrap=true");
    expect(await node.empty(180)).toBe("");
    requeued();
    const tasks = node.command("scontrol", "--oneliner", "show", "job", `${id}`);
    const restarts = [...tasks.matchAll(/ Restarts=(\d+) /g)].map(([, count]) => Number(count));
    expect(Math.max(...restarts)).toBeGreaterThanOrEqual(2);
    expect((await undisturbed).code).toBe(0);
    expect((await array.bars("collect", "sweep.json")).out).toContain("2 finished");
    const { rows } = JSON.parse(readFileSync(join(root, "disturbed/runs/real/table.json"), "utf8"));
    expect(rows).toMatchObject(
      [0, 1].map((seed) => ({
        ...{ job: `random-200k-s${seed}`, status: "finished", epochs, dataset: "synthetic" },
      })),
    );
    expect((await array.bars("slurm", "sweep.json")).out).toContain("nothing to submit");
    expect(array.jobs()).toEqual(alone.jobs());
    expect(array.jobs()).toHaveLength(2);
    for (const job of alone.jobs()) {
      expect(array.record(job).tests).toEqual(alone.record(job).tests);
      expect(array.weights(job).equals(alone.weights(job))).toBe(true);
    }
  }, 600_000);
});
