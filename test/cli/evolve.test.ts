import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { barsHere, cli } from "../helpers/shell";
import { temporaryFolder } from "../helpers/tinySearch";

const folder = temporaryFolder();
process.env["BARS_BACKEND"] = "wasm";

const bars = barsHere(folder);

const json = (path: string) => JSON.parse(readFileSync(join(folder, path), "utf8"));
const data = { dataset: "synthetic", trainImages: 40, testImages: 20 };
const space = { initChannels: 2, cellLayout: [0, 1], steps: 1, widthChoices: [0.5, 1] };
const pace = ["--population", "3", "--sample", "2", "--evaluations", "6"];
writeFileSync(join(folder, "space.json"), JSON.stringify(space));
writeFileSync(
  join(folder, "short.json"),
  JSON.stringify({ data, batchSize: 9, epochs: 1, validationShare: 0.1 }),
);

beforeAll(async () => {
  const diagnostics = { recalibrationBatches: 1 };
  const settings = { space, data, batchSize: 10, epochs: 1, warmupEpochs: 0, diagnostics };
  writeFileSync(join(folder, "search.json"), JSON.stringify(settings));
  expect((await bars("search", "--config", "search.json", "--out", "runs/s")).code).toBe(0);
});

describe("bars evolve", () => {
  it("finds an architecture on a search's supernet, which bars train and bars cost take from its folder", async () => {
    const args = ["evolve", "runs/s", ...pace, "--budget", "2e5", "--images", "0", "--out", "runs/e"];
    const { out, err, code } = await bars(...args);
    expect(err).not.toContain("error");
    expect(code).toBe(0);
    const record = json("runs/e/record.json");
    expect(record).toMatchObject({
      status: "finished",
      config: {
        ...{ population: 3, sample: 2, evaluations: 6, seed: 0 },
        budget: { measure: "bops", value: 2e5 },
        fitness: { kind: "supernet", search: json("runs/s/record.json").configHash, images: 0 },
      },
    });
    const best = record.history[record.best];
    expect(json("runs/e/genotype.json")).toEqual(best.genotype);
    expect(out).toContain(
      `fitness   ${(100 * best.fitness).toFixed(1)} % of 20 images of the alpha split of synthetic`,
    );
    expect(out).toContain("budget    200,000 bops");
    expect(out).not.toContain("was finished before");
    const again = await bars(...args);
    expect(again.code).toBe(0);
    expect(again.out).toContain(
      `runs/e: was finished before (${record.updatedAt}) with the same settings, so it was read, not run. To run it anew, give another --out.\n`,
    );
    expect(json("runs/e/record.json")).toEqual(record);
    expect((await bars("cost", "runs/e")).out).toMatch(/\nstem\.conv /);
    const trained = await bars("train", "runs/e", "--config", "short.json", "--out", "runs/t");
    expect(trained.err).not.toContain("error");
    expect(json("runs/t/record.json").model).toMatchObject({
      genotype: best.genotype,
      origin: { method: "evolution", recordHash: record.configHash },
    });
  });

  it("by short trainings saves on Ctrl-C, exits with 130, and the same command goes on", async () => {
    const args = [
      "evolve",
      ...pace,
      "--space",
      "space.json",
      "--config",
      "short.json",
      "--out",
      "runs/short",
    ];
    const child = spawn(process.execPath, [cli, ...args], { cwd: folder, stdio: "pipe" });
    const ended = new Promise((done) => {
      child.once("exit", done);
    });
    let err = "";
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    const at = "runs/short/record.json";
    const begun = () => existsSync(join(folder, at)) && json(at).history.length > 0;
    while (!begun() && child.exitCode === null) await new Promise((done) => setTimeout(done, 10));
    const sofar = json(at).history;
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    expect(err).toMatch(
      /evolve: stopped after \d of 6 architectures; everything is saved\. Run the same command/,
    );
    expect(json(at).status).toBe("interrupted");
    const rest = await bars(...args);
    expect(rest.err).not.toContain("error");
    expect(rest.code).toBe(0);
    const { status, history } = json(at);
    expect(status).toBe("finished");
    expect(history.slice(0, sofar.length)).toEqual(sofar);
    expect(history).toHaveLength(6);
    expect(rest.out).toContain("4 held-out training images of synthetic, after a training of 1 epoch");
  });

  it.each([
    {
      args: ["runs/none"],
      message: "'runs/none' is invalid for argument 'search'. found no file or folder of that name.",
      code: 2,
    },
    {
      args: ["runs/s", "--budget", "many"],
      message: 'expected a number above 0, e.g. 2e6, got "many".',
      code: 2,
    },
    {
      args: ["runs/s", "--preset", "laptop"],
      message: "bars evolve: --preset has no effect with a search, whose space and supernet are used.",
      code: 2,
    },
    {
      args: ["runs/s", "--set", "epochs=1"],
      message: "bars evolve: --set has no effect with a search",
      code: 2,
    },
    { args: ["--images", "5"], message: "bars evolve: --images has no effect without a search;", code: 2 },
    {
      args: ["--preset", "laptop"],
      message: "bars evolve.fitness.train: validationShare must be above 0",
      code: 2,
    },
    { args: ["--space", "huge"], message: 'presetConfig: unknown preset "huge".', code: 2 },
    {
      args: ["runs/s", "--measure", "ms"],
      message: 'measure must be one of "bops", "flops", "ops", got "ms".',
      code: 2,
    },
  ])("says what is wrong: $args", async ({ args, message, code }) => {
    const result = await bars("evolve", ...args);
    expect(result.err).toContain(message);
    expect(result.code).toBe(code);
  });

  it("is a stage of a sweep, on a stored search", async () => {
    const run = {
      ...{ name: "evo", stage: "evolution", record: "runs/s" },
      evolution: { population: 2, sample: 2, evaluations: 4, images: 0 },
      train: { overrides: { epochs: 1, batchSize: 8, data } },
      budgets: [2e5],
    };
    writeFileSync(
      join(folder, "sweep.json"),
      JSON.stringify({ kind: "bars.sweep", schema: 1, name: "evo", runs: [run] }),
    );
    expect((await bars("sweep", "plan", "sweep.json")).out).toContain("evolve > train");
    const { code, err } = await bars("sweep", "run", "sweep.json");
    expect(err).toContain("1/1 job finished");
    expect(code).toBe(0);
    expect((await bars("sweep", "collect", "sweep.json")).code).toBe(0);
    const [row] = json("runs/evo/table.json").rows;
    expect(row).toMatchObject({ job: "evo-200k-s0", stage: "evolution", budgetMet: true, epochs: 1 });
    const trained = json(`${row.folder}/train/record.json`).epochs[0].seconds;
    expect(row.seconds).toBeCloseTo(json(`${row.folder}/evolution/record.json`).seconds + trained, 9);
    expect(json(`${row.folder}/train/record.json`).model).toMatchObject({
      name: "evo-200k",
      origin: { method: "evolution", recordHash: json(`${row.folder}/evolution/record.json`).configHash },
    });
  });
});
