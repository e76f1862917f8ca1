import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { binarizationConfig } from "../../lib/config/binarizationConfig";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { trainPresetConfig } from "../../lib/config/trainPresets";
import { extremeGenotype, measuredCost } from "../../lib/cost/budgetReach";
import { randomKey } from "../../lib/random/randomKey";
import { genotypeJson } from "../../lib/space/genotypeJson";
import { randomGenotype } from "../../lib/space/randomGenotype";
import { amountText } from "../../lib/sweep/expandSweep";
import { prepareJob } from "../../lib/sweep/jobState";
import { jobFolderName, jobId, readJob, type SweepJob } from "../../lib/sweep/sweepJob";
import { baseline, chain, evolution, expand, folder } from "./sweepFixtures";

describe("expandSweep", () => {
  it("makes a job of every budget, grid value and seed, named after them, seeds innermost", () => {
    const grid = { "search.cost.coefficient": [0.1, 0.3], "train.optimizer.method": ["adam", "sgd"] };
    const names = expand([{ ...chain, grid }, baseline]).map(({ name }) => name);
    expect(names).toHaveLength(17);
    expect(names.slice(0, 3)).toEqual([
      "bars-200k-coefficient=0.1-method=adam-s0",
      "bars-200k-coefficient=0.1-method=adam-s1",
      "bars-200k-coefficient=0.1-method=sgd-s0",
    ]);
    expect(names.at(-1)).toBe("r20-s3");
  });

  it("derives by rule budget within the budget of the job's search, in its measure", () => {
    const jobs = expand([{ ...chain, derive: { rule: "budget" } }]);
    const rules = [jobs[0], jobs[2]].map((job) => job?.steps[1]);
    expect(rules[0]).toMatchObject({ rule: { rule: "budget", measure: "bops", budget: 2e5 } });
    expect(rules[1]).toMatchObject({ rule: { rule: "budget", measure: "bops", budget: 4e5 } });
  });

  it("completes the settings of a chain: budget and grid in the search, the seed in every step", () => {
    const grid = { "search.cost.coefficient": [0.7], "derive.rule": ["top_k"], "derive.k": [1] };
    const [job] = expand([{ ...chain, grid, seeds: [5], budgets: [3e5], measure: "ops" }]);
    const [search, derive, train] = job?.steps ?? [];
    expect(search).toMatchObject({
      step: "search",
      config: {
        seed: 5,
        epochs: 4,
        batchSize: 32,
        cost: { measure: "ops", budget: 3e5, coefficient: 0.7, method: "log" },
      },
    });
    expect(derive).toMatchObject({ step: "derive", rule: { rule: "top_k", k: 1 }, epoch: null, seed: 5 });
    expect(train).toMatchObject({
      step: "train",
      model: null,
      config: { seed: 5, epochs: 2, batchSize: 256 },
    });
    expect(job?.budget).toEqual({ measure: "ops", value: 3e5 });
  });

  it("gives a job the same identity whatever the order of keys, and another for any change of a setting", () => {
    const id = (changes: object) => expand([{ ...baseline, ...changes }])[0]?.id as string;
    expect(id({ baseline: { width: 0.25, family: "resnet20" } })).toBe(id({}));
    expect(id({})).toMatch(/^[0-9a-f]{64}$/);
    const changed = [
      { seeds: [4] },
      { baseline: { family: "resnet20", width: 0.5 } },
      { baseline: { family: "nin", width: 0.25 } },
      { train: { overrides: { epochs: 7 } } },
    ].map(id);
    expect(new Set([id({}), ...changed]).size).toBe(5);
  });

  it("spells out what a default would be: writing it changes nothing", () => {
    const [plain] = expand([baseline]);
    const [spelt] = expand([
      {
        ...baseline,
        train: { overrides: { batchSize: 256 } },
        baseline: { ...baseline.baseline, block: "bireal" },
      },
    ]);
    expect(spelt?.id).toBe(plain?.id);
  });

  it("starts from presets where they are named", () => {
    const [job] = expand([{ ...baseline, train: { preset: "bireal", overrides: { epochs: 7 } } }]);
    const step = job?.steps[0];
    expect(step?.step === "train" && step.config).toEqual(
      trainPresetConfig("bireal", { epochs: 7, seed: 3 }),
    );
  });

  it("states a recipe once in `common`, which a run's own part replaces", () => {
    const common = { train: { overrides: { epochs: 9 } }, seeds: [1, 2] };
    const own = { ...baseline, name: "own", train: { overrides: { epochs: 8 } }, seeds: [7] };
    const { seeds: _, ...shared } = baseline;
    const jobs = expand([shared, own], { common });
    const epochs = (job: SweepJob) =>
      job.steps.map((step) => (step.step === "train" ? step.config.epochs : 0));
    expect(jobs.map((job) => [job.name, ...epochs(job)])).toEqual([
      ["r20-s1", 9],
      ["r20-s2", 9],
      ["own-s7", 8],
    ]);
  });

  it("draws random architectures inside the budget, another for each seed, the same again", () => {
    const run = {
      name: "random",
      stage: "random",
      random: { preset: "smoke", atLeast: 0.5 },
      budgets: [3e5],
      seeds: [0, 1, 2],
    };
    const models = expand([run]).map(({ steps }) => (steps[0]?.step === "train" ? steps[0].model : null));
    const costs = models.map((model) =>
      model?.kind === "genotype" ? measuredCost(model.genotype, "bops", binarizationConfig()) : 0,
    );
    for (const cost of costs) {
      expect(cost).toBeLessThanOrEqual(3e5);
      expect(cost).toBeGreaterThanOrEqual(1.5e5);
    }
    expect(new Set(costs).size).toBeGreaterThan(1);
    expect(models[0]).toMatchObject({ name: "random-300k", origin: { method: "random", seed: 0 } });
    expect(expand([run]).map(({ id }) => id)).toEqual(expand([run]).map(({ id }) => id));
  });

  it("evolves by short trainings, and trains the fittest: budget, grid and seed in the settings", () => {
    const grid = { "evolution.sample": [2, 3], "evolution.train.overrides.epochs": [1] };
    const jobs = expand([{ ...evolution, grid, seeds: [0, 1] }]);
    expect(jobs.map(({ name }) => name)).toEqual([
      "e-400k-sample=2-epochs=1-s0",
      "e-400k-sample=2-epochs=1-s1",
      "e-400k-sample=3-epochs=1-s0",
      "e-400k-sample=3-epochs=1-s1",
    ]);
    expect(jobs[3]?.steps).toMatchObject([
      {
        step: "evolve",
        name: "e-400k-sample=3-epochs=1",
        config: {
          ...{ population: 4, sample: 3, evaluations: 8, seed: 1 },
          budget: { measure: "bops", value: 4e5 },
          fitness: { kind: "training", space: { initChannels: 4 }, train: { epochs: 1, seed: 0 } },
        },
      },
      { step: "train", model: null, config: { seed: 1 } },
    ]);
  });

  it("evolves on the supernet of a stored search, wherever that lies", () => {
    const stored = (at: string) => {
      const text = readFileSync(resolve(__dirname, "../../data/records/search-plain-seed0.json"), "utf8");
      mkdirSync(join(folder, at));
      writeFileSync(join(folder, at, "record.json"), text);
      writeFileSync(join(folder, at, "checkpoint.safetensors"), "");
      return { name: "e", stage: "evolution", record: at, evolution: { evaluations: 60 }, budgets: [2e6] };
    };
    const [here] = expand([stored("here")]);
    const [there] = expand([stored("there")]);
    const { configHash } = JSON.parse(readFileSync(join(folder, "here/record.json"), "utf8"));
    expect(here?.steps[0]).toMatchObject({
      config: { fitness: { kind: "supernet", search: configHash, images: 1000 } },
    });
    expect([here?.search, there?.search]).toEqual([join(folder, "here"), join(folder, "there")]);
    expect(here?.id).toBe(there?.id);
    const sweepAt = join(folder, "moved");
    const at = prepareJob(sweepAt, here as SweepJob);
    expect(prepareJob(sweepAt, there as SweepJob)).toBe(at);
    expect(readJob(join(at, "job.json"))).toEqual(there);
    const run = { name: "e", stage: "evolution", record: "here", evolution: { preset: "smoke" } };
    expect(() => expand([run])).toThrow(
      '"e-s0": evolution: "preset" has no effect, because its record\'s supernet says how fit an architecture is.',
    );
  });

  it("derives from a stored search that is named by its record or by its folder", () => {
    const text = readFileSync(resolve(__dirname, "../../data/records/search-plain-seed0.json"), "utf8");
    mkdirSync(join(folder, "given"));
    writeFileSync(join(folder, "given", "record.json"), text);
    const from = (record: string) => expand([{ name: "d", stage: "derive+train", record }])[0] as SweepJob;
    const job = from("given");
    expect(job.steps).toMatchObject([
      { step: "train", model: { origin: { method: "search", recordHash: JSON.parse(text).configHash } } },
    ]);
    expect(job).toEqual(from("given/record.json"));
  });

  it("takes stored genotypes by content, from paths relative to the file", () => {
    const genotype = randomGenotype(spaceConfig(), randomKey(0));
    writeFileSync(join(folder, "g.json"), genotypeJson(genotype));
    writeFileSync(join(folder, "copy.json"), genotypeJson(genotype));
    const run = { name: "stored", stage: "train", genotype: "g.json" };
    const [job] = expand([run]);
    expect(job?.steps).toMatchObject([
      { step: "train", model: { kind: "genotype", name: "stored", genotype } },
    ]);
    expect(expand([{ ...run, genotype: "./copy.json" }])[0]?.id).toBe(job?.id);
  });

  it("names folders after name and identity, and reads back what it wrote", () => {
    const [job] = expand([baseline]) as [SweepJob];
    expect(jobFolderName(job)).toBe(`r20-s3-${job.id.slice(0, 8)}`);
    const path = join(folder, "job.json");
    writeFileSync(path, JSON.stringify(job));
    expect(readJob(path)).toEqual(job);
    expect(jobId(readJob(path).steps)).toBe(job.id);
    writeFileSync(path, JSON.stringify({ ...job, id: `0${job.id.slice(1)}` }));
    expect(() => readJob(path)).toThrow("its settings do not have the hash it states");
    writeFileSync(path, JSON.stringify({ ...job, schema: 2 }));
    expect(() => readJob(path)).toThrow(
      'expected kind "bars.sweep-job" of schema 1, got "bars.sweep-job" of schema 2. Run "bars sweep run" again to write it anew.',
    );
  });

  it("shortens budgets", () => {
    expect([2e6, 2.5e6, 4e5, 1.25e9, 512].map(amountText)).toEqual(["2M", "2.5M", "400k", "1.25G", "512"]);
  });
});

describe("extremeGenotype", () => {
  const style = binarizationConfig();

  it.each([
    { name: "with none", primitives: ["none", "skip_connect", "bin_conv_3x3"] as const },
    { name: "without none", primitives: ["bin_conv_3x3", "skip_connect", "bin_conv_1x1"] as const },
  ])("costs no more, or no less, than any of 200 random ones, $name", ({ primitives }) => {
    const space = spaceConfig({ primitives, initChannels: 4, cellLayout: [0, 1, 0], steps: 2 });
    for (const measure of ["bops", "ops", "flops"] as const) {
      const least = measuredCost(extremeGenotype(space, "cheapest", measure, style), measure, style);
      const most = measuredCost(extremeGenotype(space, "dearest", measure, style), measure, style);
      for (let i = 0; i < 200; i++) {
        const cost = measuredCost(randomGenotype(space, randomKey(i)), measure, style);
        expect(cost).toBeGreaterThanOrEqual(least);
        expect(cost).toBeLessThanOrEqual(most);
      }
    }
  });
});
