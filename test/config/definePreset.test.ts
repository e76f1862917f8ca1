import { afterEach, describe, expect, it } from "vitest";
import { definePreset } from "../../lib/config/definePreset";
import { presetConfig, searchPresets } from "../../lib/config/presets";
import { searchConfig } from "../../lib/config/searchConfig";
import { trainConfig } from "../../lib/config/trainConfig";
import { trainPresetConfig, trainPresets } from "../../lib/config/trainPresets";
import { hashJson } from "../../lib/util/canonicalJson";

afterEach(() => {
  for (const name of ["mine", "half"]) {
    searchPresets.forget(name);
    trainPresets.forget(name);
  }
});

describe("a preset of the user's own", () => {
  it("completes settings of searches and trainings, and is the same run as the settings written out", () => {
    const search = { epochs: 4, warmupEpochs: 1, space: { steps: 2 } };
    const train = { epochs: 5, optimizer: { method: "sgd", learningRate: 0.1 } } as const;
    definePreset({ name: "mine", about: "Mine.", search, train });
    expect(hashJson(presetConfig("mine", { seed: 3 }))).toBe(hashJson(searchConfig({ ...search, seed: 3 })));
    expect(trainPresetConfig("mine")).toEqual(trainConfig(train));
    expect(trainPresets.get("mine")).toMatchObject({ about: "Mine.", source: "ours" });
    expect(searchPresets.names).toEqual(["smoke", "laptop", "paper", "paper-imagenet", "mine"]);
  });

  it("of pictures trains on another data set, too", () => {
    const data = { dataset: "image-folder", folder: { path: "photos", imageSize: 32, classes: 10 } } as const;
    definePreset({ name: "mine", about: "Mine.", train: { data } });
    expect(trainPresetConfig("mine", { data: { dataset: "synthetic" } })).toEqual(
      trainConfig({ data: { dataset: "synthetic" } }),
    );
  });

  it("keeps its settings when the caller changes theirs", () => {
    const search = { epochs: 4, warmupEpochs: 1 };
    definePreset({ name: "mine", about: "Mine.", search });
    search.epochs = 9;
    expect(presetConfig("mine").epochs).toBe(4);
  });

  it("is refused with settings that are, without any, and under a name of the library; then nothing is defined", () => {
    const about = "Mine.";
    expect(() => definePreset({ name: "mine", about, search: { epochs: 0 } })).toThrow(
      'definePreset: search of "mine": epochs must be an integer of at least 1, got 0.',
    );
    expect(() => definePreset({ name: "mine", about, search: {}, train: { batchSize: 0 } })).toThrow(
      'definePreset: train of "mine": batchSize must be',
    );
    expect(searchPresets.has("mine") || trainPresets.has("mine")).toBe(false);
    expect(() => definePreset({ name: "mine", about })).toThrow(
      'definePreset: "mine" must have settings of a search, of a training or of both (search, train), got name, about.',
    );
    expect(() => definePreset({ name: "laptop", about, search: {} })).toThrow(
      'definePreset: "laptop" is a preset of searches of the library; choose another name.',
    );
  });

  it("of trainings alone is none of searches", () => {
    definePreset({ name: "half", about: "Half.", train: {} });
    expect(() => presetConfig("half")).toThrow(
      'presetConfig: unknown preset "half". Known presets: smoke, laptop, paper, paper-imagenet. One of your own must be defined first (definePreset).',
    );
  });
});
