import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { startBackend } from "../../lib/backend";
import type { Overrides } from "../../lib/config/check";
import type { TrainConfig } from "../../lib/config/trainConfig";
import type { TrainRecord } from "../../lib/records/trainRecord";
import { train } from "../../lib/train/train";
import { snapshotFile, trainFiles } from "../../lib/train/trainFiles";
import { readTensorFile, type StoredTensor } from "../../lib/util/tensorFile";
import { temporaryFolder } from "../helpers/tinySearch";
import { tinyModel, tinyTraining } from "../helpers/tinyTraining";

const root = temporaryFolder();
let next = 0;
const images = { dataset: "synthetic", trainImages: 16, testImages: 8 } as const;
/** Two epochs of two steps each. */
const base: Overrides<TrainConfig> = {
  data: images,
  epochs: 2,
  optimizer: { method: "sgd", learningRate: 0.05, clipNorm: 0 },
};

interface Outcome {
  readonly record: TrainRecord;
  /** Weights after the last epoch, by name. */
  readonly weights: ReadonlyMap<string, StoredTensor>;
  /** Those after the first epoch, where they are kept. */
  readonly first: () => ReadonlyMap<string, StoredTensor>;
}

async function outcomeOf(overrides: Overrides<TrainConfig> = {}): Promise<Outcome> {
  const directory = join(root, `run${next++}`);
  const config = tinyTraining({
    ...base,
    ...overrides,
    optimizer: { ...base.optimizer, ...overrides.optimizer },
  });
  const record = await train(config, tinyModel(), { directory });
  const weightsOf = (file: string) => readTensorFile(file).tensors;
  return {
    record,
    weights: weightsOf(trainFiles(directory).last),
    first: () => weightsOf(snapshotFile(directory, 0)),
  };
}

const losses = ({ record }: Outcome) => record.epochs.map(({ trainLoss }) => trainLoss);
/** Names of the parameters whose values differ. */
const moved = (a: Outcome, b: Outcome) =>
  [...a.weights.keys()].filter(
    (name) =>
      name.startsWith("weights/") &&
      a.weights.get(name)?.values.join() !== b.weights.get(name)?.values.join(),
  );

let plain: Outcome;
beforeAll(async () => {
  // One graph a step for each setting: an engine that compiles takes longer for that than for the steps.
  await startBackend("wasm");
  plain = await outcomeOf();
});

describe("every setting reaches the training: changed alone, it changes what is learnt", () => {
  it("and nothing changed changes nothing", async () => {
    const again = await outcomeOf();
    expect(losses(again)).toEqual(losses(plain));
    expect(moved(again, plain)).toEqual([]);
  });

  it.each<[string, Overrides<TrainConfig>]>([
    ["label smoothing", { labelSmoothing: 0.2 }],
    ["cutout", { data: { ...images, augment: { cutout: 16 } } }],
    ["drop path", { dropPath: 0.5 }],
    ["an auxiliary classifier", { auxiliaryWeight: 0.4 }],
    ["distillation from a teacher", { distillation: { method: "soft_labels", teacherEpochs: 1 } }],
    ["binary activations first", { twoStep: { firstEpochs: 1 } }],
  ])("%s, from the first epoch's loss on", async (_, overrides) => {
    expect(losses(await outcomeOf(overrides))[0]).not.toBe(losses(plain)[0]);
  });

  it.each<[string, Overrides<TrainConfig>, Overrides<TrainConfig>]>([
    ["clipping", {}, { optimizer: { clipNorm: 0.1 } }],
    ["momentum", {}, { optimizer: { momentum: 0 } }],
    ["Adam instead of SGD", {}, { optimizer: { method: "adam" } }],
    [
      "Bop instead of SGD",
      { binarization: { weight: "sign" } },
      { binarization: { weight: "sign" }, optimizer: { method: "bop", bopThreshold: 1e-4, bopGamma: 0.1 } },
    ],
    [
      "warm-up of the rate",
      {},
      { optimizer: { learningRate: { kind: "warmup", epochs: 1, from: 0.01, after: 0.05 } } },
    ],
    [
      "the schedule of EDE's slope",
      { binarization: { activation: "ede", edeT: 1 } },
      { binarization: { activation: "ede", edeT: { kind: "log_linear", from: 1, to: 10 } } },
    ],
    ["the schedule of drop path", { dropPath: 0.5 }, { dropPath: { kind: "linear", from: 0.5, to: 0.1 } }],
  ])("%s", async (_, before, after) => {
    const [a, b] = [await outcomeOf(before), await outcomeOf(after)];
    expect(moved(a, b).length).toBeGreaterThan(3);
  });
});

describe("weight decay", () => {
  /** One step on all images: nothing but the decay can have moved a weight. */
  const step = { epochs: 1, batchSize: 16 } as const;
  const latents = (names: readonly string[]) => names.filter((name) => name.endsWith(".latent"));

  it("shrinks real kernels and the classifier, and latent binary weights only where that is asked for", async () => {
    const without = await outcomeOf(step);
    const decayed = await outcomeOf({ ...step, optimizer: { weightDecay: 0.5 } });
    expect(moved(without, decayed).sort()).toEqual([
      "weights/extraStem.kernel",
      "weights/head.weight",
      "weights/stem.kernel",
    ]);
    const all = await outcomeOf({ ...step, optimizer: { weightDecay: 0.5, decayLatent: true } });
    expect(latents(moved(without, all))).toEqual(latents([...without.weights.keys()]));
    expect(latents(moved(without, all)).length).toBeGreaterThan(2);
  });

  it("of the first of two steps shrinks the kernels that are real in it", async () => {
    const twoStep = (firstWeightDecay: number): Overrides<TrainConfig> => ({
      ...step,
      optimizer: { learningRate: { kind: "steps", at: [[0, 0.05]] } },
      twoStep: { firstEpochs: 1, firstWeightDecay },
    });
    const [without, decayed] = [await outcomeOf(twoStep(0)), await outcomeOf(twoStep(0.5))];
    expect(latents(moved(without, decayed)).length).toBeGreaterThan(2);
  });
});

describe("a bound of latent weights", () => {
  const large = (weights: Outcome["weights"], bound: number) =>
    [...weights].filter(([, { values }]) => values.some((w) => Math.abs(w) > bound)).map(([name]) => name);
  const latents = (names: readonly string[]) => names.filter((name) => name.endsWith(".latent"));

  it("holds latent kernels within it, and no other parameter", async () => {
    const [free, held] = [await outcomeOf({}), await outcomeOf({ optimizer: { latentBound: 0.1 } })];
    expect(latents(large(free.weights, 0.1)).length).toBeGreaterThan(2);
    expect(latents(large(held.weights, 0.1001))).toEqual([]);
    expect(large(held.weights, 0.1001)).toContain("weights/stem.kernel");
  });

  it("leaves the kernels of the first of two steps free, which are real in it, and holds those of the second", async () => {
    const { first, weights } = await outcomeOf({
      epochs: 1,
      twoStep: { firstEpochs: 1 },
      snapshotEpochs: [0],
      optimizer: { latentBound: 0.1 },
    });
    expect(latents(large(first(), 0.1001)).length).toBeGreaterThan(2);
    expect(latents(large(weights, 0.1001))).toEqual([]);
  });
});

describe("recalibration of batch norms", () => {
  it("changes statistics and test results, and not the training", async () => {
    const anew = await outcomeOf({ evaluation: { recalibrationBatches: 1 } });
    expect(losses(anew)).toEqual(losses(plain));
    expect(moved(anew, plain)).toEqual([]);
    expect(anew.record.tests[0]).toMatchObject({ recalibrated: true });
    expect(anew.record.tests[0]?.loss).not.toBe(plain.record.tests[0]?.loss);
  });
});
