import { analysisSection } from "../config/analysisConfig";
import { baselineSection } from "../config/baselineConfig";
import { evolutionSection } from "../config/evolutionConfig";
import { presetConfig, presetNames } from "../config/presets";
import { racePresetConfig, racePresetNames, raceSection } from "../config/raceConfig";
import { searchSection } from "../config/searchConfig";
import { type SettingRow, settingRows } from "../config/settingRows";
import { trainSection } from "../config/trainConfig";
import { trainPresetConfig, trainPresetNames } from "../config/trainPresets";
import { evolutionPart, randomPart } from "../sweep/sweepSections";
import { ConfigError } from "../util/errors";
import { likelyNames } from "../util/nearNames";

/**
 * Configs whose settings are listed, with what each is for.
 *
 * @example
 * ```ts
 * console.log(Object.keys(bars.config.settingConfigs).includes("search")); // true
 * ```
 */
export const settingConfigs = {
  search: "one search: bars search --set, presetConfig, searchConfig, search.overrides of a sweep",
  train: "one training: bars train --set, trainPresetConfig, trainConfig, train.overrides of a sweep",
  evolution: "an evolution: options of bars evolve",
  race: "a race: bars race --set, racePresetConfig, raceConfig",
  analysis: "an analysis: bars analyze --set, analysisConfig",
  baseline: "a hand-made network: part baseline of a sweep, baselineConfig",
  "sweep.random": "part random of a sweep",
  "sweep.evolution": "part evolution of a sweep",
} as const;
export type SettingConfig = keyof typeof settingConfigs;

/** Every setting of a config, from its declaration. */
export function settingsOf(config: SettingConfig): SettingRow[] {
  switch (config) {
    case "search": {
      const presets = Object.fromEntries(presetNames.map((name) => [name, presetConfig(name)]));
      return settingRows({ config, section: searchSection, presets });
    }
    case "train": {
      const presets = Object.fromEntries(trainPresetNames.map((name) => [name, trainPresetConfig(name)]));
      return settingRows({ config, section: trainSection, presets });
    }
    case "evolution":
      return settingRows({ config, section: evolutionSection });
    case "race": {
      const presets = Object.fromEntries(racePresetNames.map((name) => [name, racePresetConfig(name)]));
      return settingRows({ config, section: raceSection, presets });
    }
    case "analysis":
      return settingRows({ config, section: analysisSection });
    case "baseline":
      return settingRows({ config, section: baselineSection });
    case "sweep.random":
      return settingRows({ config, section: randomPart });
    case "sweep.evolution":
      return settingRows({ config, section: evolutionPart });
    default:
      return config satisfies never;
  }
}

/**
 * The settings at a path: of a config ("search"), of one of its sections ("search.cost"), a single one, or, without a
 * config's name in front, of every config that has that path ("cost.budget"). No path: all.
 *
 * @throws ConfigError for a path nothing lies at, naming near ones.
 *
 * @example
 * ```ts
 * const [row] = bars.config.settingsAt("search.cost.budget");
 * console.log(row.path, row.unit); // cost.budget operations per image
 * ```
 */
export function settingsAt(path?: string): SettingRow[] {
  const all = (Object.keys(settingConfigs) as SettingConfig[]).flatMap(settingsOf);
  if (path === undefined) return all;
  const lies = (address: string) => address === path || address.startsWith(`${path}.`);
  const rows = all.filter((row) => lies(row.path) || lies(`${row.config}.${row.path}`));
  if (rows.length > 0) return rows;
  const sections = all.flatMap((row) =>
    row.path.split(".").map((_, i, parts) => parts.slice(0, i).join(".")),
  );
  const known = [...new Set([...Object.keys(settingConfigs), ...sections, ...all.map((row) => row.path)])];
  const near = likelyNames(path, known, 3);
  const hint = near.length > 0 ? `Near paths: ${near.join(", ")}.` : "Without a path all are listed.";
  throw new ConfigError(
    `settings: expected the path of a setting, of a section or of a config (${Object.keys(settingConfigs).join(", ")}), got "${path}". ${hint}`,
  );
}
