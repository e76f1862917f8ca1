import { describe, expect, it } from "vitest";
import { scheduleValue } from "../../lib/config/schedule";
import { trainPresetConfig, trainPresetNames, trainPresets } from "../../lib/config/trainPresets";

describe("trainPresetConfig", () => {
  it.each(trainPresetNames)("%s is complete and says where it is from", (name) => {
    const config = trainPresetConfig(name);
    expect(config.epochs).toBeGreaterThan(0);
    const { about, source } = trainPresets.get(name);
    expect(about.length).toBeGreaterThan(20);
    expect(source).toMatch(/^ours$|arXiv:\d{4}\.\d{5}|aw_nas/);
  });

  // The numbers of each preset's source, written down from it apart from the presets.
  it.each([
    [
      "bars_like",
      { epochs: 300, batchSize: 256, optimizer: { method: "adam", weightDecay: 0, clipNorm: 5 } },
    ],
    ["bars_like", { optimizer: { learningRate: { kind: "cosine", from: 5e-4, to: 0 } } }],
    [
      "bireal",
      { epochs: 256, batchSize: 512, binarization: { activation: "approx_sign", weight: "bireal" } },
    ],
    ["bireal", { optimizer: { method: "adam", learningRate: { kind: "linear", from: 1e-3, to: 0 } } }],
    ["irnet", { epochs: 400, batchSize: 128, binarization: { activation: "ede", weight: "irnet" } }],
    ["irnet", { binarization: { edeT: { kind: "log_linear", from: 1e-3, to: 10 } } }],
    ["irnet", { optimizer: { method: "sgd", learningRate: { from: 0.1, to: 0 }, weightDecay: 1e-4 } }],
    ["reactnet", { twoStep: { firstEpochs: 128, firstWeightDecay: 1e-5 }, optimizer: { weightDecay: 0 } }],
    ["reactnet", { epochs: 128, batchSize: 256, distillation: { method: "soft_labels" } }],
    ["reactnet", { binarization: { rsign: true, nonlinearity: "rprelu" } }],
    ["darts", { epochs: 600, batchSize: 96, auxiliaryWeight: 0.4, data: { augment: { cutout: 16 } } }],
    ["darts", { dropPath: { from: 0, to: 0.2 }, optimizer: { weightDecay: 3e-4, clipNorm: 5 } }],
    ["bop", { epochs: 500, batchSize: 50, optimizer: { bopThreshold: 1e-8, learningRate: 0.01 } }],
  ] as const)("%s trains as its source says: %j", (name, numbers) => {
    expect(trainPresetConfig(name)).toMatchObject(numbers);
  });

  it("lays overrides over a preset section by section, replacing schedules whole", () => {
    const config = trainPresetConfig("irnet", {
      optimizer: { learningRate: 0.2 },
      data: { trainImages: 100 },
    });
    expect(config.optimizer).toMatchObject({ method: "sgd", weightDecay: 1e-4, learningRate: 0.2 });
    expect(config.data).toMatchObject({ trainImages: 100, dataset: "auto" });
  });

  it("lowers Bop's share of the gradient tenfold every 100 epochs, as its paper does", () => {
    const { bopGamma } = trainPresetConfig("bop").optimizer;
    const gammas = [0, 99, 100, 450].map((epoch) => scheduleValue(bopGamma, epoch, 500));
    expect(gammas).toEqual([1e-4, 1e-4, 1e-5, 1e-8]);
  });

  it.each(trainPresetNames)("%s may be cut to a single epoch", (name) => {
    expect(trainPresetConfig(name, { epochs: 1 }).epochs).toBe(1);
  });

  it("names the preset in what it refuses, and knows no other presets", () => {
    expect(() => trainPresetConfig("smoke", { epochs: 0 })).toThrow(
      "smoke: epochs must be an integer of at least 1, got 0.",
    );
    expect(() => trainPresetConfig("best")).toThrow(
      'trainPresetConfig: unknown preset "best". Known presets: smoke, laptop, bars_like, bireal, irnet, reactnet, darts, bop.',
    );
  });
});
