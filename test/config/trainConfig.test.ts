import { describe, expect, it } from "vitest";
import type { Overrides } from "../../lib/config/check";
import { defaultTrainConfig, type TrainConfig, trainConfig } from "../../lib/config/trainConfig";

describe("trainConfig", () => {
  it("fills in what is left out, freezes at every depth and is a fixed point of itself", () => {
    const config = trainConfig({ epochs: 3, optimizer: { method: "sgd", learningRate: 0.1 } });
    expect(config.optimizer).toEqual({
      ...defaultTrainConfig.optimizer,
      method: "sgd",
      learningRate: 0.1,
    });
    expect(config.data.augment.cutout).toBe(0);
    expect(Object.isFrozen(config.optimizer)).toBe(true);
    expect(trainConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  it("replaces a schedule whole instead of mixing two kinds", () => {
    const { learningRate } = trainConfig({
      optimizer: { learningRate: { kind: "linear", from: 1, to: 0 } },
    }).optimizer;
    expect(learningRate).toEqual({ kind: "linear", from: 1, to: 0 });
  });

  const refusals: [Overrides<TrainConfig>, string][] = [
    [{ rate: 1 } as never, 'trainConfig: unknown key "rate". Known keys: binarization, data, optimizer,'],
    [{ optimizer: { rate: 1 } } as never, 'trainConfig.optimizer: unknown key "rate".'],
    [
      { optimizer: { method: "lion" as never } },
      'trainConfig.optimizer: method must be one of "sgd", "adam", "bop", or an optimizer of your own (defineOptimizer), got "lion".',
    ],
    [
      { optimizer: { learningRate: -1 } },
      "trainConfig.optimizer: learningRate must be a finite number of at least 0, got -1.",
    ],
    [{ optimizer: { beta1: 1 } }, "trainConfig.optimizer: beta1 must be a finite number in [0, 1), got 1."],
    [
      { optimizer: { method: "bop", decayLatent: true } },
      'decayLatent must be false where method is "bop" (its weights are −1 and +1), got true.',
    ],
    [
      { optimizer: { latentBound: -1 } },
      "trainConfig.optimizer: latentBound must be a finite number of at least 0, got -1.",
    ],
    [
      { optimizer: { method: "bop", latentBound: 1 } },
      'latentBound must be 0 where method is "bop" (its weights are −1 and +1), got 1.',
    ],
    [
      { optimizer: { method: "bop" }, twoStep: { firstEpochs: 2 } },
      'trainConfig.twoStep: firstEpochs must be 0 where optimizer.method is "bop"',
    ],
    [
      { optimizer: { method: "bop" }, binarization: { weight: "irnet" } },
      'trainConfig.binarization: weight must be one of "sign", "scale_filter", "bireal" where',
    ],
    [{ start: "search" as never }, 'trainConfig: start must be one of "random", "supernet", got "search".'],
    [{ batchSize: 64, microBatch: 48 }, "microBatch must be 0 or a divisor of batchSize 64, got 48."],
    [{ validationShare: 1 }, "trainConfig: validationShare must be a finite number in [0, 1), got 1."],
    [{ labelSmoothing: -0.1 }, "trainConfig: labelSmoothing must be a finite number in [0, 1), got -0.1."],
    [{ dropPath: 1 }, "trainConfig: dropPath must be a finite number in [0, 0.95], got 1."],
    [
      { epochs: 3, optimizer: { learningRate: { kind: "warmup", epochs: 5, from: 0, after: 0.1 } } },
      "trainConfig.optimizer: learningRate.epochs must be at most 3, the epochs of the training, got 5.",
    ],
    [
      {
        epochs: 9,
        twoStep: { firstEpochs: 3 },
        optimizer: { learningRate: { kind: "warmup", epochs: 5, from: 0, after: 0.1 } },
      },
      "trainConfig.optimizer: learningRate.epochs must be at most 3, the epochs of the first step, got 5.",
    ],
    [
      {
        distillation: {
          teacherEpochs: 2,
          teacherLearningRate: { kind: "warmup", epochs: 5, from: 0, after: 0.1 },
        },
      },
      "trainConfig.distillation: teacherLearningRate.epochs must be at most 2, the epochs of the teacher, got 5.",
    ],
    [
      { snapshotEpochs: [300] },
      "trainConfig: snapshotEpochs must be a list of epochs from 0 to 299, got [300].",
    ],
    [{ epochs: 0 }, "trainConfig: epochs must be an integer of at least 1, got 0."],
    [
      { distillation: { temperature: 0 } },
      "trainConfig.distillation: temperature must be a finite number above 0, got 0.",
    ],
    [{ evaluation: { testEvery: -1 } }, "trainConfig.evaluation: testEvery must be an integer of at least 0"],
    [
      { data: { augment: { cutout: 40 } } },
      "trainConfig.data.augment: cutout must be an integer from 0 to 32",
    ],
  ];
  it.each(refusals)("refuses %j", (overrides, message) => {
    expect(() => trainConfig(overrides)).toThrow(message);
  });
});
