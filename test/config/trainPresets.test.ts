import { describe, expect, it } from "vitest";
import { scheduleValue } from "../../lib/config/schedule";
import { trainPresetConfig, trainPresetNames, trainPresets } from "../../lib/config/trainPresets";

describe("trainPresetConfig", () => {
  it.each(trainPresetNames)("%s is complete and says where it is from", (name) => {
    const config = trainPresetConfig(name);
    expect(config.epochs).toBeGreaterThan(0);
    const { about, source } = trainPresets[name];
    expect(about.length).toBeGreaterThan(20);
    expect(source).toMatch(/^ours$|arXiv:\d{4}\.\d{5}|aw_nas/);
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

  it("names the preset in what it refuses, and knows no other presets", () => {
    expect(() => trainPresetConfig("smoke", { epochs: 0 })).toThrow(
      "smoke: epochs must be an integer of at least 1, got 0.",
    );
    expect(() => trainPresetConfig("best")).toThrow(
      'trainPresetConfig: unknown preset "best". Known presets: smoke, laptop, bars_like, bireal, irnet, reactnet, darts, bop.',
    );
  });
});
