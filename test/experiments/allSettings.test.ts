import { describe, expect, it } from "vitest";
import { withAssignment } from "../../lib/cli/overrides";
import { defaultSearchConfig, searchConfig } from "../../lib/config/searchConfig";
import { settingsText } from "../../lib/config/settingRows";
import { defaultTrainConfig } from "../../lib/config/trainConfig";
import { settingConfigs, settingsAt, settingsOf } from "../../lib/experiments/allSettings";

/** Paths of everything in a config that is no section. */
function leaves(value: unknown, path = ""): string[] {
  const isSection =
    typeof value === "object" && value !== null && !Array.isArray(value) && !("kind" in value);
  if (!isSection) return [path];
  return Object.entries(value).flatMap(([key, part]) => leaves(part, path === "" ? key : `${path}.${key}`));
}

describe("settings", () => {
  it("lists every key of a config, and no other", () => {
    // Sections that came later are left out of complete settings at their defaults.
    const search = settingsOf("search").map(({ path }) => path);
    const later =
      /^(mixture\.|alphaStart\.|space\.(stem|extraStem|widthPer|headActivation)$|data\.folder\.|data\.augment\.(resizedCrop|colourJitter|random|mixup|cutmix)|snapshotEpochs$|(weightOptimizer|optimizer)\.latentBound$)/;
    expect(search.filter((path) => !later.test(path))).toEqual(leaves(defaultSearchConfig));
    expect(search).toContain("mixture.widthMasks");
    const train = settingsOf("train").map(({ path }) => path);
    expect(train.filter((path) => !later.test(path))).toEqual(leaves(defaultTrainConfig));
  });

  it("each is a path that --set takes, at its default", () => {
    for (const { path, default: value } of settingsOf("search")) {
      const overrides = withAssignment({}, `${path}=${JSON.stringify(value)}`);
      expect(searchConfig(overrides), path).toEqual(defaultSearchConfig);
    }
  });

  it("each has a type and a meaning that is a sentence", () => {
    for (const row of settingsAt()) {
      expect(row.type, row.path).not.toBe("");
      expect(row.meaning, row.path).toMatch(/^\S.*[.]$/);
    }
    expect(Object.keys(settingConfigs)).toEqual([...new Set(settingsAt().map(({ config }) => config))]);
  });

  it("gives what is known of one", () => {
    expect(settingsAt("search.cost.budget")).toEqual([
      {
        config: "search",
        path: "cost.budget",
        type: "number",
        range: "above 0",
        default: 5e6,
        presets: { smoke: 4e5, laptop: 4e6, "paper-imagenet": 87e6 },
        unit: "operations per image",
        meaning: "The budget, in multiply-accumulates of the chosen measure.",
        source: null,
      },
    ]);
    expect(settingsAt("cost.budget")).toEqual(settingsAt("search.cost.budget"));
    expect(settingsAt("strategies.partialChannels.divisor")[0]?.source).toBe("PC-DARTS, arXiv:1907.05737");
  });

  it("finds a path in every config that has it, and sections with all they hold", () => {
    expect(settingsAt("epochs").map(({ config }) => config)).toEqual(["search", "train"]);
    expect(settingsAt("cost").map(({ path }) => path)).toEqual(
      ["method", "measure", "budget", "coefficient", "exponent"].map((key) => `cost.${key}`),
    );
    expect(settingsAt("sweep.random").map(({ path }) => path)).toEqual([
      "preset",
      "space",
      "atLeast",
      "draws",
    ]);
  });

  it("refuses a path nothing lies at, naming near ones", () => {
    expect(() => settingsAt("cots.budget")).toThrow(
      'settings: expected the path of a setting, of a section or of a config (search, train, evolution, race, analysis, baseline, sweep.random, sweep.evolution), got "cots.budget". Near paths: budget, cost.budget.',
    );
    expect(() => settingsAt("nope")).toThrow(/, got "nope"\. Without a path all are listed\.$/);
    expect(() => settingsAt("cots")).toThrow("Near paths: cost.");
    expect(() => settingsAt("serch")).toThrow("Near paths: search.");
    expect(() => settingsAt("toString")).toThrow(/, got "toString"\. Without a path all are listed\.$/);
  });

  it("is read in a terminal: no line of prose is longer than asked", () => {
    const text = settingsText(settingsAt("search.epochs"));
    expect(text).toBe(
      "epochs\n    integer of at least 1 (epochs); default 50, smoke 8, laptop 10.\n    Passes over the weight split.",
    );
    for (const line of settingsText(settingsAt("train"), 80).split("\n"))
      if (!line.includes('"kind"')) expect(line.length, line).toBeLessThanOrEqual(80);
  });
});
