import type { Overrides } from "./check";
import { kinds } from "./kinds";
import { complete, defaultsOf, integer, list, number, type SettingsOf, section } from "./section";

export const analysisSection = section(
  { meaning: "What an analysis of one network is taken on." },
  {
    images: integer({
      default: 2048,
      min: 2,
      unit: "images",
      meaning:
        "Training images the measures are taken on, drawn evenly over the classes; the same ones for every network.",
    }),
    probeImages: integer({
      default: 1000,
      min: 0,
      unit: "images",
      meaning: "Test images that linear probes are scored on.",
    }),
    batchSize: integer({
      default: 128,
      min: 1,
      unit: "images",
      meaning: "Images computed at once; results do not depend on it but for rounding.",
    }),
    bits: integer({
      default: 8,
      min: 1,
      max: 12,
      unit: "bits",
      meaning: "Size of a code of the information plane. Needs 2^bits images; four times as many are better.",
    }),
    subsets: integer({ default: 32, min: 1, meaning: "Random codes of each layer." }),
    taps: list(kinds.text, {
      default: [],
      meaning: "Names or patterns of taps; empty: everything binarized, and what stems and cells put out.",
    }),
    gradient: section(
      { meaning: "How gradients through the signs are compared with those of a smooth reference." },
      {
        batches: integer({
          default: 4,
          min: 0,
          meaning: "Batches that gradients are averaged over; 0 leaves them out.",
        }),
        batchSize: integer({ default: 64, min: 2, unit: "images", meaning: "Images of such a batch." }),
        slope: number({
          default: 4,
          above: 0,
          meaning: "Slope of the smooth reference tanh(slope · x).",
        }),
      },
    ),
    seed: integer({ default: 0, min: 0, meaning: "Seed of random codes and pixels." }),
  },
);

/** Settings of an analysis of one network. Plain data. */
export interface AnalysisConfig extends SettingsOf<typeof analysisSection.fields> {}

export const defaultAnalysisConfig: AnalysisConfig = defaultsOf(analysisSection);

/**
 * Completes and checks the settings of an analysis.
 *
 * @example
 * ```ts
 * console.log(bars.config.analysisConfig({ images: 512 }).images); // 512
 * ```
 */
export function analysisConfig(
  overrides: Overrides<AnalysisConfig> = {},
  place = "analysisConfig",
): AnalysisConfig {
  return complete(place, analysisSection, overrides);
}
