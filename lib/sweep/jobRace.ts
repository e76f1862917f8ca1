import type { Overrides } from "../config/check";
import { type RaceConfig, raceConfig, racePresetConfig } from "../config/raceConfig";
import { complete } from "../config/section";
import { rejectUnmetBand } from "../race/band";
import type { JobChoice } from "./jobChoice";
import { presetPart } from "./sweepSections";

/**
 * The settings of a job's race: preset, overrides, budget and seed. A budget is the upper end of the band, whose lower end
 * keeps its share of it.
 *
 * @throws ConfigError for settings that are refused, and a band no network can meet.
 */
export function raceSettings({ parts, budget, seed, place }: JobChoice): RaceConfig {
  const at = `${place}: race`;
  const { preset, overrides } = complete(at, presetPart, parts.race ?? {}) as {
    readonly preset: string | null;
    readonly overrides: Overrides<RaceConfig>;
  };
  const made = (settings: Overrides<RaceConfig>) =>
    preset === null ? raceConfig(settings, at) : racePresetConfig(preset, settings, at);
  const usual = made({ ...overrides, seed });
  const config = budget === null ? usual : made({ ...overrides, band: bandOf(usual, budget), seed });
  rejectUnmetBand(config, place);
  return config;
}

function bandOf(
  { band }: RaceConfig,
  { measure, value }: NonNullable<JobChoice["budget"]>,
): RaceConfig["band"] {
  return { measure, atMost: value, atLeast: (band.atLeast / band.atMost) * value };
}
