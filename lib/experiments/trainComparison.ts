import type { TrainRecord } from "../records/trainRecord";
import { methodOf } from "./frontierRuns";

/** One trained network as a row. Costs for one image, one multiply-accumulate = 1; accuracies are shares. */
export interface TrainRow {
  readonly network: string;
  readonly method: string;
  readonly seed: number;
  readonly bops: number;
  readonly ops: number;
  readonly binaryParameters: number;
  readonly trainAccuracy: number | null;
  /** Of the last epoch on all test images. */
  readonly testAccuracy: number | null;
  /** Wilson's 95 % interval over the test images; it holds nothing of the spread over seeds. */
  readonly low: number | null;
  readonly high: number | null;
  readonly testImages: number;
  readonly epochs: number;
  readonly seconds: number;
}

/**
 * Trained networks side by side, as flat rows.
 *
 * @example
 * ```ts
 * const record = bars.readTrainRecord("data/records/frontier/bars-3M-s0.json");
 * const [row] = bars.experiments.trainComparison([record]);
 * console.log(row.network, row.seed); // bars-3M 0
 * ```
 */
export function trainComparison(records: readonly TrainRecord[]): TrainRow[] {
  return records.map(({ model, config, cost, epochs, tests, data }) => {
    const test = tests.find(({ checkpoint, which }) => checkpoint === "last" && which === "all");
    return {
      network: model.name,
      method: methodOf(model),
      seed: config.seed,
      bops: cost.bops,
      ops: cost.ops,
      binaryParameters: cost.binaryParameters,
      trainAccuracy: epochs.at(-1)?.trainAccuracy ?? null,
      testAccuracy: test?.accuracy ?? null,
      low: test?.interval[0] ?? null,
      high: test?.interval[1] ?? null,
      testImages: data.testImages,
      epochs: epochs.length,
      seconds: Math.round(epochs.reduce((sum, epoch) => sum + epoch.seconds, 0)),
    };
  });
}
