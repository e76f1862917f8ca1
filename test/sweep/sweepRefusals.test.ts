import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { randomKey } from "../../lib/random/randomKey";
import { genotypeJson } from "../../lib/space/genotypeJson";
import { randomGenotype } from "../../lib/space/randomGenotype";
import { readSweepFile, sweepStages } from "../../lib/sweep/sweepFile";
import { baseline, chain, evolution, expand, file, folder } from "./sweepFixtures";

describe("a sweep refuses, by name of the run or job,", () => {
  it.each([
    {
      what: "a name given twice",
      runs: [baseline, { ...baseline, seeds: [1] }],
      message: 'sweep.json: runs[1]: name "r20" is taken by runs[0]. Give every run a name of its own.',
    },
    {
      what: "the same work under two names",
      runs: [baseline, { ...baseline, name: "other" }],
      message: 'test: jobs "r20-s3" and "other-s3" have the same settings. Leave one of them out.',
    },
    {
      what: "unknown keys of a run",
      runs: [{ ...baseline, sedes: [1] }],
      message: 'sweep.json: runs[0]: unknown key "sedes". Known keys: name, note, stage, grid,',
    },
    {
      what: "unknown settings",
      runs: [{ ...baseline, train: { overrides: { epoch: 3 } } }],
      message: '"r20-s3": trainConfig: unknown key "epoch". Known keys:',
    },
    {
      what: "unknown fields of a model",
      runs: [{ ...baseline, baseline: { family: "resnet20", depth: 3 } }],
      message: '"r20-s3": baseline: unknown key "depth". Known keys:',
    },
    {
      what: "unknown presets",
      runs: [{ ...chain, search: { preset: "huge" } }],
      message: '"bars-200k-s0": presetConfig: unknown preset "huge".',
    },
    {
      what: "unknown presets of training",
      runs: [{ ...baseline, train: { preset: "hasty" } }],
      message: '"r20-s3": trainPresetConfig: unknown preset "hasty".',
    },
    {
      what: "unknown keys of a part",
      runs: [{ ...chain, search: { epochs: 3 } }],
      message: 'sweep.json: runs[0] "bars": search: unknown key "epochs". Known keys: preset, overrides.',
    },
    {
      what: "a stage it does not know",
      runs: [{ ...baseline, stage: "evolve" }],
      message:
        'sweep.json: runs[0] "r20": stage must be one of "search", "search+train", "derive+train", "train", "baseline", "random", "evolution", "race", got "evolve".',
    },
    {
      what: "parts a stage does not read",
      runs: [{ ...baseline, search: {} }],
      message:
        'sweep.json: runs[0] "r20": stage "baseline" has no part "search". Its parts: baseline, train.',
    },
    {
      what: "an empty grid axis",
      runs: [{ ...baseline, grid: { "baseline.width": [] } }],
      message:
        'sweep.json: runs[0] "r20": grid: baseline.width must be a list of at least one value, got [].',
    },
    {
      what: "a repeated grid value",
      runs: [{ ...baseline, grid: { "baseline.width": [1, 0.5, 1] } }],
      message: "grid: baseline.width holds the value 1 twice. List every value once.",
    },
    {
      what: "a grid path outside its parts",
      runs: [{ ...baseline, grid: { "search.epochs": [1] } }],
      message: 'grid path "search.epochs" must begin with a part of stage "baseline" (baseline, train)',
    },
    {
      what: "a grid path that is a part alone",
      runs: [{ ...chain, grid: { search: [1] } }],
      message:
        'grid path "search" must begin with a part of stage "search+train" (search, derive, train), e.g. "search.epochs".',
    },
    {
      what: "seeds in the grid",
      runs: [{ ...baseline, grid: { "train.seed": [1] } }],
      message: 'grid path "train.seed": seeds are given by "seeds", not by the grid.',
    },
    {
      what: "a grid path through a value",
      runs: [{ ...baseline, grid: { "baseline.width.x": [1] } }],
      message: '"r20-x=1-s3": grid path "baseline.width.x": "width" is a value, not a section.',
    },
    {
      what: "no seeds",
      runs: [{ ...baseline, seeds: [] }],
      message: "seeds must be a list of one or more integers of at least 0, got [].",
    },
    {
      what: "a repeated seed",
      runs: [{ ...baseline, seeds: [1, 1] }],
      message: "seeds holds 1 twice. List every seed once.",
    },
    {
      what: "seeds that are none",
      runs: [{ ...baseline, seeds: [0.5] }],
      message: "seeds[0] must be an integer of at least 0, got 0.5.",
    },
    {
      what: "budgets of 0",
      runs: [{ ...chain, budgets: [0] }],
      message: "budgets[0] must be a finite number above 0, got 0.",
    },
    {
      what: "repeated budgets",
      runs: [{ ...chain, budgets: [1e6, 1e6] }],
      message: "budgets holds 1000000 twice. List every budget once.",
    },
    {
      what: "a random run without budget",
      runs: [{ name: "r", stage: "random" }],
      message:
        'sweep.json: runs[0] "r": budgets must be a list of one or more finite numbers above 0, got undefined.',
    },
    {
      what: "a budget for a given architecture",
      runs: [{ name: "t", stage: "train", genotype: "g.json", budgets: [1e6] }],
      message: 'a budget would have no effect. Leave "budgets" out.',
    },
    {
      what: "a budget nobody reaches",
      runs: [{ ...chain, budgets: [1e6, 10] }],
      message:
        '"bars-10-s0": no architecture of its space reaches the budget of 10 bops; the cheapest costs ',
    },
    {
      what: "a budget without penalty",
      runs: [{ ...chain, search: { overrides: { cost: { method: "none" } } } }],
      message: 'a budget has no effect on a search whose cost.method is "none"',
    },
    {
      what: "a budget no draw meets",
      runs: [{ name: "r", stage: "random", budgets: [1e8], random: { draws: 2, atLeast: 0.9999 } }],
      message:
        '"r-100M-s0": random: none of 2 architectures drawn at random costs between 99990000 and 100000000 bops.',
    },
    {
      what: "a budget no architecture can spend",
      runs: [{ name: "r", stage: "random", budgets: [8e8], random: { preset: "smoke", draws: 1e9 } }],
      message:
        '"r-800M-s0": no architecture of its space costs 640000000 bops or more, which "atLeast" 0.8 of the budget of 800000000 asks for; the dearest costs 2080768. Lower the budget or "atLeast", or take a space with more channels or cells.',
    },
    {
      what: "an evolution whose short training holds nothing out",
      runs: [{ name: "e", stage: "evolution" }],
      message:
        '"e-s0": evolution.fitness.train: validationShare must be above 0 (fitness is the accuracy on held-out training images), e.g. 0.1, got 0.',
    },
    {
      what: "settings of an evolution that have no effect",
      runs: [{ ...evolution, evolution: { ...evolution.evolution, images: 5 } }],
      message:
        '"e-400k-s0": evolution: "images" has no effect, because without a record short trainings say how fit an architecture is. Leave it out.',
    },
    {
      what: "unknown settings of an evolution",
      runs: [{ ...evolution, evolution: { size: 5 } }],
      message: '"e-400k-s0": evolution: unknown key "size". Known keys: population, sample, evaluations,',
    },
    {
      what: "a short training with unknown keys",
      runs: [{ ...evolution, evolution: { train: { epochs: 1 } } }],
      message: '"e-400k-s0": evolution.train: unknown key "epochs". Known keys: preset, overrides.',
    },
    {
      what: "an evolution within a budget nobody reaches",
      runs: [{ ...evolution, budgets: [10] }],
      message: '"e-10-s0": no architecture of its space reaches the budget of 10 bops; the cheapest costs ',
    },
    {
      what: "an evolution whose networks cannot read what they are trained on at the end",
      runs: [{ ...evolution, train: { overrides: { data: { dataset: "fashion-mnist" } } } }],
      message:
        '"e-400k-s0": train.overrides.data: dataset must be one of images of 32x32x3, which the architecture reads, got "fashion-mnist".',
    },
    {
      what: "an evolution whose networks tell fewer classes apart than they are trained on at the end",
      runs: [{ ...evolution, train: { overrides: { data: { dataset: "cifar100" } } } }],
      message:
        '"e-400k-s0": train.overrides.data: dataset must be one with at most the 10 classes of the architecture, got "cifar100".',
    },
    {
      what: "an evolution on a search that is not there",
      runs: [{ name: "e", stage: "evolution", record: "no.json" }],
      message: "no.json: expected a search record, found no such file.",
    },
    {
      what: "a missing genotype",
      runs: [{ name: "t", stage: "train" }],
      message: 'sweep.json: runs[0] "t": genotype must be the path of a stored genotype, got undefined.',
    },
    {
      what: "a genotype that is not there",
      runs: [{ name: "t", stage: "train", genotype: "no.json" }],
      message: "no.json: expected a genotype file, could not read it: ENOENT",
    },
    {
      what: "a record that is not there",
      runs: [{ name: "t", stage: "derive+train", record: "no.json" }],
      message: "no.json: expected a search record, found no such file.",
    },
    {
      what: "a record for a stage that reads none",
      runs: [{ ...baseline, record: "x" }],
      message: 'stage "baseline" reads no record. Leave "record" out.',
    },
    {
      what: "a wrong option of a rule",
      runs: [{ ...chain, derive: { rule: "top_k", j: 1 } }],
      message: '"bars-200k-s0": derive: rule "top_k" has no option "j".',
    },
    {
      what: "an epoch beyond the search",
      runs: [{ ...chain, derive: { epoch: 4 } }],
      message: '"bars-200k-s0": derive: epoch must be below the 4 epochs of the search, got 4.',
    },
    {
      what: "names that are no file names",
      runs: [{ ...baseline, name: "a/b" }],
      message:
        'sweep.json: runs[0]: name must be up to 80 letters, digits, or . _ + - (a folder is named after it), got "a/b".',
    },
    { what: "no runs", runs: [], message: "sweep.json: runs must be a list of at least one run, got []." },
  ])("$what", ({ runs, message }) => {
    expect(() => expand(runs)).toThrow(message);
  });

  it("a grid path outside its stage, with one in its place that the stage takes", () => {
    const values: Readonly<Record<string, unknown>> = {
      "derive.rule": "argmax",
      "random.atLeast": 0.5,
      "race.proposals.fitted": 0.5,
    };
    const record = resolve(__dirname, "../../data/records/search-plain-seed0.json");
    const genotype = join(folder, "genotype.json");
    writeFileSync(genotype, genotypeJson(randomGenotype(spaceConfig(), randomKey(0))));
    const files: Readonly<Record<string, object>> = { "derive+train": { record }, train: { genotype } };
    for (const stage of sweepStages) {
      const one = { name: "r", stage, ...files[stage], ...(stage === "random" ? { budgets: [4e6] } : {}) };
      const own = stage === "evolution" ? { evolution: evolution.evolution } : {};
      const refused = (() => {
        try {
          expand([{ ...one, ...own, grid: { "x.y": [1] } }]);
        } catch (error) {
          return (error as Error).message;
        }
        return "";
      })();
      const path = /e\.g\. "([^"]+)"\.$/.exec(refused)?.[1] as string;
      const jobs = expand([{ ...one, ...own, grid: { [path]: [values[path] ?? 10] } }]);
      expect([stage, jobs.length]).toEqual([stage, 1]);
    }
  });

  it("files of another kind or schema, and what is no JSON", () => {
    const written = (text: string) => {
      const path = join(folder, "bad.json");
      writeFileSync(path, text);
      return () => readSweepFile(path);
    };
    expect(written(JSON.stringify({ ...file([baseline]), kind: "bars.genotype" }))).toThrow(
      'bad.json: expected kind "bars.sweep", got "bars.genotype".',
    );
    expect(written(JSON.stringify({ ...file([baseline]), schema: 9 }))).toThrow(
      "bad.json: expected schema 1, got 9; it was written for another version of bars.",
    );
    expect(written("{")).toThrow("bad.json: expected a sweep file, got text that is not JSON");
    expect(written("[]")).toThrow("bad.json: expected an object, got [].");
    expect(() => readSweepFile(join(folder, "none.json"))).toThrow(
      "expected a sweep file, could not read it: ENOENT",
    );
  });
});
