import { describe, expect, it } from "vitest";
import { trainConfig } from "../../lib/config/trainConfig";
import { checkModelSpec } from "../../lib/records/modelSpec";
import type { TrainEpochRecord } from "../../lib/records/trainRecord";
import { isOutOfMemory, smallerMicroBatch } from "../../lib/train/outOfMemory";
import { teacherOf } from "../../lib/train/teacherOf";
import { passOf, phaseOf, ratesAt } from "../../lib/train/trainPhase";
import { bestOf } from "../../lib/train/trainRecordStart";
import { tinyModel } from "../helpers/tinyTraining";

describe("phaseOf, ratesAt and passOf", () => {
  const config = trainConfig({
    epochs: 4,
    twoStep: { firstEpochs: 2 },
    optimizer: { learningRate: { kind: "linear", from: 1, to: 0 } },
    binarization: { edeT: { kind: "linear", from: 1, to: 4 } },
  });

  it("run the learning rate and the slopes through their schedules in each training step", () => {
    const phases = [0, 1, 2, 3, 4, 5].map((epoch) => phaseOf(config, epoch));
    expect(phases.map(({ phase, epoch }) => [phase, epoch])).toEqual([
      [1, 0],
      [1, 1],
      [2, 0],
      [2, 1],
      [2, 2],
      [2, 3],
    ]);
    const rates = phases.map((phase) => ratesAt(config, phase, 0.5).learningRate);
    [1, 0, 1, 2 / 3, 1 / 3, 0].forEach((rate, i) => expect(rates[i]).toBeCloseTo(rate, 12));
    expect(rates).toHaveLength(6);
    expect(phases.map((phase) => passOf(config, phase))).toEqual([
      { edeT: 1, binaryWeights: false },
      { edeT: 4, binaryWeights: false },
      { edeT: 1, binaryWeights: true },
      { edeT: 2, binaryWeights: true },
      { edeT: 3, binaryWeights: true },
      { edeT: 4, binaryWeights: true },
    ]);
  });

  it("move the rate within an epoch only where the settings say so", () => {
    const smooth = trainConfig({ ...config, optimizer: { ...config.optimizer, rateChanges: "step" } });
    const phase = phaseOf(config, 2);
    expect(ratesAt(config, phase, 0.75).learningRate).toBe(1);
    expect(ratesAt(smooth, phase, 0.75).learningRate).toBe(0.75);
  });
});

describe("teacherOf", () => {
  const distillation = { method: "hinton", teacherEpochs: 7, teacherSeed: 3 } as const;

  it("makes everything real: kernels, activations, one step, no teacher of its own", () => {
    const config = trainConfig({
      distillation,
      seed: 9,
      twoStep: { firstEpochs: 2 },
      binarization: { rsign: true, activation: "ede" },
      optimizer: { latentBound: 1 },
    });
    const teacher = teacherOf(config, tinyModel());
    expect(teacher.config.optimizer).not.toHaveProperty("latentBound");
    expect(teacher.config).toMatchObject({
      binarization: { activation: "identity", weight: "identity", rsign: false },
      twoStep: { firstEpochs: 0 },
      distillation: { method: "none" },
      optimizer: { learningRate: distillation && config.distillation.teacherLearningRate, decayLatent: true },
      epochs: 7,
      seed: 3,
    });
  });

  it("bends activations where blocks end without a nonlinearity, or the network would be linear", () => {
    const config = trainConfig({ distillation, binarization: { nonlinearity: "none" } });
    expect(teacherOf(config, tinyModel()).config.binarization.activation).toBe("tanh");
  });

  it("takes over nothing that belongs to the student's epochs: snapshots, and schedules that do not suit its own", () => {
    const of = (overrides: Parameters<typeof trainConfig>[0]) =>
      teacherOf(trainConfig({ distillation, epochs: 10, ...overrides }), tinyModel()).config;
    expect(of({ snapshotEpochs: [9] })).toEqual(of({}));
    const warmup = { kind: "warmup", epochs: 8, from: 1e-4, after: 1e-3 } as const;
    const unsuited = of({
      dropPath: warmup,
      binarization: { edeT: warmup },
      optimizer: { bopGamma: warmup },
    });
    expect([unsuited.dropPath, unsuited.binarization.edeT, unsuited.optimizer.bopGamma]).toEqual([
      1e-3, 1e-3, 1e-3,
    ]);
    // What suits its epochs stays what it is, so that teachers of stored trainings keep their hash.
    const short = { ...warmup, epochs: 7 };
    const suited = of({ dropPath: short, binarization: { edeT: short }, optimizer: { bopGamma: short } });
    expect([suited.dropPath, suited.binarization.edeT, suited.optimizer.bopGamma]).toEqual([
      short,
      short,
      short,
    ]);
  });

  it("is one teacher for all seeds, names and binarizers of a topology's students", () => {
    const of = (seed: number, name: string) =>
      teacherOf(trainConfig({ distillation, seed }), tinyModel(name));
    expect(of(1, "a")).toEqual(of(2, "b"));
    const bireal = checkModelSpec({ kind: "baseline", block: "bireal" });
    const xnor = checkModelSpec({ kind: "baseline", block: "xnor" });
    const config = trainConfig({ distillation });
    expect(teacherOf(config, bireal).model).toEqual(teacherOf(config, xnor).model);
    expect(teacherOf(config, bireal).model).toMatchObject({ block: "real" });
  });
});

describe("bestOf", () => {
  const epochs = (accuracies: (number | null)[], first = 0) =>
    accuracies.map((accuracy, epoch) => ({
      epoch,
      phase: epoch < first ? 1 : 2,
      validation: accuracy === null ? null : { images: 10, loss: 1, accuracy },
    })) as TrainEpochRecord[];

  it("takes the first of the most accurate epochs, and none with real kernels", () => {
    expect(bestOf(epochs([0.1, 0.5, null, 0.5, 0.2]))).toEqual({ epoch: 1, accuracy: 0.5 });
    expect(bestOf(epochs([0.9, 0.3, 0.4], 1))).toEqual({ epoch: 2, accuracy: 0.4 });
    expect(bestOf(epochs([null, null]))).toBe(null);
  });
});

describe("memory", () => {
  it.each([
    "Array buffer allocation failed",
    "Non-zero status code returned while running Conv node. Failed to allocate memory for requested buffer of size 1",
    "std::bad_alloc",
    "OOM when allocating tensor with shape[64,32]",
    "CUDA error: out of memory",
    "WebAssembly.Memory.grow(): Maximum memory size exceeded",
  ])("recognises %j", (message) => {
    expect(isOutOfMemory(new Error(message))).toBe(true);
  });

  it.each(["the loss became NaN", "expected 3 input channels", "ENOENT"])("lets %j pass", (message) => {
    expect(isOutOfMemory(new Error(message))).toBe(false);
  });

  it("halves to a divisor of the batch, down to one image", () => {
    expect([64, 32, 1].map((size) => smallerMicroBatch(64, size))).toEqual([32, 16, null]);
    expect([50, 25, 10, 5, 2].map((size) => smallerMicroBatch(50, size))).toEqual([25, 10, 5, 2, 1]);
  });
});
