import { softmaxCrossEntropy, tf } from "../backend";
import type { TensorBatch } from "../loop/batchTensors";
import type { Alphas } from "../space/alphas";
import { edgeWeights } from "../supernet/edgeWeights";
import type { ForwardOptions, Supernet } from "../supernet/supernet";

/**
 * How a choice is judged by the supernet's loss: by what leaving it out costs ("drop", as DARTS-PT judges operations), or by
 * what deciding its row for it gains ("keep").
 */
export type Judgement = "drop" | "keep";

/** Cross entropy of a supernet at given mixture weights, on images it holds. */
export type MixtureLoss = (weights: Alphas) => Promise<number>;

/**
 * The loss of a supernet on some batches, a mean over their images, batch norms by the statistics of each batch. The caller owns
 * the batches.
 */
export function mixtureLoss(
  supernet: Supernet,
  batches: readonly TensorBatch[],
  options: Pick<ForwardOptions, "edeT">,
): MixtureLoss {
  const sizes = batches.map(({ labels }) => labels.size);
  const images = sizes.reduce((sum, size) => sum + size, 0);
  const alike = sizes.every((size) => size === sizes[0]);
  return async ({ cells, depth, width, edges }) => {
    const losses = tf.tidy(() => {
      const row = (own: readonly number[]) => (own.length === 0 ? null : tf.tensor1d([...own]));
      const weights = {
        cells: cells.map((rows) => tf.tensor2d(rows.map((own) => [...own]))),
        depth: depth.map(row),
        width: width.map(row),
        edges: edges?.map((betas) => edgeWeights(tf.tensor1d([...betas]), supernet.space.steps)),
      };
      const parts = batches.map((batch) => {
        const loss = softmaxCrossEntropy(supernet.logits(batch.images, weights, options), batch.labels, 0);
        return alike ? loss : tf.mul(loss, batch.labels.size);
      });
      return tf.div(tf.addN(parts), alike ? parts.length : images);
    });
    const [loss] = await losses.data();
    losses.dispose();
    return loss as number;
  };
}

/** One row of mixture weights: an edge's, a stage's depth or width. */
export type RowPlace =
  | { readonly level: "cells"; readonly group: number; readonly row: number }
  | { readonly level: "depth" | "width"; readonly row: number };

/** Every row with more than one choice. */
export function rowsOf({ cells, depth, width }: Alphas): RowPlace[] {
  const layout = (level: "depth" | "width", rows: Alphas["depth"]) =>
    rows.flatMap((own, row) => (own.length > 1 ? [{ level, row }] : []));
  return [
    ...cells.flatMap((rows, group) =>
      rows.flatMap((own, row) => (own.length > 1 ? [{ level: "cells" as const, group, row }] : [])),
    ),
    ...layout("depth", depth),
    ...layout("width", width),
  ];
}

export function rowAt(weights: Alphas, place: RowPlace): readonly number[] {
  const rows = place.level === "cells" ? weights.cells[place.group] : weights[place.level];
  return rows?.[place.row] ?? [];
}

/** The same weights with another row in one place. */
export function withRow(weights: Alphas, place: RowPlace, row: readonly number[]): Alphas {
  const replaced = (rows: readonly (readonly number[])[]) =>
    rows.map((own, i) => (i === place.row ? row : own));
  if (place.level !== "cells") return { ...weights, [place.level]: replaced(weights[place.level]) };
  return { ...weights, cells: weights.cells.map((rows, g) => (g === place.group ? replaced(rows) : rows)) };
}

/** A row without some of its choices, the others in their proportion sharing its weight; even where they had none. */
export function rowWithout(row: readonly number[], dropped: (k: number) => boolean): number[] {
  const kept = row.map((p, k) => (dropped(k) ? 0 : p));
  const [all, rest] = [row, kept].map((own) => own.reduce((sum, p) => sum + p, 0)) as [number, number];
  if (rest > 0) return kept.map((p) => (p * all) / rest);
  const count = row.filter((_, k) => !dropped(k)).length;
  return row.map((_, k) => (dropped(k) ? 0 : all / count));
}

/**
 * Strength of every choice, in nats of loss, shaped like the weights: "drop" `L(without k) − L`, "keep" `L − L(k alone)`,
 * every other row at its mixture.
 *
 * Reference: Wang et al. 2021, "Rethinking Architecture Selection in Differentiable NAS", arXiv:2108.04392.
 *
 * @param measured called after each loss.
 */
export async function strengthsOf(
  weights: Alphas,
  loss: MixtureLoss,
  judgement: Judgement,
  measured: () => void = () => {},
): Promise<Alphas> {
  const base = await loss(weights);
  let strengths: Alphas = {
    cells: weights.cells.map((rows) => rows.map((row) => row.map(() => 0))),
    depth: weights.depth.map((row) => row.map(() => 0)),
    width: weights.width.map((row) => row.map(() => 0)),
  };
  for (const place of rowsOf(weights)) {
    const row = rowAt(weights, place);
    const own: number[] = [];
    for (const k of row.keys()) {
      const changed = rowWithout(row, (other) => (judgement === "drop" ? other === k : other !== k));
      const moved = await loss(withRow(weights, place, changed));
      own.push(judgement === "drop" ? moved - base : base - moved);
      measured();
    }
    strengths = withRow(strengths, place, own);
  }
  return strengths;
}
