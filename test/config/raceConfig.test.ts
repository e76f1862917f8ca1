import { describe, expect, it } from "vitest";
import { raceConfig, racePresetAbout, racePresetConfig, racePresetNames } from "../../lib/config/raceConfig";

describe("raceConfig", () => {
  it("is of the project's usual sizes by default, and frozen", () => {
    const config = raceConfig({ train: { validationShare: 0.1, epochs: 8 }, seed: 3 });
    expect(config.rungs).toEqual({
      networks: 96,
      steps: 200,
      lossSteps: 100,
      keep: [32, 12, 4, 2],
      epochs: [1, 2, 4, 8],
    });
    expect(Object.isFrozen(config.space)).toBe(true);
    // One seed for all networks: the race's.
    expect(config.train.seed).toBe(3);
  });

  it("refuses another seed for the training, which was overruled without a word", () => {
    const asked = "raceConfig.train: seed must be the race's (3)";
    expect(() => raceConfig({ train: { validationShare: 0.1, epochs: 8, seed: 5 }, seed: 3 })).toThrow(asked);
    const config = raceConfig({ train: { validationShare: 0.1, epochs: 8, seed: 3 }, seed: 3 });
    // Complete settings are settings.
    expect(raceConfig(config)).toEqual(config);
  });

  it("gives its space the classes of the data set", () => {
    const config = raceConfig({ train: { data: { dataset: "cifar100" } } });
    expect(config.space.classes).toBe(100);
    expect(() => raceConfig({ space: { classes: 7 } })).toThrow("raceConfig.space: classes must be 10");
  });

  it.each([
    [
      { band: { atLeast: 3e6, atMost: 2e6 } },
      "raceConfig.band: atMost must be at least atLeast (3000000), got 2000000.",
    ],
    [{ band: { measure: "params" } }, 'raceConfig.band: measure must be one of "bops", "flops", "ops"'],
    [
      { rungs: { lossSteps: 201 } },
      "raceConfig.rungs: lossSteps must be at most the first rung's steps (200), got 201.",
    ],
    [
      { rungs: { keep: [32, 12, 4] } },
      "raceConfig.rungs: keep must be a list as long as epochs (4), got [32,12,4].",
    ],
    [
      { rungs: { networks: 16 } },
      "raceConfig.rungs: keep must be a list that never rises, from at most 16 (networks), got [32,12,4,2].",
    ],
    [
      { rungs: { epochs: [1, 2, 2, 8] } },
      "raceConfig.rungs: epochs must be a list that rises, got [1,2,2,8].",
    ],
    [
      { train: { validationShare: 0.1, epochs: 4 } },
      "raceConfig.rungs: epochs must be a list up to 4 at most (the epochs of the training), got [1,2,4,8].",
    ],
    [
      { proposals: { random: 97 } },
      "raceConfig.proposals: random must be at most rungs.networks (96), got 97.",
    ],
    [
      { proposals: { random: 96, alphas: 1 } },
      "raceConfig.proposals: alphas must be at most rungs.networks (96) together with random (96), got 1.",
    ],
    [
      { proposals: { alphas: 1 } },
      "raceConfig.proposals: search must be the configHash of a search where alphas is above 0, got null.",
    ],
    [
      { train: { validationShare: 0 } },
      "raceConfig.train: validationShare must be above 0 (rungs are chosen by the accuracy on held-out training images), e.g. 0.1, got 0.",
    ],
    [
      { train: { validationShare: 0.1, distillation: { method: "hinton" } } },
      'raceConfig.train.distillation: method must be "none" (networks of a race have no teacher), got "hinton".',
    ],
    [
      { train: { validationShare: 0.1, allowSmallerBatches: true } },
      "raceConfig.train: allowSmallerBatches must be false (what a race finds must not depend on the machine), got true.",
    ],
    [
      { train: { validationShare: 0.1, start: "supernet" } },
      'raceConfig.train: start must be "random" (all networks of a race train from scratch), got "supernet".',
    ],
    [
      { test: true },
      "raceConfig: test must be false where the last rung stops at 8 of 300 epochs: test images are for trainings that have ended, got true.",
    ],
  ] as const)("refuses %j", (overrides, message) => {
    expect(() => raceConfig(overrides as never)).toThrow(message);
  });
});

describe("presets of races", () => {
  it.each(racePresetNames)("%s is complete, and takes the whole recipe in its last rung", (name) => {
    const config = racePresetConfig(name);
    expect(config.rungs.epochs.at(-1)).toBe(config.train.epochs);
    expect(config.train.evaluation.recalibrationBatches).toBeGreaterThan(0);
    expect(racePresetAbout(name)).not.toBe("");
  });

  it("laptop trains by the recipe of the frontier, but for its held-out images", () => {
    const { train, band } = racePresetConfig("laptop", { band: { atLeast: 6e6, atMost: 7.5e6 } });
    expect(band).toEqual({ measure: "bops", atLeast: 6e6, atMost: 7.5e6 });
    expect(train).toMatchObject({ epochs: 8, batchSize: 64, validationShare: 0.1 });
    expect(train.optimizer.learningRate).toMatchObject({ kind: "warmup", epochs: 1 });
  });

  it("an unknown one is refused, naming the known ones", () => {
    expect(() => racePresetConfig("huge")).toThrow(
      'racePresetConfig: unknown preset "huge". Known presets: smoke, laptop, paper.',
    );
  });
});
