import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { barsHere, barsProcess, cli } from "../helpers/shell";
import { temporaryFolder } from "../helpers/tinySearch";

const folder = temporaryFolder();

const bars = barsHere(folder);

const data = { dataset: "synthetic", trainImages: 48, testImages: 20 };
const space = { initChannels: 2, cellLayout: [0, 1, 0], steps: 1, widthChoices: [0.5, 1] };
const search = {
  preset: "smoke",
  overrides: { epochs: 2, warmupEpochs: 1, batchSize: 8, space, data: { ...data, testImages: 16 } },
};
const train = { overrides: { epochs: 2, batchSize: 8, data } };
const chain = { name: "bars", stage: "search+train", search, budgets: [2e5], seeds: [0] };
// Long enough to be stopped on the way.
const longer = { overrides: { ...train.overrides, epochs: 5, checkpointSteps: 1 } };
const drawn = {
  name: "random",
  stage: "random",
  random: { space, atLeast: 0.1 },
  train: longer,
  budgets: [2e5],
};

function sweepFile(name: string, runs: readonly object[], more: object = {}): string {
  const value = { kind: "bars.sweep", schema: 1, name, common: { train, seeds: [0, 1] }, ...more, runs };
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(value));
  return `${name}.json`;
}

const json = (path: string) => JSON.parse(readFileSync(join(folder, path), "utf8"));
const jobFolders = (name: string) =>
  readdirSync(join(folder, "runs", name), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `runs/${name}/${entry.name}`)
    .sort();
const randomJobs = (name: string) => jobFolders(name).filter((at) => at.includes("/random-"));
const until = async (holds: () => boolean) => {
  for (let i = 0; i < 2400 && !holds(); i++) await new Promise((done) => setTimeout(done, 25));
  if (!holds()) throw new Error("it did not happen within a minute");
};

describe("bars sweep and bars frontier, on real searches and trainings", () => {
  const file = sweepFile("both", [chain, drawn]);
  let first: Awaited<ReturnType<typeof bars>>;
  beforeAll(async () => {
    first = await bars("sweep", "run", file, "--jobs", "2");
  });

  it("searches, derives and trains every job, and repeats nothing", async () => {
    expect(first.err).toContain("3/3 jobs finished");
    expect(first.code).toBe(0);
    const folders = jobFolders("both");
    expect(folders.map((at) => at.replace(/^runs.both.|-[0-9a-f]{8}$/g, ""))).toEqual([
      "bars-200k-s0",
      "random-200k-s0",
      "random-200k-s1",
    ]);
    const record = json(`${folders[0]}/train/record.json`);
    expect(record).toMatchObject({
      status: "finished",
      config: { seed: 0, epochs: 2 },
      model: { name: "bars-200k", origin: { method: "search", seed: 0, epoch: 1, rule: { rule: "argmax" } } },
    });
    expect(record.model.origin.recordHash).toBe(json(`${folders[0]}/search/record.json`).configHash);
    expect(record.model.genotype).toEqual(json(`${folders[0]}/genotype.json`));
    const updated = folders.map((at) => json(`${at}/train/record.json`).updatedAt);
    const second = await bars("sweep", "run", file);
    expect(second.err).toContain("3/3 jobs finished, 3 of them earlier");
    expect(second.code).toBe(0);
    expect(folders.map((at) => json(`${at}/train/record.json`).updatedAt)).toEqual(updated);
  });

  it("plans, says how jobs stand, and collects them into one table", async () => {
    expect((await bars("sweep", "plan", file)).out).toMatch(
      /3 jobs in runs\/both\n.*\n.*\nbars-200k-s0 {2,}search > derive > train {2,}200000 bops {2,}finished/,
    );
    expect((await bars("sweep", "status", file)).out).toContain("runs/both: 3 finished");
    const { out, code } = await bars("sweep", "collect", file, "--tex", "t.tex");
    expect(code).toBe(0);
    expect(out.split("\n").slice(0, 4)).toEqual([
      "runs/both/table.json",
      "runs/both/table.csv",
      "t.tex",
      "3 finished",
    ]);
    const { rows } = json("runs/both/table.json");
    const record = json(`${jobFolders("both")[0]}/train/record.json`);
    expect(rows[0]).toMatchObject({
      job: "bars-200k-s0",
      seed: 0,
      status: "finished",
      budget: 200000,
      budgetMet: true,
      bops: record.cost.bops,
      accuracy: record.tests[0].accuracy,
      epochs: 2,
      dataset: "synthetic",
    });
    expect(readFileSync(join(folder, "runs/both/table.csv"), "utf8").split("\n")).toHaveLength(5);
  });

  it("hands the modules of definitions on to the tasks of Slurm, from wherever these start", async () => {
    const modules = ["own.cjs", "more.cjs"].map((name) => join(folder, name));
    for (const path of modules) writeFileSync(path, "");
    const todo = sweepFile("defined", [drawn]);
    const start = barsProcess(folder, { ...process.env, BARS_DEFINE: "own.cjs" });
    const { out } = await start(
      "sweep",
      "slurm",
      todo,
      "--dry-run",
      "--define",
      "more.cjs",
      "--backend",
      "cpu",
    );
    expect(out).toContain(`\nexport BARS_DEFINE='${modules.join(":")}'\nexport BARS_BACKEND='cpu'\n`);
    expect((await bars("sweep", "slurm", todo, "--dry-run")).out).not.toContain("BARS_DEFINE");
  });

  it("draws the frontier of its folder over seeds, with published points apart, in every format", async () => {
    const point = { name: "someone's", bops: 4e5, accuracy: 0.9, source: "Nobody 2000", convention: "awnas" };
    writeFileSync(join(folder, "published.json"), JSON.stringify([point]));
    const files = ["--csv", "f.csv", "--json", "f.json", "--tex", "f.tex", "--full", "full.json"];
    const { out, code, err } = await bars("frontier", "runs/both", "--published", "published.json", ...files);
    expect(err).toBe("");
    expect(code).toBe(0);
    expect(out).toContain("dominated area");
    expect(out).toContain("accuracy on synthetic, 20 test images");
    const { rows } = json("f.json");
    expect(
      rows.map(({ name, seeds, published }: Record<string, unknown>) => [name, seeds, published]).sort(),
    ).toEqual([
      ["bars-200k", 1, false],
      ["random-200k", 2, false],
      ["someone's", null, true],
    ]);
    expect(rows.find(({ name }: { name: string }) => name === "someone's").bops).toBe(2e5);
    expect(json("full.json")).toMatchObject({ kind: "bars.frontier", schema: 1, measure: "bops" });
    expect(readFileSync(join(folder, "f.csv"), "utf8").split("\n")).toHaveLength(5);
    expect(readFileSync(join(folder, "f.tex"), "utf8")).toContain("\\toprule");
    const [one, two] = jobFolders("both");
    expect((await bars("frontier", `${one}/train/record.json`, `${two}`)).code).toBe(0);
  });

  it("says when nobody reaches a budget, and refuses what does not compare", async () => {
    const reached = await bars("frontier", "runs/both", "--budget", "1e9");
    expect(reached.out).toContain("best within 1000000000 bops: ");
    const missed = await bars("frontier", "runs/both", "--budget", "5");
    expect(missed.err).toContain("error: bestWithin: no row stays within 5 bops; the cheapest is ");
    expect(missed.code).toBe(1);
    const best = await bars("frontier", "runs/both", "--checkpoint", "best");
    expect(best.err).toContain(
      "expected a test of the best epoch on all test images, this record has last/all.",
    );
    writeFileSync(
      join(folder, "bad.json"),
      JSON.stringify([{ name: "x", bops: 1e6, accuracy: 0.9, source: "y" }]),
    );
    const published = await bars("frontier", "runs/both", "--published", "bad.json");
    expect(published.err).toContain("bad.json[0]: a published point needs convention, how its source counts");
    expect(published.code).toBe(2);
  });
});

describe("bars sweep run", () => {
  it("on Ctrl-C lets its jobs save, exits with 130, and the same command goes on to the same numbers", async () => {
    // The same jobs ran undisturbed in the sweep above, two at once; another number of threads gives other last digits.
    const file = sweepFile("stopped", [drawn], { common: { train, seeds: [0] } });
    const child = spawn(process.execPath, [cli, "sweep", "run", file, "--threads", "1"], { cwd: folder });
    let err = "";
    child.stderr.on("data", (text) => {
      err += text;
    });
    const ended = new Promise<number | null>((done) => child.on("exit", done));
    const epochs = (at: string) => {
      const path = join(folder, at, "train/record.json");
      return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).epochs.length : 0;
    };
    await until(
      () => existsSync(join(folder, "runs/stopped")) && jobFolders("stopped").some((at) => epochs(at) >= 1),
    );
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    expect(err).toMatch(
      /sweep run: stopped with 1 job left; everything is saved\. Run the same command again to go on\./,
    );
    const statuses = jobFolders("stopped").map((at) => json(`${at}/outcome.json`).status);
    expect(statuses).toContain("interrupted");
    expect((await bars("sweep", "run", file, "--threads", "1")).code).toBe(0);
    const numbers = (name: string) =>
      randomJobs(name).map((at) => {
        const { epochs: all, tests } = json(`${at}/train/record.json`);
        return [all.map(({ trainLoss }: { trainLoss: number }) => trainLoss), tests];
      });
    expect(numbers("stopped")).toHaveLength(1);
    expect(numbers("stopped")).toEqual(numbers("both").slice(0, 1));
  });

  it("goes on after a job fails, exits with 1 and names the job, its reason and its log; changed, its file leaves earlier jobs out", async () => {
    const one = { ...drawn, train: { overrides: { ...train.overrides, epochs: 1 } } };
    const broken = { ...one, name: "broken", train: { overrides: { ...train.overrides, batchSize: 500 } } };
    const file = sweepFile("mixed", [broken, one], { common: { train, seeds: [0] } });
    const { code, err } = await bars("sweep", "run", file);
    expect(code).toBe(1);
    expect(err).toContain("error: sweep run: 1 of 2 jobs failed:\n  broken-200k-s0: ");
    expect(err).toMatch(
      /runs\/mixed\/broken-200k-s0-[0-9a-f]{8}\/log\.txt\nMend the cause and run again with --retry\./,
    );
    expect((await bars("sweep", "status", file)).out).toContain("runs/mixed: 1 failed, 1 finished");
    // The file is changed: status, table and frontier leave its earlier jobs out and say so; the folder holds them all.
    sweepFile("mixed", [{ ...one, random: { space, atLeast: 0.2 } }], { common: { train, seeds: [0] } });
    expect((await bars("sweep", "run", file)).code).toBe(0);
    const { out } = await bars("sweep", "collect", file);
    expect(out).toMatch(
      /1 finished\nrandom-200k-s0: cell group 0 is empty: .*\nleft out, from an earlier form of the sweep file .*: .*runs\/mixed\/random-200k-s0-/,
    );
    const own = await bars("frontier", file);
    expect(own.out).toMatch(/\nrandom-200k {2,}1 {2,}/);
    const all = await bars("frontier", "runs/mixed");
    expect(all.out).toMatch(/\nrandom-200k {2,}2 {2,}/);
    expect(all.out).toContain('"random-200k" holds a seed more than once (0, 0)');
  });
});

describe("bad input", () => {
  it.each([
    {
      args: ["sweep", "plan", "none.json"],
      message: "'none.json' is invalid for argument 'file'. found no file or folder of that name.",
      status: 2,
    },
    { args: ["sweep", "run"], message: "missing required argument 'file'", status: 2 },
    { args: ["sweep", "rum", "x"], message: "unknown command 'rum'", status: 2 },
    {
      args: ["sweep", "run", "empty", "--memory", "-1"],
      message: 'expected a number above 0, e.g. 2e6, got "-1".',
      status: 2,
    },
    { args: ["frontier"], message: "missing required argument 'places'", status: 2 },
    {
      args: ["frontier", "none"],
      message: "'none' is invalid for argument 'places'. found no file or folder of that name.",
      status: 2,
    },
    {
      args: ["frontier", "empty"],
      message:
        "error: empty: expected training records, found none (in folders they are called record.json).",
      status: 2,
    },
    {
      args: ["frontier", "old"],
      message:
        "old/record.json: expected schema 3, got 99; it was written by another version of bars (9.9.9).",
      status: 1,
    },
    {
      args: ["frontier", "empty", "--measure", "seconds"],
      message: "Allowed choices are bops, flops, ops, latency.",
      status: 2,
    },
    {
      args: ["frontier", "empty", "--budget", "0"],
      message: 'expected a number above 0, e.g. 2e6, got "0".',
      status: 2,
    },
    {
      args: ["sweep", "job", "empty"],
      message: "empty/job.json: expected a job of a sweep, found no such file.",
      status: 1,
    },
  ])("$args", async ({ args, message, status }) => {
    mkdirSync(join(folder, "empty"), { recursive: true });
    mkdirSync(join(folder, "old"), { recursive: true });
    const old = { kind: "bars.train-record", schema: 99, versions: { bars: "9.9.9" } };
    writeFileSync(join(folder, "old/record.json"), JSON.stringify(old));
    // A job ends its process.
    const run = args[1] === "job" ? barsProcess(folder) : bars;
    const { code, err } = await run(...args);
    expect(err).toContain(message);
    expect(code).toBe(status);
  });

  it("a job whose folder a live process has: that process is named, and the code says to try later", async () => {
    const start = barsProcess(folder);
    const file = sweepFile("owned", [drawn], { common: { train, seeds: [0] } });
    expect((await bars("sweep", "slurm", file, "--dry-run")).code).toBe(0);
    const [at] = jobFolders("owned").filter((name) => !name.endsWith("slurm")) as [string];
    const since = new Date().toISOString();
    writeFileSync(
      join(folder, at, "owner.lock"),
      JSON.stringify({ pid: process.pid, host: hostname(), since }),
    );
    const { code, err } = await start("sweep", "job", at);
    expect(err).toContain(`is in use by process ${process.pid} on ${hostname()} since ${since}`);
    expect(code).toBe(75);
    expect((await start("sweep", "status", file)).out).toMatch(
      new RegExp(`running .*pid ${process.pid} on ${hostname()}`),
    );
  });
});
