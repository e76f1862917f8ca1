import { lossGradients, softmaxCrossEntropy, tf } from "../backend";
import { deriveInputOf, type StoredEpoch } from "../derive/alphasAt";
import type { TensorBatch } from "../loop/batchTensors";
import { readSearchRecord } from "../records/searchRecordFile";
import { type Table, table } from "../records/table";
import { edgesOf } from "../space/edges";
import { widthNames } from "../space/widthNames";
import { AlphaVariables } from "../supernet/alphaVariables";
import { type Progress, silentProgress } from "../util/progress";
import { mean } from "../util/statistics";
import { probabilityTensors } from "./draws";
import { type EpochSettings, epochSettings } from "./epochSettings";
import { searchFiles } from "./searchFiles";
import { type RowPlace, rowAt, rowsOf } from "./strengths";
import { SupernetScorer } from "./supernetScorer";

export interface AlphaSignalOptions {
  /** Whose alphas; by default those of the chosen epoch, else the last. The weights are the checkpoint's. */
  readonly epoch?: StoredEpoch;
  /** Images of the alpha split; 0: all. Default: as many as each epoch was measured on. */
  readonly images?: number;
  readonly progress?: Progress;
}

const columns = [
  { name: "level", unit: null, description: "cell, depth or width" },
  { name: "place", unit: null, description: "cell group and edge, or stage; of a width per cell the cell" },
  { name: "choice", unit: null, description: "the primitive, the number of cells kept, or the width" },
  { name: "probability", unit: "share", description: "of the choice, without noise" },
  {
    name: "pull",
    unit: "nats",
    description:
      "minus the mean gradient of the cross entropy in its alpha, over whole batches: where descent takes it, cost left aside",
  },
  { name: "deviation", unit: "nats", description: "standard deviation of that gradient from batch to batch" },
  { name: "signal", unit: null, description: "|mean| / deviation of that gradient; null without deviation" },
  { name: "drop", unit: "nats", description: "what leaving the choice out adds to the loss" },
  { name: "keep", unit: "nats", description: "what deciding for the choice takes from the loss" },
] as const;

/**
 * What the alphas of a stored search are told, choice by choice: where the loss's gradient pulls them and how steadily from
 * batch to batch, beside what the choice counts when it is left out, or decided for (`strengthsOf`). Weights stay as they are, and
 * the mixture has the probabilities of the alphas, without noise. A clear signal need not be a right one.
 *
 * @param directory of the run: `record.json` and `checkpoint.safetensors`.
 * @throws RecordError where there is no checkpoint, or one of another search.
 *
 * @example
 * ```ts
 * const space = { initChannels: 4, cellLayout: [0, 1, 0], steps: 1 };
 * const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };
 * const config = bars.searchConfig({ space, data, batchSize: 8, epochs: 2, warmupEpochs: 1 });
 * await bars.search(config, { directory: "runs/tiny-search" });
 * const table = await bars.analysis.alphaSignal("runs/tiny-search", { images: 8 });
 * console.log(table.rows.length); // 18
 * ```
 */
export async function alphaSignal(directory: string, options: AlphaSignalOptions = {}): Promise<Table> {
  const { epoch, images, progress = silentProgress } = options;
  const files = searchFiles(directory);
  const record = readSearchRecord(files.record);
  const { alphas, space } = deriveInputOf(record, epoch, files.record);
  const scorer = await SupernetScorer.open(record, files.checkpoint, { images, progress });
  try {
    const drop = await scorer.strengths(alphas, "drop", progress);
    const keep = await scorer.strengths(alphas, "keep", progress);
    const settings = epochSettings(record.config, Math.max(0, record.epochs.length - 1));
    const batches = await scorer.tensors();
    const size = batches[0]?.labels.size;
    // The gradient of a few images that are left over is noisier than those of whole batches.
    const whole = batches.filter(({ labels }) => labels.size === size);
    for (const rest of batches.slice(whole.length)) tf.dispose([rest.images, rest.labels]);
    const byBatch = gradientsByBatch(scorer, new AlphaVariables(alphas), settings, whole);
    const left = batches.length > whole.length ? `; gradients of the first ${byBatch.length} alone` : "";
    const probabilities = scorer.probabilities(alphas);
    const rows = rowsOf(probabilities).flatMap((place) =>
      rowAt(probabilities, place).map((probability, k) => {
        const gradients = byBatch.map((of) => of(place)[k] as number);
        const middle = mean(gradients);
        const spread = deviationOf(gradients, middle);
        return {
          ...named(place, k, space),
          probability,
          pull: -middle,
          deviation: spread,
          signal: spread > 0 ? Math.abs(middle) / spread : null,
          drop: rowAt(drop, place)[k] as number,
          keep: rowAt(keep, place)[k] as number,
        };
      }),
    );
    return table("What the alphas are told", columns, rows, {
      sources: [record.configHash],
      notes: [
        `${scorer.images} images of the alpha split in ${batches.length} batches, weights fixed, batch norms by the statistics of each batch; cross entropy alone${left}.`,
      ],
    });
  } finally {
    scorer.dispose();
  }
}

/** For each batch, the gradient of the cross entropy in every row of the alphas. Frees alphas and batches. */
function gradientsByBatch(
  { supernet }: SupernetScorer,
  alphas: AlphaVariables,
  { samplers, edeT }: EpochSettings,
  batches: readonly TensorBatch[],
): ((place: RowPlace) => readonly number[])[] {
  const named = alphas.named();
  const found = batches.map(({ images, labels }) => {
    const { value, gradients } = lossGradients(() => {
      const weights = probabilityTensors(alphas, samplers, supernet.space.steps);
      return softmaxCrossEntropy(supernet.logits(images, weights, { edeT }), labels, 0);
    }, Object.values(named));
    const plain = Object.fromEntries(
      Object.keys(named).map((name, i) => [name, gradients[i]?.arraySync() ?? null]),
    );
    tf.dispose([value, gradients, images, labels] as never);
    return (place: RowPlace): readonly number[] => {
      if (place.level !== "cells") return plain[`${place.level}${place.row}`] as number[];
      return (plain[`cell${place.group}`] as number[][])[place.row] as number[];
    };
  });
  alphas.dispose();
  return found;
}

function named(place: RowPlace, k: number, space: SupernetScorer["record"]["config"]["space"]) {
  if (place.level !== "cells") {
    const choice = place.level === "depth" ? k : space.widthChoices[k];
    const where = place.level === "depth" ? `stage ${place.row}` : (widthNames(space)[place.row] as string);
    return { level: place.level, place: where, choice: String(choice) };
  }
  const { to, from } = edgesOf(space.steps)[place.row] as { to: number; from: number };
  return {
    level: "cell",
    place: `group ${place.group} edge${to}-${from}`,
    choice: space.primitives[k] as string,
  };
}

/** Standard deviation with n − 1; 0 for fewer than two values. */
function deviationOf(values: readonly number[], middle: number): number {
  if (values.length < 2) return 0;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}
