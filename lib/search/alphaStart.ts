import { tf } from "../backend";
import { alphaStartOf } from "../config/searchConfig";
import { sequentialBatches } from "../data/sequentialBatches";
import { samplerProbabilities } from "../derive/samplerProbabilities";
import { type TensorBatch, toTensors } from "../loop/batchTensors";
import { traitsOf } from "../primitives/primitives";
import type { Alphas } from "../space/alphas";
import { canonicalJson } from "../util/canonicalJson";
import { mean } from "../util/statistics";
import type { EpochSettings } from "./epochSettings";
import type { SearchContext } from "./searchContext";
import type { SearchState } from "./searchState";
import { isPruned } from "./strategies/pruning";
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
  if (haveMoved(state.alphas.values(), state.startAlphas)) return false;
  if (step > 0) return true;
  const held = await heldOut(context, batches);
  try {
    return !clearlyPositive(await risesOfEdges(state, settings, held));
  } finally {
    tf.dispose(held.flatMap(({ images, labels }) => [images, labels]));
  }
}

/** Whether a step has moved alphas. Pruning, which writes logits of its own, is none. */
function haveMoved(values: Alphas, start: Alphas): boolean {
  const cells = values.cells.map((rows, g) =>
    rows.map((row, r) => row.map((logit, k) => (isPruned(logit) ? start.cells[g]?.[r]?.[k] : logit))),
  );
  return canonicalJson({ ...values, cells }) !== canonicalJson(start);
}

/** Whether a mean is above 0 by more than twice its standard error: before anything is learnt differences are noise. */
export function clearlyPositive(values: readonly number[]): boolean {
  if (values.length === 0) return true;
  const middle = mean(values);
  if (values.length === 1) return middle > 0;
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return middle > 2 * Math.sqrt(squares / (values.length - 1) / values.length);
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
 * For every edge, how much more leaving out the operations with weights adds to the loss than leaving out `none` does. Empty where
 * the space has not both.
 */
async function risesOfEdges(
  { supernet, alphas }: Pick<SearchState, "supernet" | "alphas">,
  { samplers, edeT, config }: Pick<EpochSettings, "samplers" | "edeT" | "config">,
  batches: readonly TensorBatch[],
): Promise<number[]> {
  const { primitives } = config.space;
  const none = primitives.indexOf("none");
  const weighted = (k: number) => k !== none && !traitsOf(primitives[k] as string).parameterFree;
  if (none < 0 || !primitives.some((_, k) => weighted(k))) return [];
  const loss = mixtureLoss(supernet, batches, { edeT });
  const values = alphas.values();
  const edges = values.edges ? { edges: values.edges } : {};
  const weights = { ...samplerProbabilities(values, samplers), ...edges };
  const found: number[] = [];
  for (const place of rowsOf(weights).filter(({ level }) => level === "cells")) {
    const row = rowAt(weights, place);
    const without = (dropped: (k: number) => boolean) =>
      loss(withRow(weights, place, rowWithout(row, dropped)));
    found.push((await without(weighted)) - (await without((k) => k === none)));
  }
  return found;
}
