import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { startBackend, tf } from "../../lib/backend";
import { searchConfig } from "../../lib/config/searchConfig";
import { deriveInputOf } from "../../lib/derive/alphasAt";
import { derive } from "../../lib/derive/derive";
import { alphasRest, clearlyPositive } from "../../lib/search/alphaStart";
import { deriveByPerturbation } from "../../lib/search/deriveByPerturbation";
import { search } from "../../lib/search/search";
import { searchFiles } from "../../lib/search/searchFiles";
import { mixtureLoss, rowsOf, rowWithout, strengthsOf } from "../../lib/search/strengths";
import { SupernetScorer } from "../../lib/search/supernetScorer";
import type { Alphas } from "../../lib/space/alphas";
import { epochNumbers } from "../helpers/epochNumbers";
import { temporaryFolder, tinySearch } from "../helpers/tinySearch";

beforeAll(async () => {
  await startBackend();
});

const root = temporaryFolder();

describe("strengthsOf", () => {
  const weights: Alphas = {
    cells: [
      [
        [0.5, 0.3, 0.2],
        [1, 0, 0],
      ],
    ],
    depth: [[0.4, 0.6], []],
    width: [[], []],
  };
  /** A loss that is a sum over rows, so that strengths can be counted by hand. */
  const costs = [3, 2, 1];
  const loss = async ({ cells, depth }: Alphas) =>
    (cells[0] ?? []).flat().reduce((sum, p, i) => sum + p * (costs[i % 3] as number), 0) +
    10 * (depth[0]?.[1] ?? 0);

  it("are what leaving a choice out costs, the others sharing its weight", async () => {
    const { cells, depth } = await strengthsOf(weights, loss, "drop");
    // Row 0 costs 2.3; without none 1.6, without skip (1.5 + 0.2) / 0.7, without the convolution (1.5 + 0.6) / 0.8.
    const expected = [1.6 - 2.3, 1.7 / 0.7 - 2.3, 2.1 / 0.8 - 2.3];
    cells[0]?.[0]?.forEach((value, k) => {
      expect(value).toBeCloseTo(expected[k] as number, 9);
    });
    // A choice that has all the weight leaves it to the others alike.
    expect(cells[0]?.[1]?.[0]).toBeCloseTo(1.5 - 3, 9);
    expect(depth[0]?.[0]).toBeCloseTo(10 - 6, 9);
    expect(depth[1]).toEqual([]);
  });

  it("or what deciding for it gains", async () => {
    const { cells, depth } = await strengthsOf(weights, loss, "keep");
    expect(cells[0]?.[0]?.[2]).toBeCloseTo(2.3 - 1, 9);
    expect(depth[0]?.[1]).toBeCloseTo(6 - 10, 9);
  });

  it("ask once for every choice of every row", async () => {
    let asked = 0;
    await strengthsOf(weights, loss, "drop", () => void asked++);
    expect(asked).toBe(8);
    expect(rowsOf(weights)).toHaveLength(3);
    expect(rowWithout([0.5, 0.5, 0], (k) => k === 0)).toEqual([0, 1, 0]);
  });
});

describe("mixtureLoss", () => {
  it("is a mean over images: a last batch of one counts as one", async () => {
    const directory = join(root, "uneven");
    const record = await search(tinySearch({ epochs: 1, warmupEpochs: 0 }), { directory });
    const of = async (images: number) => {
      const scorer = await SupernetScorer.open(record, searchFiles(directory).checkpoint, { images });
      const batches = await scorer.tensors();
      const weights = scorer.probabilities(record.startAlphas);
      const loss = (own: typeof batches) => mixtureLoss(scorer.supernet, own, { edeT: 1 })(weights);
      const each: number[] = [];
      for (const batch of batches) each.push(await loss([batch]));
      const all = await loss(batches);
      tf.dispose(batches.flatMap((batch) => [batch.images, batch.labels]));
      scorer.dispose();
      return { all, each, sizes: batches.map(({ labels }) => labels.size) };
    };
    const uneven = await of(17);
    expect(uneven.sizes).toEqual([8, 8, 1]);
    const [a, b, c] = uneven.each as [number, number, number];
    expect(uneven.all).toBeCloseTo((8 * a + 8 * b + c) / 17, 5);
    expect(uneven.all).not.toBeCloseTo((a + b + c) / 3, 5);
    const even = await of(16);
    expect(even.all).toBe(Math.fround(Math.fround((even.each[0] as number) + (even.each[1] as number)) / 2));
  });
});

describe("rule perturb", () => {
  const cost = { method: "multiplier", measure: "bops", budget: 2e4 } as const;
  const directory = join(root, "judged");

  it("derives within the budget by the supernet's losses, the same each time, and leaks nothing", async () => {
    const record = await search(tinySearch({ cost, epochs: 2 }), { directory });
    const before = tf.memory().numTensors;
    const found = await deriveByPerturbation(directory, { judge: "keep" });
    expect(tf.memory().numTensors).toBe(before);
    expect(found).toEqual(await deriveByPerturbation(directory, { judge: "keep" }));
    expect(found.cost.bops).toBeLessThanOrEqual(2e4);
    expect(found.rule).toMatchObject({ rule: "perturb", judge: "keep", measure: "bops", budget: 2e4 });
    const free = await deriveByPerturbation(directory, { budget: null });
    expect(free.held?.budget).toBeNull();
    expect(() => derive(deriveInputOf(record), "perturb")).toThrow(
      'derive: rule "perturb" judges choices by the supernet\'s loss and needs the checkpoint of the search, got none. Use deriveByPerturbation with the folder of the run, or `bars derive <folder>`.',
    );
  });

  it("says what is wrong before it measures anything", async () => {
    const bad = (options: object) => deriveByPerturbation(directory, options);
    await expect(bad({ judge: "guess" })).rejects.toThrow(
      'derive: rule "perturb": judge must be one of drop, keep, got "guess".',
    );
    await expect(bad({ budget: 1 })).rejects.toThrow(
      'derive: rule "perturb": no architecture of this space costs at most 1 BOPs an image; the cheapest one costs',
    );
    await expect(deriveByPerturbation(join(root, "nowhere"))).rejects.toThrow(
      'checkpoint.safetensors: rule "perturb" judges choices by the supernet\'s loss and needs the checkpoint of the search, found none. Use the folder the search ran in, or a rule that needs no checkpoint.',
    );
  });
});

describe("a search held by a multiplier", () => {
  const cost = { method: "multiplier", measure: "bops", budget: 3e4 } as const;

  it("has its budget as expected cost after every epoch that moves alphas, and no penalty", async () => {
    const record = await search(tinySearch({ cost }), { directory: join(root, "held") });
    const [warm, ...others] = record.epochs;
    expect(Math.abs((warm?.expectedCost.bops ?? 0) / 3e4 - 1)).toBeGreaterThan(0.05);
    for (const { expectedCost, alphaLoss } of others) {
      expect(expectedCost.bops / 3e4).toBeCloseTo(1, 4);
      expect(alphaLoss?.costPenalty).toBe(0);
    }
  });
});

describe("alphas that start when convolutions count", () => {
  const alphaStart = { when: "convolutions_count", latest: 0.75, batches: 1 } as const;
  const config = tinySearch({ epochs: 4, alphaStart, weightOptimizer: { learningRate: 0 } });

  it("rest while they do not, at the latest until their share of the epochs", async () => {
    const record = await search(config, { directory: join(root, "start") });
    const moving = record.epochs.map(
      ({ alphas }) => JSON.stringify(alphas) !== JSON.stringify(record.startAlphas),
    );
    expect(record.epochs.map(({ warmup }) => warmup)).toEqual(moving.map((moves) => !moves));
    expect(moving.at(-1)).toBe(true);
    // Once they move they go on.
    expect([...moving].sort()).toEqual(moving);
    expect(record.epochs.map(({ alphaLoss }) => alphaLoss === null)).toEqual(moving.map((moves) => !moves));
  });

  it("go on bit-identically where the search was stopped within an epoch", async () => {
    const whole = await search(config, { directory: join(root, "start") });
    const stop = new AbortController();
    let steps = 0;
    const directory = join(root, "start-stopped");
    const onStep = () => void (++steps === 5 && stop.abort());
    await expect(search(config, { directory, signal: stop.signal, onStep })).rejects.toThrow(
      /^search: stopped/,
    );
    expect(epochNumbers(await search(config, { directory }))).toEqual(epochNumbers(whole));
  });

  it("rest on where pruning writes into them", async () => {
    const still = { ...config, epochs: 4, alphaStart: { ...alphaStart, latest: 1 } };
    const directory = join(root, "start-pruned");
    const pruned = searchConfig({ ...still, strategies: { pruning: { stages: [[1, 2]] } } });
    const context = { config: pruned } as never;
    const state = (alphas: Alphas, step: number) =>
      ({ alphas: { values: () => alphas }, startAlphas: start, position: { epoch: 2, step } }) as never;
    const start: Alphas = { cells: [[[0.1, 0.2, 0.3]]], depth: [[0, 0]], width: [[]] };
    const settings = {} as never;
    const fallen = { ...start, cells: [[[-1000, 0.2, 0.3]]] };
    expect(await alphasRest(context, state(fallen, 1), settings)).toBe(true);
    expect(await alphasRest(context, state({ ...fallen, depth: [[0, 0.1]] }, 1), settings)).toBe(false);
    expect(await alphasRest(context, state({ ...start, cells: [[[-1000, 0.2, 0.4]]] }, 1), settings)).toBe(
      false,
    );
    const whole = await search(still, { directory: join(root, "start-unpruned") });
    expect(whole.epochs.map(({ warmup }) => warmup)).toEqual([true, true, true, true]);
    const record = await search(pruned, { directory });
    expect(record.epochs[1]?.warmup).toBe(true);
  });

  it("take a difference for clear from two standard errors on", () => {
    expect(clearlyPositive([1, 2, 3])).toBe(true);
    expect(clearlyPositive([-1, 2, 3])).toBe(false);
    expect(clearlyPositive([-2, -1])).toBe(false);
    expect(clearlyPositive([0.1])).toBe(true);
    expect(clearlyPositive([])).toBe(true);
  });

  it("is left out of settings at its defaults, and refused with a share beyond 1", () => {
    expect(searchConfig({ alphaStart: { when: "warmup_ends" } })).toEqual(searchConfig());
    expect(config.alphaStart).toEqual(alphaStart);
    expect(() => searchConfig({ alphaStart: { latest: 2 } })).toThrow(
      "searchConfig.alphaStart: latest must be a finite number in [0, 1], got 2.",
    );
    expect(() =>
      searchConfig({ mixture: { emptyNodes: "by_share" }, binarization: { blockOrder: "conv_bn_relu" } }),
    ).toThrow(
      'searchConfig.mixture: emptyNodes must be "rescaled" where binarization.blockOrder is "conv_bn_relu", whose batch norm stands behind the convolution, got "by_share".',
    );
  });
});
