import { describe, expect, it } from "vitest";
import { presetConfig, presetNames } from "../../lib/config/presets";
import { defaultSearchConfig, searchConfig } from "../../lib/config/searchConfig";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { spaceFor } from "../../lib/config/spaceFor";
import { ConfigError } from "../../lib/util/errors";

const bad = (overrides: object) => () => searchConfig(overrides as never);

describe("searchConfig", () => {
  it("completes partial settings at every depth and freezes the result", () => {
    const config = searchConfig({
      epochs: 7,
      samplers: { cell: { method: "gumbel" } },
      data: { augment: { flip: false } },
    });
    expect(config.epochs).toBe(7);
    expect(config.samplers.cell).toEqual({ method: "gumbel", temperature: 1 });
    expect(config.samplers.depth).toEqual(defaultSearchConfig.samplers.depth);
    expect(config.data.augment).toEqual({ cropBorder: 4, flip: false, cutout: 0 });
    expect(() => {
      (config.samplers.cell as { method: string }).method = "x";
    }).toThrow(TypeError);
  });

  it("survives JSON unchanged", () => {
    const config = searchConfig({ entropy: { cell: { kind: "linear", from: -0.1, to: 0.1 } } });
    expect(searchConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  it("replaces schedules and lists whole", () => {
    const config = searchConfig({
      weightOptimizer: {
        learningRate: {
          kind: "steps",
          at: [
            [0, 0.1],
            [5, 0.01],
          ],
        },
      },
      space: { cellLayout: [0], reductionGroups: [] },
    });
    expect(config.weightOptimizer.learningRate).toEqual({
      kind: "steps",
      at: [
        [0, 0.1],
        [5, 0.01],
      ],
    });
    expect(config.space.cellLayout).toEqual([0]);
  });

  it.each([
    [{ epoch: 3 }, /^searchConfig: unknown key "epoch"\. Known keys: space, binarization, data, samplers,/],
    [{ space: { step: 3 } }, /^searchConfig\.space: unknown key "step"\. Known keys: imageSize,/],
    [
      { samplers: { cell: { kind: "x" } } },
      /^searchConfig\.samplers\.cell: unknown key "kind"\. Known keys: method, temperature\.$/,
    ],
    [{ epochs: 0 }, "searchConfig: epochs must be an integer of at least 1, got 0."],
    [{ epochs: 2.5 }, "searchConfig: epochs must be an integer of at least 1, got 2.5."],
    [{ warmupEpochs: 50 }, "searchConfig: warmupEpochs must be less than epochs (50), got 50."],
    [{ weightShare: 1.5 }, "searchConfig: weightShare must be a finite number in (0, 1), got 1.5."],
    [{ order: "third" }, 'searchConfig: order must be one of "first", "second", got "third".'],
    [{ labelSmoothing: 1 }, "searchConfig: labelSmoothing must be a finite number in [0, 1), got 1."],
    [
      { samplers: { depth: { method: "sigmoid" } } },
      'searchConfig.samplers.depth: method must be one of "softmax", "gumbel", "hard_gumbel", "path", or a sampler of your own (defineSampler), got "sigmoid".',
    ],
    [
      { samplers: { cell: { temperature: 0 } } },
      "searchConfig.samplers.cell: temperature must be a finite number of at least 0.001, got 0.",
    ],
    [
      { samplers: { cell: { temperature: { kind: "wave" } } } },
      /temperature must be a number or a schedule of kind linear, cosine, exponential, log_linear, steps, warmup, or of one of your own \(defineSchedule\), got \{"kind":"wave"\}\.$/,
    ],
    [{ cost: { budget: 0 } }, "searchConfig.cost: budget must be a finite number above 0, got 0."],
    [
      { weightOptimizer: { momentum: 1 } },
      "searchConfig.weightOptimizer: momentum must be a finite number in [0, 1), got 1.",
    ],
    [{ binarization: { border: 2 } }, "searchConfig.binarization: border must be one of 0, 1, got 2."],
    [
      { binarization: { activationClip: Number.NaN } },
      "searchConfig.binarization: activationClip must be a finite number above 0, got NaN.",
    ],
    [
      { data: { trainImages: -1 } },
      "searchConfig.data: trainImages must be an integer of at least 0, got -1.",
    ],
    [
      { epochs: 8, weightOptimizer: { learningRate: { kind: "warmup", epochs: 9, from: 0, after: 0.1 } } },
      "searchConfig.weightOptimizer: learningRate.epochs must be at most 8, the epochs of the search, got 9.",
    ],
    [
      { data: { dataset: "cifar100" }, space: { classes: 10 } },
      'searchConfig.space: classes must be 100, the classes of data set "cifar100" (left out, it follows the data set), got 10.',
    ],
    [
      { space: { classes: 100 } },
      'searchConfig.space: classes must be 10, the classes of data set "auto" (left out, it follows the data set), got 100.',
    ],
    [{ space: [] }, "searchConfig.space: expected an object, got []."],
  ])("refuses %j with place, expectation and value", (overrides, message) => {
    expect(bad(overrides)).toThrow(ConfigError);
    expect(bad(overrides)).toThrow(message as string);
  });

  describe('with weight "irnet"', () => {
    const given = { initChannels: 4, cellLayout: [0, 1, 0], steps: 2, widthChoices: [0.25, 0.5, 1] };
    const primitives = ["none", "skip_connect", "bin_conv_1x1"];
    const narrow = (space: object, strategies: object = {}) =>
      bad({ space: { ...given, ...space }, strategies, binarization: { weight: "irnet" } });
    const refused = (filter: string, width: number, channels = 4) =>
      `searchConfig.binarization: weight must be another method where a filter of ${filter} has fewer than 2 weights at the least width (${width} of ${channels} channels), which have no deviation; raise space.initChannels or the least of space.widthChoices, or choose another method, got "irnet".`;

    it.each([
      [{ primitives }, {}, refused("bin_conv_1x1", 0.25)],
      [{ steps: 1 }, {}, refused("the cells' 1x1", 0.25)],
      [{ steps: 1, initChannels: 1, widthChoices: [1] }, {}, refused("the cells' 1x1", 1, 1)],
      [
        { widthChoices: [0.5, 1], primitives },
        { partialChannels: { divisor: 2 } },
        refused("bin_conv_1x1", 0.5),
      ],
    ])("refuses filters of one weight, which have no deviation: %j, %j", (space, strategies, message) => {
      expect(narrow(space, strategies)).toThrow(new ConfigError(message));
    });

    it.each([
      { primitives, widthChoices: [0.5, 1] },
      { primitives: ["none", "bin_conv_3x3"] },
      { steps: 1, processKind: "real" },
    ])("takes filters of two weights and more: %j", (space) => {
      expect(narrow(space)).not.toThrow();
    });
  });
});

describe("spaceConfig", () => {
  it.each([
    [
      { primitives: [] },
      'spaceConfig: primitives must be a list of one or more names out of "none", "skip_connect",',
    ],
    [
      { primitives: ["none"] },
      'spaceConfig: primitives must be more than none alone (every cell would be empty), got ["none"].',
    ],
    [{ primitives: ["skip_connect", "skip_connect"] }, "spaceConfig: primitives must be free of repetitions"],
    [{ primitives: ["conv"] }, 'spaceConfig: primitives[0] must be one of "none", "skip_connect",'],
    [
      { cellLayout: [0, 2] },
      "spaceConfig: cellLayout must be one that uses every group from 0 to 2, got [0,2].",
    ],
    [
      { reductionGroups: [3] },
      "spaceConfig: reductionGroups must be groups that occur in cellLayout, got [3].",
    ],
    [
      { imageSize: 30 },
      "spaceConfig: imageSize must be divisible by 4 (the layout halves it 2 times), got 30.",
    ],
    [{ widthChoices: [0.5] }, "spaceConfig: widthChoices must be ascending and end with 1, got [0.5]."],
    [
      { widthChoices: [0.3, 1] },
      "spaceConfig: widthChoices must be widths that give whole channels of initChannels 16, got 0.3.",
    ],
    [{ steps: 0 }, "spaceConfig: steps must be an integer of at least 1, got 0."],
  ])("refuses %j", (overrides, message) => {
    expect(() => spaceConfig(overrides as never)).toThrow(message);
  });

  it("wants every width's channels to divide by the groups where grouped convolutions are candidates", () => {
    const space = { primitives: ["skip_connect", "bin_group_conv_3x3"], convGroups: 4 } as const;
    expect(() => spaceConfig({ ...space, widthChoices: [0.125, 1] })).toThrow(
      "spaceConfig: widthChoices must be widths that give channels of initChannels 16 that divide by convGroups 4 (bin_group_conv_3x3), got 0.125.",
    );
    expect(() => spaceConfig({ ...space, widthChoices: [0.25, 1] })).not.toThrow();
  });
});

describe("presets", () => {
  it.each(presetNames)("%s is complete and valid, and takes overrides", (name) => {
    const config = presetConfig(name, { seed: 5, space: { steps: 2 } });
    expect(config.seed).toBe(5);
    expect(config.space.steps).toBe(2);
    expect(config.space.initChannels).toBe(presetConfig(name).space.initChannels);
  });

  it("have as many classes as the data set, unless told", () => {
    expect(presetConfig("smoke", { data: { dataset: "cifar100" } }).space.classes).toBe(100);
    expect(presetConfig("paper").space.classes).toBe(10);
    expect(searchConfig({ data: { dataset: "cifar100" }, space: { classes: 100 } }).space.classes).toBe(100);
    const config = searchConfig({ data: { dataset: "cifar100" } });
    expect(searchConfig(config)).toEqual(config);
    expect(Object.isFrozen(config.space)).toBe(true);
  });

  it("shorten their warm-up for a run that has no more epochs, and say so", () => {
    const said: string[] = [];
    const config = presetConfig("smoke", { epochs: 3 }, (line) => said.push(line));
    expect(config.warmupEpochs).toBe(2);
    expect(said).toEqual([
      "smoke: a warm-up of 3 epochs leaves none of 3 to search in; it is 2 here (warmupEpochs).",
    ]);
    for (const name of presetNames) {
      expect(presetConfig(name, { epochs: 1 }, () => {}).warmupEpochs).toBe(0);
      expect(presetConfig(name, { epochs: 2 }, () => {}).warmupEpochs).toBe(1);
    }
  });

  it("say nothing where the warm-up fits, and leave one that was given alone", () => {
    const silent = (line: string) => expect.unreachable(line);
    expect(presetConfig("smoke", { epochs: 4 }, silent).warmupEpochs).toBe(3);
    expect(presetConfig("smoke", { epochs: 3, warmupEpochs: 1 }, silent).warmupEpochs).toBe(1);
    expect(() => presetConfig("smoke", { epochs: 3, warmupEpochs: 3 }, silent)).toThrow(
      "smoke: warmupEpochs must be less than epochs (3), got 3.",
    );
    expect(() => presetConfig("smoke", { epochs: 0 }, silent)).toThrow(
      "smoke: epochs must be an integer of at least 1, got 0.",
    );
    expect(() => presetConfig("smoke", { epochs: "3" as never }, silent)).toThrow(
      'smoke: epochs must be an integer of at least 1, got "3".',
    );
  });

  it("leave their folder of pictures out where another data set is asked for that has none", () => {
    const config = presetConfig("paper-imagenet", { data: { dataset: "synthetic" } });
    expect(config.data).toMatchObject({ dataset: "synthetic", augment: { resizedCrop: 0.08 } });
    expect(config.data.folder).toBeUndefined();
    expect(config.space).toMatchObject({ imageSize: 32, classes: 10, stem: "imagenet_7x7" });
    expect(spaceFor("cifar100", "paper-imagenet", {}, "here")).toMatchObject({ imageSize: 32, classes: 100 });
    expect(presetConfig("paper-imagenet", { data: { trainImages: 5 } }).data.folder?.imageSize).toBe(224);
    const folder = { path: "photos", classes: 2 };
    expect(presetConfig("paper-imagenet", { data: { dataset: "image-folder", folder } }).data.folder).toEqual(
      {
        ...presetConfig("paper-imagenet").data.folder,
        ...folder,
      },
    );
    expect(() => presetConfig("paper-imagenet", { data: { dataset: "synthetic", folder } })).toThrow(
      'paper-imagenet.data: folder must be left out where dataset is "synthetic"',
    );
  });

  it("names the known ones for an unknown name", () => {
    expect(() => presetConfig("huge")).toThrow(
      'presetConfig: unknown preset "huge". Known presets: smoke, laptop, paper, paper-imagenet.',
    );
  });

  it("names the preset in an error about its settings", () => {
    expect(() => presetConfig("smoke", { epochs: -1 })).toThrow(
      "smoke: epochs must be an integer of at least 1, got -1.",
    );
  });
});
