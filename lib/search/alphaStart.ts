import { tf } from "../backend";
import { alphaStartOf } from "../config/searchConfig";
import { sequentialBatches } from "../data/sequentialBatches";
import { samplerProbabilities } from "../derive/samplerProbabilities";
import { type TensorBatch, toTensors } from "../loop/batchTensors";
import { traitsOf } from "../primitives/primitives";
import { canonicalJson } from "../util/canonicalJson";
import type { EpochSettings } from "./epochSettings";
import type { SearchContext } from "./searchContext";
import type { SearchState } from "./searchState";
import { mixtureLoss, rowAt, rowsOf, rowWithout, withRow } from "./strengths";

/**
 * Whether alphas rest in the epoch the search stands in: in warm-up, and by `alphaStart` until convolutions count. Once they have
 * moved they go on. What was decided at the start of an epoch that is resumed in its middle is seen by the alphas: the first
 * step after it would have moved them.
 */
export async function alphasRest(
  context: SearchContext,
  state: SearchState,
  settings: EpochSettings,
): Promise<boolean> {
  const { config } = context;
  const { epoch, step } = state.position;
  if (epoch < config.warmupEpochs) return true;
  const { when, latest, batches } = alphaStartOf(config);
  if (when === "warmup_ends" || epoch >= latest * config.epochs) return false;
  if (canonicalJson(state.alphas.values()) !== canonicalJson(state.startAlphas)) return false;
  if (step > 0) return true;
  const held = await heldOut(context, batches);
  try {
    const { convolutions, none } = await meanRises(state, settings, held);
    return convolutions <= none;
  } finally {
    tf.dispose(held.flatMap(({ images, labels }) => [images, labels]));
  }
}

/** The first images of the alpha split, on the engine. */
async function heldOut({ config, data, split }: SearchContext, count: number): Promise<TensorBatch[]> {
  const { mean, std } = data.info;
  const indices = split.alphaSplit.slice(0, count * config.batchSize);
  const batches: TensorBatch[] = [];
  for await (const batch of sequentialBatches({
    set: data.train,
    batchSize: config.batchSize,
    mean,
    std,
    indices,
  }))
    batches.push(toTensors(batch, data.train.imageSize, data.train.channels));
  return batches;
}

/**
 * Mean over all edges of what leaving out the operations with weights, and leaving out `none`, adds to the loss. Edges that
 * have not both do not count; 0 and 1 where none has, so that alphas move.
 */
export async function meanRises(
  { supernet, alphas }: Pick<SearchState, "supernet" | "alphas">,
  { samplers, edeT, config }: Pick<EpochSettings, "samplers" | "edeT" | "config">,
  batches: readonly TensorBatch[],
): Promise<{ readonly convolutions: number; readonly none: number }> {
  const { primitives } = config.space;
  const none = primitives.indexOf("none");
  const weighted = (k: number) => k !== none && !traitsOf(primitives[k] as string).parameterFree;
  if (none < 0 || !primitives.some((_, k) => weighted(k))) return { convolutions: 1, none: 0 };
  const loss = mixtureLoss(supernet, batches, { edeT });
  const values = alphas.values();
  const edges = values.edges ? { edges: values.edges } : {};
  const weights = { ...samplerProbabilities(values, samplers), ...edges };
  const base = await loss(weights);
  const sums = { convolutions: 0, none: 0 };
  const places = rowsOf(weights).filter(({ level }) => level === "cells");
  for (const place of places) {
    const row = rowAt(weights, place);
    const without = (dropped: (k: number) => boolean) =>
      loss(withRow(weights, place, rowWithout(row, dropped)));
    sums.convolutions += (await without(weighted)) - base;
    sums.none += (await without((k) => k === none)) - base;
  }
  return { convolutions: sums.convolutions / places.length, none: sums.none / places.length };
}
