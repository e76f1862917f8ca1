import type { Overrides } from "../../lib/config/check";
import { layered } from "../../lib/config/presets";
import { type RaceConfig, raceConfig } from "../../lib/config/raceConfig";

/** A race of seconds on made-up images, with every part: three rungs, mutations, a fit. */
export function tinyRace(overrides: Overrides<RaceConfig> = {}): RaceConfig {
  const tiny: Overrides<RaceConfig> = {
    band: { measure: "bops", atLeast: 1e4, atMost: 4e5 },
    space: {
      initChannels: 2,
      cellLayout: [0, 1, 0],
      steps: 2,
      widthChoices: [0.5, 1],
      cellShortcut: "avg_pool",
    },
    proposals: { random: 3, generation: 2, fitted: 0 },
    rungs: { networks: 5, steps: 3, lossSteps: 2, keep: [2, 1], epochs: [1, 2] },
    train: {
      data: { dataset: "synthetic", trainImages: 50, testImages: 20 },
      batchSize: 8,
      epochs: 2,
      validationShare: 0.2,
      optimizer: { learningRate: { kind: "cosine", from: 0.01, to: 0 }, rateChanges: "step" },
      evaluation: { recalibrationBatches: 2 },
    },
  };
  return raceConfig(layered(tiny, overrides) as Overrides<RaceConfig>);
}
