import { modelShape } from "../records/modelSpec";
import { recalibrationText, trainRecalibration } from "../records/recalibration";
import type { TestResult, TrainRecord } from "../records/trainRecord";
import { counted } from "../util/counted";
import { epochNumber } from "../util/epochNumber";

/**
 * A finished training as a short table for a terminal. Accuracies come with Wilson's 95 % interval over the test
 * images, which holds nothing of the spread over seeds; the table says so.
 *
 * @example
 * ```ts
 * const record = bars.readTrainRecord("data/records/frontier/bars-3M-s0.json");
 * console.log(bars.experiments.trainSummaryText(record).split("\n").length > 1); // true
 * ```
 */
export function trainSummaryText(record: TrainRecord): string {
  const { model, cost, config, data, epochs, tests, teacher } = record;
  const count = (value: number) => Math.round(value).toLocaleString("en-US");
  const seconds = epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
  const last = epochs.at(-1);
  const rows: readonly (readonly [string, string])[] = [
    ["network", `${model.name} (${modelShape(model).classes} classes)`],
    ["FLOPs", `${count(cost.flops)}  (real multiply-accumulates for one image)`],
    ["BOPs", `${count(cost.bops)}  (1-bit multiply-accumulates)`],
    ["OPs", `${count(cost.ops)}  (FLOPs + BOPs / 64)`],
    ["parameters", `${count(cost.binaryParameters)} binary, ${count(cost.realParameters)} real`],
    ...(teacher
      ? [["teacher", `${teacher.name}, test accuracy ${percent(teacher.testAccuracy)}`] as const]
      : []),
    [
      "training",
      `loss ${last?.trainLoss.toFixed(3) ?? "none"}, accuracy ${percent(last?.trainAccuracy ?? 0)} on augmented images in the last epoch`,
    ],
    ...tests.map(
      (test) => ["test accuracy", testText(test, recalibrationText(trainRecalibration(record)))] as const,
    ),
    [
      "data",
      `${data.name}, ${count(data.trainImages)} training images, seed ${config.seed}, ${counted(epochs.length, "epoch")}, ${seconds.toFixed(0)} s of steps, engine ${record.backend.name}`,
    ],
    ["note", "intervals are over test images, of this one seed; they hold nothing of the spread over seeds"],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n");
}

/** `83.1 % (95 % interval 82.4 to 83.8 %) on 10,000 images, last epoch`. */
function testText(test: TestResult, how: string): string {
  const { accuracy, interval, images, checkpoint, epoch, which, recalibrated } = test;
  const [low, high] = interval.map((share) => (100 * share).toFixed(1));
  const what = which === "exact" ? "exact images" : "images";
  const when = checkpoint === "last" ? "last epoch" : `epoch ${epochNumber(epoch)}, best on held-out images`;
  const anew = recalibrated ? `, batch norm recalibrated${how}` : "";
  return `${percent(accuracy)} (95 % interval ${low} to ${high} %) on ${images.toLocaleString("en-US")} ${what}, ${when}${anew}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
