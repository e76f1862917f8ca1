import type { EvolutionRecord } from "./evolutionRecord";
import type { SearchRecord } from "./searchRecord";
import type { TrainRecord } from "./trainRecord";

/**
 * What "recalibrated" means in a record: which statistics batch norms had when accuracies were measured.
 *
 * - `augmented`: those of augmented training images, drawn by the run's key, all batches together (law of total variance;
 *   `layers/recalibrate`). Every record written now, and trainings of schema 1.
 * - `plain`: the same of images as they are. Searches of schema 3, trainings and evolutions of schema 2.
 * - `batch_means`: the means of the batches' means and of their variances, over the first images of the weight split;
 *   the spread between batches is missing. Searches of schema 2 and evolutions of schema 1.
 * - `none`: none were taken anew: a network has its running statistics, a supernet those of each evaluated batch.
 */
export type Recalibration = "augmented" | "plain" | "batch_means" | "none";

/** Of the accuracies in a search record. */
export function searchRecalibration({
  schema,
  config,
}: Pick<SearchRecord, "schema" | "config">): Recalibration {
  if (config.diagnostics.recalibrationBatches === 0) return "none";
  if (schema === 2) return "batch_means";
  return schema === 3 ? "plain" : "augmented";
}

/** Of the test results in a training record that say they are recalibrated. */
export function trainRecalibration({
  schema,
  config,
}: Pick<TrainRecord, "schema" | "config">): Recalibration {
  if (config.evaluation.recalibrationBatches === 0) return "none";
  return schema === 2 ? "plain" : "augmented";
}

/** Of the fitness in an evolution's record; the search's `recalibrationBatches` is not in it and taken to be above 0. */
export function evolutionRecalibration({
  schema,
  config,
}: Pick<EvolutionRecord, "schema" | "config">): Recalibration {
  if (config.fitness.kind !== "supernet") return "none";
  if (schema === 1) return "batch_means";
  return schema === 2 ? "plain" : "augmented";
}

/** For tables and reports: what to add to "batch norms recalibrated". Empty for what is written now. */
export function recalibrationText(recalibration: Recalibration): string {
  switch (recalibration) {
    case "plain":
      return " on images as they are";
    case "batch_means":
      return " by means over batches";
    case "augmented":
    case "none":
      return "";
    default:
      return recalibration satisfies never;
  }
}
