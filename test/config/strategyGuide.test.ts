import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { withAssignment } from "../../lib/cli/overrides";
import type { Overrides } from "../../lib/config/check";
import { presetConfig } from "../../lib/config/presets";
import { defaultSearchConfig, type SearchConfig, searchConfig } from "../../lib/config/searchConfig";
import { strategyGuide, strategyMarkdown, strategyText } from "../../lib/config/strategyGuide";

describe("strategyGuide", () => {
  it.each(strategyGuide.map((entry) => [entry.name, entry] as const))(
    "%s: its settings are settings of a search and change its config",
    (_, entry) => {
      const start: Overrides<SearchConfig> = {
        weightOptimizer: { weightDecay: 3e-4 },
        ...(entry.name === "warm-up" ? { warmupEpochs: 0 } : {}),
      };
      const overrides = entry.settings.reduce((o, setting) => withAssignment(o, setting), start);
      const config = searchConfig(overrides);
      expect(config).not.toEqual(searchConfig(start));
      expect(searchConfig(start)).toBeDefined();
    },
  );

  it.each(["smoke", "laptop", "paper"])(
    "the preset %s takes the settings of every entry as they are printed",
    (preset) => {
      for (const { settings } of strategyGuide) {
        const overrides = settings.reduce(withAssignment, {} as Overrides<SearchConfig>);
        expect(() => presetConfig(preset, overrides), settings.join(" ")).not.toThrow();
      }
    },
  );

  it("no strategy is on by default", () => {
    const { strategies, entropy, samplers } = defaultSearchConfig;
    expect(strategies.skipDropout).toBe(0);
    expect(strategies.auxiliarySkip).toBe(0);
    expect(strategies.perturbation.method).toBe("none");
    expect(strategies.pruning.stages).toEqual([]);
    expect(entropy).toEqual({ cell: 0, depth: 0, width: 0 });
    expect(samplers.cell.method).toBe("softmax");
  });

  it("names every strategy of the config, with a source", () => {
    const settings = strategyGuide.flatMap((entry) => entry.settings).join(" ");
    for (const key of Object.keys(defaultSearchConfig.strategies))
      expect(settings).toContain(`strategies.${key}`);
    for (const { source } of strategyGuide) expect(source).toMatch(/arXiv:\d{4}\.\d{5}/);
  });

  it("is what docs/strategies.md says, and what the terminal prints", () => {
    const docs = readFileSync(join(__dirname, "../../docs/strategies.md"), "utf8");
    expect(docs).toContain(strategyMarkdown().trimEnd());
    for (const { name, formula } of strategyGuide) {
      expect(strategyText()).toContain(`${name}\n  formula   ${formula}`);
    }
  });
});
