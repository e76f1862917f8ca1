import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { startBackend } from "../../lib/backend";
import { readSearchRecord } from "../../lib/records/searchRecordFile";
import { search } from "../../lib/search/search";
import { searchFiles } from "../../lib/search/searchFiles";
import { SearchState } from "../../lib/search/searchState";
import { readTensorFile } from "../../lib/util/tensorFile";
import { epochNumbers } from "../helpers/epochNumbers";
import { temporaryFolder, tinySearch } from "../helpers/tinySearch";

beforeAll(async () => {
  await startBackend();
});

const root = temporaryFolder();
const folder = (name: string) => join(root, name);

/** Strategies of every kind at once. */
const combined = {
  data: { dataset: "synthetic", trainImages: 32, testImages: 8 },
  space: {
    initChannels: 4,
    cellLayout: [0, 1, 0],
    steps: 1,
    widthChoices: [0.5, 1],
    cellShortcut: "avg_pool",
  },
  samplers: { cell: { method: "plain_sigmoid" } },
  entropy: { cell: { kind: "linear", from: -0.1, to: 0.1 } },
  diagnostics: { recalibrationBatches: 1, eigenvalueEvery: 2, eigenvalueImages: 8, eigenvalueIterations: 2 },
  strategies: {
    skipDropout: { kind: "linear", from: 0.5, to: 0 },
    auxiliarySkip: { kind: "linear", from: 1, to: 0 },
    partialChannels: { divisor: 2, edgeNormalization: true },
    zeroOne: { coefficient: 1 },
    perturbation: { method: "adversarial", steps: 2 },
    biSampling: { depth: true, width: true },
    pruning: { stages: [[2, 2]] },
  },
} as const;

describe("strategies together", () => {
  it("an interrupted search with many strategies goes on bit-identically, and records what it measured", async () => {
    const config = tinySearch(combined);
    const whole = await search(config, { directory: folder("combined") });
    const stop = new AbortController();
    let steps = 0;
    const progress = {
      start() {},
      stop() {},
      update: (_: number, figures?: object) => figures && ++steps === 3 && stop.abort(),
    };
    const directory = folder("combined-stopped");
    await expect(
      search(config, { directory, signal: stop.signal, progress: progress as never }),
    ).rejects.toThrow(/^search: stopped in epoch 2 after step 1/);
    expect(epochNumbers(await search(config, { directory }))).toEqual(epochNumbers(whole));
    const [first, second, last] = whole.epochs;
    expect([first?.eigenvalue, typeof second?.eigenvalue]).toEqual([null, "number"]);
    expect(first?.genotypeChanges).toBeNull();
    expect(last?.genotypeChanges).toBeGreaterThanOrEqual(0);
    expect(last?.discretizationGap).toBeCloseTo(
      (last?.supernetAccuracy as number) - (last?.derivedAccuracy as number),
      9,
    );
    const sums = [...(last?.layout?.depth ?? []), ...(last?.layout?.width ?? [])]
      .filter((row) => row.length > 0)
      .map((row) => row.reduce((a, b) => a + b, 0));
    expect(sums.length).toBeGreaterThan(0);
    for (const sum of sums) expect(sum).toBeCloseTo(1, 6);
    const pruned = last?.alphas.cells.flat().map((row) => row.filter((a) => a <= -500).length);
    expect(new Set(pruned)).toEqual(new Set([config.space.primitives.length - 2]));
  });

  it("path sampling trains the weights of chosen operations, and moves alphas", async () => {
    const record = await search(
      tinySearch({
        samplers: { cell: { method: "path", temperature: { kind: "linear", from: 5, to: 0.5 } } },
      }),
      { directory: folder("path") },
    );
    expect(record.epochs.at(-1)?.alphas).not.toEqual(record.startAlphas);
  });
});

describe("eigenvalue stop and rollback (R-DARTS)", () => {
  // Any growth at all counts, so that a few epochs of a tiny search suffice.
  const watch = (method: "stop" | "adapt") =>
    tinySearch({
      epochs: 4,
      warmupEpochs: 0,
      alphaOptimizer: { learningRate: 0.3 },
      diagnostics: {
        recalibrationBatches: 1,
        eigenvalueEvery: 1,
        eigenvalueImages: 8,
        eigenvalueIterations: 2,
      },
      strategies: {
        eigenvalueStop: { method, window: 1, ratio: 1.000001, delta: 1, startEpoch: 1, maxDecay: 1e-3 },
      },
    });

  it("stop: ends the search; the architecture, and its test, are those of the epoch before the growth", async () => {
    const config = watch("stop");
    const record = await search(config, { directory: folder("stop") });
    const values = record.epochs.map(({ eigenvalue }) => Math.abs(eigenvalue as number));
    const at = values.findIndex((value, e) => e >= 1 && value / (values[e - 1] as number) > 1.000001);
    expect(at).toBeGreaterThan(0);
    expect(record.epochs).toHaveLength(at + 1);
    expect(record.chosen?.epoch).toBe(at - 1);
    expect(record.chosen?.reason).toBe(
      `the dominant eigenvalue grew by more than 1.000001 from epoch ${at} to epoch ${at + 1}; the architecture is that of epoch ${at}`,
    );
    expect(record.status).toBe("finished");
    expect(await search(config, { directory: folder("stop") })).toEqual(record);
  });

  it("adapt: goes back with more weight decay up to a limit, then on to the end, and leaves no states behind", async () => {
    const config = watch("adapt");
    const directory = folder("adapt");
    const record = await search(config, { directory });
    expect(record.rollbacks.length).toBeGreaterThan(0);
    let decay = config.weightOptimizer.weightDecay;
    for (const { from, to, weightDecay } of record.rollbacks) {
      expect(to).toBe(from - 1);
      expect(weightDecay).toBeCloseTo(Math.min(3 * decay, 1e-3), 12);
      decay = weightDecay;
    }
    expect(decay).toBeLessThanOrEqual(1e-3);
    expect(record.epochs.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3]);
    expect(
      JSON.parse(readTensorFile(searchFiles(directory).checkpoint).metadata["weightDecay"] as string),
    ).toBe(decay);
    expect(readdirSync(directory).filter((name) => name.includes("epoch"))).toEqual([]);
    expect(existsSync(searchFiles(directory).checkpoint)).toBe(true);
  });

  it.each([
    ["stop", "it has chosen an epoch, before the checkpoint is written"],
    ["adapt", "it has gone back, between the checkpoint and the record"],
  ] as const)("%s: killed when %s, goes on to the same end", async (method, _moment) => {
    const config = watch(method);
    const whole = await search(config, { directory: folder(method) });
    const directory = folder(`${method}-killed`);
    const { record, checkpoint } = searchFiles(directory);
    const { save } = SearchState.prototype;
    const saving = vi.spyOn(SearchState.prototype, "save").mockImplementation(async function (
      this: SearchState,
      ...to: Parameters<typeof save>
    ) {
      if (readSearchRecord(record).chosen !== null) throw new Error("killed");
      await save.apply(this, to);
      if (this.weightDecay > config.weightOptimizer.weightDecay) throw new Error("killed");
    });
    await expect(search(config, { directory })).rejects.toThrow("killed");
    saving.mockRestore();
    const resumed = await search(config, { directory });
    expect([resumed.chosen, resumed.rollbacks]).toEqual([whole.chosen, whole.rollbacks]);
    expect(epochNumbers(resumed)).toEqual(epochNumbers(whole));
    expect(readTensorFile(checkpoint)).toEqual(readTensorFile(searchFiles(folder(method)).checkpoint));
  });
});
