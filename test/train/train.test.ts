import { existsSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { startBackend, tf } from "../../lib/backend";
import type { Overrides } from "../../lib/config/check";
import type { TrainConfig } from "../../lib/config/trainConfig";
import { Network } from "../../lib/network/network";
import type { NetworkPass } from "../../lib/network/trainable";
import { genotypeModel } from "../../lib/records/modelSpec";
import type { TrainRecord } from "../../lib/records/trainRecord";
import { readTrainRecord } from "../../lib/records/trainRecordFile";
import { train, trainHash } from "../../lib/train/train";
import { trainedNetwork } from "../../lib/train/trainedNetwork";
import { trainFiles } from "../../lib/train/trainFiles";
import { InterruptedError } from "../../lib/util/errors";
import { readTensorFile } from "../../lib/util/tensorFile";
import { rewriteRecord } from "../helpers/rewriteRecord";
import { temporaryFolder } from "../helpers/tinySearch";
import { tinyModel, tinyTraining, trainNumbers } from "../helpers/tinyTraining";

const root = temporaryFolder();
const model = tinyModel();
let next = 0;
const folder = () => join(root, `run${next++}`);
beforeAll(async () => {
  await startBackend();
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Trains, stopping at the `stopAt`-th sign of progress, and then goes on to the end. */
async function trainedInTwoGoes(config: TrainConfig, stopAt: number): Promise<TrainRecord> {
  const directory = folder();
  const stop = new AbortController();
  let steps = 0;
  const progress = {
    start() {},
    update() {
      if (++steps === stopAt) stop.abort();
    },
    stop() {},
  };
  await expect(train(config, model, { directory, progress, signal: stop.signal })).rejects.toThrow(
    InterruptedError,
  );
  expect(readTrainRecord(trainFiles(directory).record).status).toBe("interrupted");
  return train(config, model, { directory });
}

const few = { dataset: "synthetic", trainImages: 24, testImages: 10 } as const;
/** Settings, and the step a run is stopped after; `few` images make three steps an epoch. */
const variants: Record<string, [Overrides<TrainConfig>, number]> = {
  "Adam with a held-out share": [{ validationShare: 0.25 }, 8],
  "SGD, per step, clipped, smoothed, with drop path and cutout": [
    {
      optimizer: { method: "sgd", rateChanges: "step", weightDecay: 1e-3 },
      dropPath: { kind: "linear", from: 0.3, to: 0 },
      labelSmoothing: 0.1,
      data: { ...few, augment: { cutout: 8 } },
    },
    4,
  ],
  Bop: [
    {
      optimizer: { method: "bop", bopThreshold: 1e-4, bopGamma: 0.1 },
      binarization: { weight: "sign" },
      data: few,
    },
    5,
  ],
  "two steps with EDE, stopped in the second": [
    { twoStep: { firstEpochs: 1 }, binarization: { activation: "ede" }, epochs: 2, data: few },
    5,
  ],
  "parts of a batch, recalibrated": [
    { microBatch: 4, evaluation: { recalibrationBatches: 2, testEvery: 2 }, data: few },
    2,
  ],
  "an auxiliary head": [{ auxiliaryWeight: 0.4, epochs: 1, data: few }, 2],
};

describe.each(Object.entries(variants))("train, %s", (_, [overrides, stopAt]) => {
  const config = tinyTraining({ ...overrides, checkpointSteps: 2 });

  it("is bit-identical after a stop in the middle of an epoch, leaks nothing and measures what it keeps", async () => {
    const before = tf.memory().numTensors;
    const directory = folder();
    const whole = await train(config, model, { directory });
    expect(tf.memory().numTensors - before).toBe(0);
    expect(whole.status).toBe("finished");
    expect(whole.epochs.length).toBe(config.epochs + config.twoStep.firstEpochs);
    expect(whole.epochs.every(({ trainLoss }) => Number.isFinite(trainLoss))).toBe(true);
    expect(trainNumbers(await trainedInTwoGoes(config, stopAt))).toEqual(trainNumbers(whole));
    const { network, epoch, recalibrated } = await trainedNetwork(directory, "last");
    expect({ epoch, recalibrated }).toEqual({
      epoch: whole.epochs.length - 1,
      recalibrated: config.evaluation.recalibrationBatches > 0,
    });
    const result = tf.tidy(() =>
      network.outputs(tf.zeros([1, 32, 32, 3]), { training: false, edeT: 1 }).logits.dataSync(),
    );
    expect(result.every(Number.isFinite)).toBe(true);
    network.dispose();
  });
});

describe("train", () => {
  it("returns a finished record again without training, and tells seeds apart", async () => {
    const directory = folder();
    const config = tinyTraining({ epochs: 1 });
    const record = await train(config, model, { directory });
    const outputs = vi.spyOn(Network.prototype, "outputs");
    expect(await train(config, model, { directory })).toEqual(record);
    expect(outputs).not.toHaveBeenCalled();
    outputs.mockRestore();
    const other = await train(tinyTraining({ epochs: 1, seed: 1 }), model, { directory: folder() });
    expect(other.epochs[0]?.trainLoss).not.toBe(record.epochs[0]?.trainLoss);
    expect(other.data).toEqual(record.data);
  });

  it("writes what a reader of the record needs to know", async () => {
    const record = await train(tinyTraining({ validationShare: 0.25, evaluation: { testEvery: 2 } }), model, {
      directory: folder(),
    });
    expect(record.data).toMatchObject({ trainImages: 36, validationImages: 12, testImages: 20 });
    expect(record.configHash).toBe(trainHash(record.config, record.model));
    expect(record.epochs.map(({ test }) => test !== null)).toEqual([false, true, true]);
    expect(record.epochs.every(({ validation }) => validation?.images === 12)).toBe(true);
    expect(record.epochs[0]).toMatchObject({ phase: 2, learningRate: 0.01, microBatch: 8 });
    const best = Math.max(...record.epochs.map(({ validation }) => validation?.accuracy ?? 0));
    expect(record.best?.accuracy).toBe(best);
    expect(record.best?.epoch).toBe(
      record.epochs.findIndex(({ validation }) => validation?.accuracy === best),
    );
    expect(record.tests.map(({ checkpoint, which, epoch }) => [checkpoint, which, epoch])).toEqual([
      ["last", "all", 2],
      ["best", "all", record.best?.epoch],
    ]);
    // Measured once in the loop and once at the end, by the same network: nothing was recalibrated.
    expect(record.tests[0]?.accuracy).toBe(record.epochs[2]?.test?.accuracy);
    for (const { images, correct, accuracy, interval } of record.tests) {
      expect(accuracy).toBe(correct / images);
      expect(interval[0]).toBeLessThanOrEqual(accuracy);
      expect(interval[1]).toBeGreaterThanOrEqual(accuracy);
    }
  });

  it("leaves the weights of the best epoch, not those of the last one", async () => {
    const directory = folder();
    // A rate that ruins what the first epochs learnt.
    const ruin = {
      kind: "steps",
      at: [
        [0, 0.01],
        [2, 3],
      ],
    } as const;
    const config = tinyTraining({ validationShare: 0.5, epochs: 4, optimizer: { learningRate: ruin } });
    const record = await train(config, model, { directory });
    const [last, best] = [trainFiles(directory).last, trainFiles(directory).best].map((path) =>
      readTensorFile(path),
    );
    expect(best?.metadata["epoch"]).toBe(String(record.best?.epoch));
    expect(last?.metadata["epoch"]).toBe("3");
    if (record.best?.epoch !== 3)
      expect(best?.tensors.get("weights/head.weight")).not.toEqual(last?.tensors.get("weights/head.weight"));
    expect(existsSync(trainFiles(directory).checkpoint)).toBe(false);
  });

  it("keeps kernels real in the first of two steps, drops the optimizer's memory and carries the weights over", async () => {
    const seen: (boolean | undefined)[] = [];
    const outputs = Network.prototype.outputs;
    vi.spyOn(Network.prototype, "outputs").mockImplementation(function (
      this: Network,
      images,
      pass: NetworkPass,
    ) {
      if (pass.training) seen.push(pass.binaryWeights);
      return outputs.call(this, images, pass);
    });
    const directory = folder();
    const stop = new AbortController();
    const config = tinyTraining({ twoStep: { firstEpochs: 1 }, epochs: 1 });
    const after: TrainRecord[] = [];
    await expect(
      train(config, model, {
        directory,
        signal: stop.signal,
        onEpoch: (record) => {
          after.push(record);
          stop.abort();
        },
      }),
    ).rejects.toThrow("train: stopped in epoch 2 after step 0; everything is saved.");
    expect(after[0]?.epochs.map(({ phase }) => phase)).toEqual([1]);
    const { tensors } = readTensorFile(trainFiles(directory).checkpoint);
    expect([...tensors.keys()].filter((name) => name.startsWith("optimizer/"))).toEqual([]);
    const record = await train(config, model, { directory });
    expect(record.epochs.map(({ phase }) => phase)).toEqual([1, 2]);
    // A step that is replayed is not called; what is called keeps kernels real first and binarizes them after.
    expect(new Set(seen)).toEqual(new Set([false, true]));
    expect(seen).toEqual([...seen].sort());
  });

  it("trains a teacher first, which students of several seeds may share", async () => {
    const directory = folder();
    const distillation = { method: "hinton", teacherEpochs: 1 } as const;
    const config = tinyTraining({ epochs: 1, distillation });
    const record = await train(config, model, { directory });
    const teacher = readTrainRecord(trainFiles(join(directory, "teacher")).record);
    expect(teacher.config).toMatchObject({
      epochs: 1,
      seed: 0,
      distillation: { method: "none" },
      binarization: { weight: "identity", activation: "identity" },
    });
    expect(record.teacher).toEqual({
      configHash: teacher.configHash,
      name: teacher.model.name,
      testAccuracy: teacher.tests[0]?.accuracy,
    });
    const plain = await train(tinyTraining({ epochs: 1 }), model, { directory: folder() });
    expect(record.epochs[0]?.trainLoss).not.toBe(plain.epochs[0]?.trainLoss);
    const written = teacher.updatedAt;
    const second = await train(tinyTraining({ epochs: 1, distillation, seed: 5 }), tinyModel("other name"), {
      directory: folder(),
      teacherDirectory: join(directory, "teacher"),
    });
    expect(second.teacher).toEqual(record.teacher);
    expect(readTrainRecord(trainFiles(join(directory, "teacher")).record).updatedAt).toBe(written);
  });

  it("says what makes a model where plain JavaScript gives a genotype as it is", async () => {
    await expect(train(tinyTraining(), model.genotype as never, { directory: folder() })).rejects.toThrow(
      'train: the model must be of kind "genotype" or "baseline", got "bars.genotype". Of a genotype genotypeModel(genotype) makes one.',
    );
  });

  it("stops at a loss that is not finite and keeps the last good checkpoint", async () => {
    const directory = folder();
    const at = [
      [0, 0.01],
      [1, 1e30],
    ] as const;
    const config = tinyTraining({
      optimizer: { clipNorm: 0, method: "sgd", learningRate: { kind: "steps", at } },
    });
    await expect(train(config, model, { directory })).rejects.toThrow(
      /^train: .* became (NaN|Infinity|-Infinity) .*What was saved of earlier epochs is kept; lower the learning rate/,
    );
    const record = readTrainRecord(trainFiles(directory).record);
    expect(record.status).toBe("diverged");
    expect(record.statusDetail).toMatch(/became/);
    expect(record.epochs.length).toBe(1);
    const { tensors, metadata } = readTensorFile(trainFiles(directory).checkpoint);
    expect(JSON.parse(metadata["position"] as string).epoch).toBe(1);
    expect([...tensors.values()].every(({ values }) => values.every(Number.isFinite))).toBe(true);
  });

  describe("when memory runs out", () => {
    /** Fails as engines do for more images at once than `most`. */
    function limitImages(most: number): void {
      const outputs = Network.prototype.outputs;
      vi.spyOn(Network.prototype, "outputs").mockImplementation(function (
        this: Network,
        images,
        pass: NetworkPass,
      ) {
        if (pass.training && images.shape[0] > most)
          throw new Error("Non-zero status code: Failed to allocate memory for requested buffer of size 99");
        return outputs.call(this, images, pass);
      });
    }

    it("halves what is computed at once where that is allowed, as if it had been set so", async () => {
      const directory = folder();
      limitImages(3);
      const before = tf.memory().numTensors;
      const record = await train(tinyTraining({ allowSmallerBatches: true }), model, { directory });
      expect(tf.memory().numTensors - before).toBe(0);
      expect(record.statusDetail).toBe("memory ran out at 4 images at once; goes on with 2");
      expect(record.epochs.map(({ microBatch }) => microBatch)).toEqual([2, 2, 2]);
      vi.restoreAllMocks();
      const small = await train(tinyTraining({ microBatch: 2 }), model, { directory: folder() });
      expect(record.epochs.map(({ trainLoss }) => trainLoss)).toEqual(
        small.epochs.map(({ trainLoss }) => trainLoss),
      );
    });

    it("else says what to do", async () => {
      limitImages(3);
      await expect(train(tinyTraining(), model, { directory: folder() })).rejects.toThrow(
        /train: memory ran out computing 8 images at once \(Non-zero status code: .*\)\. Set microBatch to 4 .*, or allowSmallerBatches to true, in another folder\./,
      );
      vi.restoreAllMocks();
      limitImages(0);
      await expect(
        train(tinyTraining({ allowSmallerBatches: true }), model, { directory: folder() }),
      ).rejects.toThrow(
        /computing 1 images at once .* One image is too much already: use a narrower network/,
      );
    });
  });

  it("refuses a folder of another training, of other data, and of a live process", async () => {
    const directory = folder();
    const config = tinyTraining({ epochs: 1 });
    await train(config, model, { directory });
    const { record: path } = trainFiles(directory);
    await expect(train(tinyTraining({ epochs: 2 }), model, { directory })).rejects.toThrow(
      `${path}: holds a training with other settings or of another model (${trainHash(config, model).slice(0, 12)}, this one is`,
    );
    rewriteRecord(path, (record) => ({
      ...record,
      status: "running",
      data: { ...record.data, name: "MNIST" },
    }));
    await expect(train(config, model, { directory })).rejects.toThrow(
      `${path}: this training began on MNIST, the data found now are synthetic. Provide the same data, or choose another folder.`,
    );
    const since = new Date().toISOString();
    writeFileSync(
      join(directory, "owner.lock"),
      JSON.stringify({ pid: process.ppid, host: hostname(), since }),
    );
    await expect(train(config, model, { directory })).rejects.toThrow(
      `train: ${directory} is in use by process ${process.ppid} on ${hostname()} since ${since}.`,
    );
  });

  it("refuses data the model is not built for", async () => {
    const { genotype } = model;
    const head = genotypeModel({ ...genotype, space: { ...genotype.space, classes: 4 } }, "few");
    await expect(train(tinyTraining(), head, { directory: folder() })).rejects.toThrow(
      'has 10 classes, the head of the model "few" has 4. Choose other data, or a model with at least 10 classes.',
    );
    const large = genotypeModel({ ...genotype, space: { ...genotype.space, imageSize: 64 } }, "large");
    await expect(train(tinyTraining(), large, { directory: folder() })).rejects.toThrow(
      'train: the model "large" reads images of 64x64x3, synthetic has 32x32x3.',
    );
  });

  it("starts from the weights of a search only where the model comes from one", async () => {
    const config = tinyTraining({ start: "supernet" });
    await expect(train(config, model, { directory: folder() })).rejects.toThrow(
      'train: start "supernet" needs a model that was derived from a search, or evolved on its supernet, "tiny" was not. Use start "random".',
    );
    const origin = {
      method: "search",
      recordHash: "ab".repeat(32),
      rule: "argmax",
      epoch: 1,
      seed: 0,
    } as const;
    const derived = genotypeModel(model.genotype, "derived", origin);
    await expect(train(config, derived, { directory: folder() })).rejects.toThrow(
      'train: start "supernet" needs the checkpoint of the search with config abababababab, got none.',
    );
  });
});
