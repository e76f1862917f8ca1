import type { Overrides } from "../../lib/config/check";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { type TrainConfig, trainConfig } from "../../lib/config/trainConfig";
import { type GenotypeModel, genotypeModel } from "../../lib/records/modelSpec";
import type { TrainRecord } from "../../lib/records/trainRecord";
import { genotype } from "../../lib/space/genotype";

/** The smallest network that still has every part: two stages, a convolution and a skip in each. */
export function tinyModel(name = "tiny"): GenotypeModel {
  const space = spaceConfig({
    initChannels: 2,
    cellLayout: [0, 1, 0],
    steps: 1,
    widthChoices: [0.5, 1],
    cellShortcut: "avg_pool",
  });
  const cells = [
    [{ to: 1, from: 0, primitive: "bin_conv_3x3" as const }],
    [
      { to: 1, from: 0, primitive: "bin_conv_3x3" as const },
      { to: 1, from: 0, primitive: "skip_connect" as const },
    ],
  ];
  return genotypeModel(genotype(space, { cells, width: [0.5, 1] }), name);
}

/** A training of seconds on made-up images. */
export function tinyTraining(overrides: Overrides<TrainConfig> = {}): TrainConfig {
  return trainConfig({
    data: { dataset: "synthetic", trainImages: 48, testImages: 20 },
    batchSize: 8,
    epochs: 3,
    optimizer: { learningRate: { kind: "cosine", from: 0.01, to: 0 } },
    ...overrides,
  });
}

/** What must not depend on when a run was made, how fast, or how often it stopped. */
export function trainNumbers(record: TrainRecord): unknown {
  const epochs = record.epochs.map(({ seconds, imagesPerSecond, peakMemoryBytes, ...numbers }) => {
    void [seconds, imagesPerSecond, peakMemoryBytes];
    return numbers;
  });
  const { status, best, tests, cost, data, teacher } = record;
  return { status, best, tests, cost, data, teacher, epochs };
}
