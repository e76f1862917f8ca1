import { trainConfig } from "../../lib/config/trainConfig";
import { checkModelSpec } from "../../lib/records/modelSpec";
import type { TrainRecord } from "../../lib/records/trainRecord";

/** The record of a training of five epochs that never was. For tests of figures. */
export function madeUpTraining(name: string, seed: number, held = 0): TrainRecord {
  const epochs = [0, 1, 2, 3, 4].map((epoch) => ({
    epoch,
    phase: 2 as const,
    trainLoss: 2 / (epoch + 1) + 0.1 * seed,
    trainAccuracy: 0.5 - 0.4 / (epoch + 1),
    validation:
      held > 0 ? { images: held, loss: 2.1 / (epoch + 1), accuracy: 0.5 - 0.42 / (epoch + 1) } : null,
    test: null,
    learningRate: 0.01,
    seconds: 1,
    imagesPerSecond: 100,
    peakMemoryBytes: 1e8,
    microBatch: 64,
  }));
  const test = { images: 10_000, loss: 1, accuracy: 0.45, correct: 4500, interval: [0.44, 0.46] as const };
  return {
    kind: "bars.train-record",
    schema: 1,
    config: trainConfig({ epochs: 5, seed }),
    model: checkModelSpec({ kind: "baseline", name }),
    configHash: `${name}${seed}`.padEnd(64, "0"),
    createdAt: "2026-01-02T00:00:00.000Z",
    updatedAt: "2026-01-02T00:00:00.000Z",
    versions: { bars: "0.1.0", node: "20" },
    backend: { name: "wasm", version: "4.22.0" } as TrainRecord["backend"],
    data: {
      ...{
        name: "CIFAR-10",
        note: "",
        trainImages: 50_000 - held,
        validationImages: held,
        testImages: 10_000,
      },
      ...{ mean: [0, 0, 0], std: [1, 1, 1] },
    },
    cost: { flops: 1, bops: 1, ops: 1, binaryParameters: 1, realParameters: 1, bits: 33 },
    teacher: null,
    status: "finished",
    statusDetail: null,
    epochs,
    best: null,
    tests: [{ ...test, checkpoint: "last", epoch: 4, recalibrated: false, which: "all" }],
  };
}
