import { calibrationBatches } from "../data/calibrationBatches";
import type { ImageSet } from "../data/imageSet";
import { sequentialBatches } from "../data/sequentialBatches";
import type { Trainable } from "../network/trainable";
import { fold } from "../random/randomKey";
import type { TestResult } from "../records/trainRecord";
import type { WholeWork } from "../util/progress";
import { tap } from "../util/tap";
import { wilsonInterval } from "../util/wilsonInterval";
import { accuracyOf, evaluateNetwork, type Predictions } from "./evaluateNetwork";
import { recalibrateNetwork } from "./recalibrateNetwork";
import type { TrainContext } from "./trainContext";
import { passOf, type TrainPhase } from "./trainPhase";

/** Images evaluated at once; results do not depend on it. */
const evaluationBatch = 250;

/** Predictions for images as they are: all of a set, or those at some places. */
export async function predictions(
  context: TrainContext,
  network: Trainable,
  phase: TrainPhase,
  set: ImageSet,
  indices: Uint32Array | undefined,
  title: string,
  whole?: WholeWork,
): Promise<Predictions> {
  const { mean, std } = context.data.info;
  const batches = sequentialBatches({
    set,
    batchSize: evaluationBatch,
    mean,
    std,
    ...(indices ? { indices } : {}),
  });
  const { progress } = context;
  let done = 0;
  progress.start(`${context.title}${title}`, indices?.length ?? set.labels.length, "images", whole);
  try {
    const counted = tap(batches, ({ labels }) => {
      done += labels.length;
      progress.update(done);
    });
    return await evaluateNetwork(network, counted, passOf(context.config, phase));
  } finally {
    progress.stop();
  }
}

/**
 * Takes the statistics of a network's batch norms anew, from augmented training images (`calibrationBatches`), the
 * same ones for every measurement of a run.
 */
export async function recalibrated(
  context: TrainContext,
  network: Trainable,
  phase: TrainPhase,
): Promise<void> {
  const { config, data, trainImages, key } = context;
  const { mean, std } = data.info;
  const batches = calibrationBatches({
    set: data.train,
    indices: trainImages,
    augment: config.data.augment,
    batches: config.evaluation.recalibrationBatches,
    batchSize: config.batchSize,
    mean,
    std,
    key: fold(key, "recalibration"),
  });
  await recalibrateNetwork(network, batches, passOf(config, phase));
}

/** Results on the test images, on all and, where some only approximate the official ones, on the exact rest. */
export function testResults(
  test: ImageSet,
  found: Predictions,
  about: Pick<TestResult, "checkpoint" | "epoch" | "recalibrated">,
): TestResult[] {
  const result = (which: "all" | "exact", places?: Uint32Array): TestResult => {
    const { images, correct, accuracy, loss } = accuracyOf(found, places);
    const interval = wilsonInterval(correct, images);
    const more = found.topFive ? { topFive: shareAt(found.topFive, places) } : {};
    return { images, loss, accuracy, correct, interval, ...more, ...about, which };
  };
  if (!test.approximate) return [result("all")];
  const approximate = new Set(test.approximate);
  const exact = Uint32Array.from(found.correct, (_, i) => i).filter((i) => !approximate.has(i));
  return exact.length === 0 ? [result("all")] : [result("all"), result("exact", exact)];
}

/** Share of ones, in all places or in some. */
function shareAt(ones: Uint8Array, places?: Uint32Array): number {
  if (!places) return ones.reduce((sum, one) => sum + one, 0) / ones.length;
  return places.reduce((sum, place) => sum + (ones[place] as number), 0) / places.length;
}
