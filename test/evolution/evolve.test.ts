import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { startBackend, tf } from "../../lib/backend";
import type { Overrides } from "../../lib/config/check";
import {
  type EvolutionConfig,
  type EvolutionSettings,
  evolutionConfig,
} from "../../lib/config/evolutionConfig";
import { totalCost } from "../../lib/cost/costTable";
import { evolutionText } from "../../lib/evolution/evolutionText";
import { type EvolveOptions, evolve } from "../../lib/evolution/evolve";
import { type EvolutionRecord, evolvedModel } from "../../lib/records/evolutionRecord";
import { readEvolutionRecord, writeEvolutionRecord } from "../../lib/records/evolutionRecordFile";
import { evolutionRecalibration } from "../../lib/records/recalibration";
import type { SearchRecord } from "../../lib/records/searchRecord";
import { supernetAccuracies } from "../../lib/search/deriveBySupernet";
import { search } from "../../lib/search/search";
import { searchFiles } from "../../lib/search/searchFiles";
import { SupernetScorer } from "../../lib/search/supernetScorer";
import { train } from "../../lib/train/train";
import { InterruptedError } from "../../lib/util/errors";
import { rewriteRecord } from "../helpers/rewriteRecord";
import { temporaryFolder, tinySearch } from "../helpers/tinySearch";
import { tinyModel, tinyTraining } from "../helpers/tinyTraining";

const root = temporaryFolder();
let next = 0;
const folder = () => join(root, `run${next++}`);
const searched = join(root, "search");
let found: SearchRecord;
/** The evolution of `onSupernet()`, finished, and its folder. */
let whole: EvolutionRecord;
const wholeAt = join(root, "whole");
const onSupernet = (changes: Overrides<EvolutionSettings> = {}): EvolutionConfig =>
  evolutionConfig({ kind: "supernet", search: found.configHash, images: 0 }, { ...few, ...changes });
const few = { population: 4, sample: 2, evaluations: 8 } as const;
/** Little to measure: every architecture is a graph of its own, which takes an engine longer to compile than to run. */
const quick = { epochs: 1, warmupEpochs: 0, diagnostics: { recalibrationBatches: 1 } } as const;
beforeAll(async () => {
  await startBackend("wasm");
  found = await search(tinySearch(quick), { directory: searched });
  whole = await evolve(onSupernet(), { directory: wholeAt, search: searched });
});

const { space } = tinyModel().genotype;
const short = tinyTraining({ epochs: 1, validationShare: 0.25, checkpointSteps: 1 });
const byTraining = (changes: Overrides<EvolutionSettings> = {}): EvolutionConfig =>
  evolutionConfig(
    { kind: "training", space, train: short },
    { ...few, population: 2, evaluations: 3, ...changes },
  );

/** What must not depend on when a run was made, how fast, or how often it stopped. */
const numbers = ({ status, best, data, history }: EvolutionRecord) => ({ status, best, data, history });

/** Evolves, stopping at the `stopAt`-th moment that `options` brings to its notice, and then goes on to the end. */
async function inTwoGoes(
  config: EvolutionConfig,
  options: Pick<EvolveOptions, "search">,
  stopAt: number,
  on: "entry" | "progress",
): Promise<EvolutionRecord> {
  const directory = folder();
  const stop = new AbortController();
  let seen = 0;
  const tick = () => {
    if (++seen === stopAt) stop.abort();
  };
  const watched = on === "entry" ? { onEntry: tick } : { progress: { start() {}, update: tick, stop() {} } };
  await expect(evolve(config, { directory, ...options, ...watched, signal: stop.signal })).rejects.toThrow(
    InterruptedError,
  );
  const broken = readEvolutionRecord(join(directory, "record.json"));
  expect(broken).toMatchObject({ status: "interrupted" });
  expect(broken.statusDetail).toMatch(/^stopped after \d+ of \d+ architectures$/);
  return evolve(config, { directory, ...options });
}

describe("evolve on a supernet", () => {
  it("scores every architecture as the supernet does, keeps to the budget, and leaks nothing", async () => {
    const costs = whole.history.map(({ genotype }) => totalCost(genotype).bops).sort((a, b) => a - b);
    const budget = costs[3] as number;
    expect(costs.at(-1)).toBeGreaterThan(budget);
    const before = tf.memory().numTensors;
    const config = onSupernet({ budget: { measure: "bops", value: budget } });
    const record = await evolve(config, { directory: folder(), search: searched });
    expect(tf.memory().numTensors - before).toBe(0);
    expect(record).toMatchObject({ status: "finished", space: found.config.space });
    expect(record.data).toMatchObject({ name: "synthetic", images: found.data.alphaImages });
    expect(record.history).toHaveLength(8);
    const genotypes = record.history.map(({ genotype }) => genotype);
    for (const genotype of genotypes) expect(totalCost(genotype).bops).toBeLessThanOrEqual(budget);
    const accuracies = await supernetAccuracies(found, searchFiles(searched).checkpoint, genotypes, {
      images: 0,
    });
    expect(record.history.map(({ fitness }) => fitness)).toEqual(accuracies);
    expect(new Set(accuracies).size).toBeGreaterThan(1);
    expect(accuracies[record.best as number]).toBe(Math.max(...accuracies));
    expect(record.best).toBe(accuracies.indexOf(Math.max(...accuracies)));
  });

  it("finds the best of a whole space, which is small enough to score every architecture of", async () => {
    // One stage of one cell with one edge: 3 primitives, depth 0 or 1, two widths.
    const directory = folder();
    const layout = { cellLayout: [0], reductionGroups: [] };
    const tiny = tinySearch({ ...quick, space: { ...tinySearch().space, ...layout } });
    const record = await search(tiny, { directory });
    const fitness = { kind: "supernet", search: record.configHash, images: 0 } as const;
    const all = { population: 60, sample: 1, evaluations: 60 };
    const everything = await evolve(evolutionConfig(fitness, all), {
      directory: folder(),
      search: directory,
    });
    const most = Math.max(...everything.history.map((entry) => entry.fitness));
    const config = evolutionConfig(fitness, { population: 5, sample: 3, evaluations: 25, seed: 1 });
    const evolved = await evolve(config, { directory: folder(), search: directory });
    expect(evolved.history[evolved.best as number]?.fitness).toBe(most);
  });

  it("stopped, or killed with part of its history on disk, goes on to what an unbroken evolution gives", async () => {
    const config = onSupernet();
    expect(numbers(await inTwoGoes(config, { search: searched }, 4, "entry"))).toEqual(numbers(whole));
    // As a killed process leaves it: some entries short, and still running.
    const directory = folder();
    mkdirSync(directory);
    writeFileSync(
      join(directory, "record.json"),
      JSON.stringify({ ...whole, status: "running", best: 0, history: whole.history.slice(0, 3) }),
    );
    const scored = vi.spyOn(SupernetScorer.prototype, "accuracy");
    const lengths: number[] = [];
    const onEntry = ({ history }: EvolutionRecord) => {
      lengths.push(history.length);
    };
    expect(numbers(await evolve(config, { directory, search: searched, onEntry }))).toEqual(numbers(whole));
    expect(lengths).toEqual([4, 5, 6, 7, 8]);
    expect(scored.mock.calls.length).toBeLessThanOrEqual(5);
    scored.mockClear();
    // Finished: nothing is done again, and the search is not even asked for.
    expect(numbers(await evolve(config, { directory }))).toEqual(numbers(whole));
    expect(scored).not.toHaveBeenCalled();
    scored.mockRestore();
    expect(
      numbers(await evolve(onSupernet({ seed: 1 }), { directory: folder(), search: searched })),
    ).not.toEqual(numbers(whole));
  });

  it("gives a model that says where it is from, and starts from the supernet's weights where that is asked for", async () => {
    const config = onSupernet();
    const record = whole;
    const model = evolvedModel(record, "evolved");
    expect(model).toMatchObject({
      kind: "genotype",
      name: "evolved",
      genotype: record.history[record.best as number]?.genotype,
      origin: { method: "evolution", recordHash: record.configHash, rule: config, epoch: null, seed: 0 },
    });
    const start = tinyTraining({ epochs: 1, start: "supernet", binarization: found.config.binarization });
    const trained = await train(start, model, {
      directory: folder(),
      supernetCheckpoint: searchFiles(searched).checkpoint,
    });
    expect(trained.status).toBe("finished");
    expect(evolutionText(record)).toMatch(
      /^fitness {3}[\d.]+ % of \d+ images of the alpha split of synthetic, with the supernet's weights[\s\S]*note {6}the best of many on the images it was chosen by/,
    );
  });
});

describe("evolve by short trainings", () => {
  it("stopped in the middle of a training goes on to what an unbroken evolution gives, and leaves no test image read", async () => {
    const config = byTraining();
    const directory = folder();
    const whole = await evolve(config, { directory });
    expect(whole).toMatchObject({ status: "finished", data: { name: "synthetic", images: 12 } });
    // Accuracies on 12 held-out images.
    for (const { fitness } of whole.history) expect(fitness * 12).toBeCloseTo(Math.round(fitness * 12), 9);
    expect(readdirSync(directory).sort()).toEqual(["record.json"]);
    // A training of 36 images has 5 steps; the 8th sign of progress lies in the second one.
    expect(numbers(await inTwoGoes(config, {}, 8, "progress"))).toEqual(numbers(whole));
    const alone = folder();
    const untested = await train(short, tinyModel(), { directory: alone, measureTests: false });
    expect(untested).toMatchObject({ status: "finished", tests: [] });
    expect(existsSync(join(alone, "last.safetensors"))).toBe(false);
  });

  const wild = tinyTraining({
    ...{ epochs: 2, validationShare: 0.25 },
    optimizer: { clipNorm: 0, method: "sgd", learningRate: 1e30 },
  });
  const diverging = evolutionConfig(
    { kind: "training", space, train: wild },
    { population: 2, evaluations: 2 },
  );

  it("gives a training that diverges fitness 0, and goes on", async () => {
    const record = await evolve(diverging, { directory: folder() });
    expect(record.history.map(({ fitness }) => fitness)).toEqual([0, 0]);
  });

  it("knows the data of the trainings before a stop, also where all that follow diverge", async () => {
    const directory = folder();
    const path = join(directory, "record.json");
    await evolve(diverging, { directory });
    const data = { name: "synthetic", note: "made up", images: 12 };
    rewriteRecord(path, ({ history: [first], ...record }) => ({
      ...{ ...record, status: "interrupted", data, best: 0 },
      history: [{ ...first, fitness: 0.5 }],
    }));
    const resumed = await evolve(diverging, { directory });
    expect(resumed.history.map(({ fitness }) => fitness)).toEqual([0.5, 0]);
    expect(resumed.data).toEqual(data);
    expect(readEvolutionRecord(path)).toEqual(resumed);
  });
});

describe("evolve refuses", () => {
  it("a folder of another evolution, and one that a live process works in", async () => {
    const directory = wholeAt;
    await expect(evolve(onSupernet({ sample: 3 }), { directory, search: searched })).rejects.toThrow(
      /record\.json: holds an evolution with other settings \([0-9a-f]{12}, these are [0-9a-f]{12}\)\. Choose another folder/,
    );
    const since = new Date().toISOString();
    writeFileSync(
      join(directory, "owner.lock"),
      JSON.stringify({ pid: process.ppid, host: hostname(), since }),
    );
    await expect(evolve(onSupernet(), { directory, search: searched })).rejects.toThrow(
      `evolve: ${directory} is in use by process ${process.ppid} on ${hostname()} since ${since}.`,
    );
  });

  it("a budget nobody reaches, and one that no draw meets", async () => {
    const run = (config: EvolutionConfig) => evolve(config, { directory: folder(), search: searched });
    await expect(run(onSupernet({ budget: { value: 10 } }))).rejects.toThrow(
      /^evolve: no architecture of its space reaches the budget of 10 bops; the cheapest costs \d+\./,
    );
    const least = Math.min(...whole.history.map(({ genotype }) => totalCost(genotype).bops));
    await expect(run(onSupernet({ budget: { value: least }, attempts: 1, seed: 3 }))).rejects.toThrow(
      'evolution: none of 1 random architectures stays within the budget. Raise the budget or "attempts"',
    );
  });

  it("no search, another one, one that is not finished or lost its weights, and other data", async () => {
    const run = (at?: string) =>
      evolve(onSupernet(), { directory: folder(), ...(at === undefined ? {} : { search: at }) });
    await expect(run()).rejects.toThrow(
      `evolve: fitness "supernet" needs the search with config ${found.configHash.slice(0, 12)}, got none. Give its folder.`,
    );
    const other = folder();
    await search(tinySearch({ seed: 9, epochs: 1, warmupEpochs: 0 }), { directory: other });
    await expect(run(other)).rejects.toThrow(
      `evolve: ${other}: expected the search with config ${found.configHash.slice(0, 12)}, got one with config `,
    );
    const path = join(other, "record.json");
    rewriteRecord(path, (stored) => ({ ...stored, status: "interrupted" }));
    await expect(run(other)).rejects.toThrow(
      `${other}: expected a finished search, whose weights no longer change, got one that is interrupted. Run it to its end first.`,
    );
    const bare = join(root, "bare.json");
    writeFileSync(bare, JSON.stringify(found));
    await expect(run(bare)).rejects.toThrow(
      `${join(root, "checkpoint.safetensors")}: expected the checkpoint of the search, which holds its supernet's weights, found none.`,
    );
    await expect(
      SupernetScorer.open(
        { ...found, data: { ...found.data, name: "MNIST" } },
        searchFiles(searched).checkpoint,
      ),
    ).rejects.toThrow("the search ran on MNIST, the data found now are synthetic. Provide the same data.");
  });

  it("to go on with fitness that was measured with another recalibration", async () => {
    expect([whole.schema, evolutionRecalibration(whole)]).toEqual([3, "augmented"]);
    const directory = folder();
    const path = join(directory, "record.json");
    mkdirSync(directory);
    const history = whole.history.slice(0, 3);
    const old = { ...whole, schema: 1, status: "interrupted", best: 0, history } as const;
    writeEvolutionRecord(path, old);
    await expect(evolve(onSupernet(), { directory, search: searched })).rejects.toThrow(
      `${path}: this evolution recalibrates batch norms as records of schema 1 do, schema 3 otherwise (data/records/README.md); ` +
        "its architectures would not compare. Choose another folder, or finish it with the version that began it (bars ",
    );
    const finished = { ...whole, schema: 1 } as const;
    writeEvolutionRecord(path, finished);
    expect(await evolve(onSupernet(), { directory })).toEqual(finished);
    expect(evolutionText(finished)).toContain(
      "with the supernet's weights, batch norms recalibrated by means over batches",
    );
    expect(evolutionText(whole)).toMatch(/with the supernet's weights, batch norms recalibrated\n/);
  });

  it("records that are none", async () => {
    const path = join(root, "odd.json");
    const record = whole;
    const written = (changes: object) => {
      writeFileSync(path, JSON.stringify({ ...record, ...changes }));
      return () => readEvolutionRecord(path);
    };
    expect(written({ kind: "bars.genotype" })).toThrow(
      'odd.json: expected kind "bars.evolution-record", got "bars.genotype".',
    );
    expect(written({ schema: 7 })).toThrow("odd.json: expected schema 3, got 7;");
    expect(written({ history: record.history.slice(1) })).toThrow(
      "odd.json: history[0] should have index 0, got 1; the list must be whole and in order.",
    );
    const [first] = record.history;
    const other = { ...first, genotype: { ...first?.genotype, schema: 2 } };
    expect(written({ history: [other] })).toThrow(
      "odd.json: history[0].genotype: schema must be 1, the only version this release reads, got 2;",
    );
    expect(() => evolvedModel({ ...record, best: null })).toThrow("has evaluated no architecture yet.");
  });
});
