import { tf } from "../../backend";
import type { PruningConfig } from "../../config/strategiesConfig";
import type { AlphaVariables } from "../../supernet/alphaVariables";
import { prunedLogit } from "../draws";

/**
 * At the start of an epoch that begins a stage, keeps the `keep` largest alphas of every edge and sets the others to
 * a logit whose probability is 0. It stays there: its gradient is 0 too. Returns how many candidates fell.
 */
export function pruneAlphas(alphas: AlphaVariables, { stages }: PruningConfig, epoch: number): number {
  const stage = stages.find(([from]) => from === epoch);
  if (!stage) return 0;
  let fallen = 0;
  for (const variable of alphas.cells) {
    const rows = (variable.arraySync() as number[][]).map((row) => {
      const kept = keptIndices(row, stage[1]);
      return row.map((logit, k) => {
        if (kept.has(k) || logit <= prunedLogit) return logit;
        fallen += 1;
        return prunedLogit;
      });
    });
    tf.tidy(() => variable.assign(tf.tensor2d(rows)));
  }
  return fallen;
}

/** Of equal logits the first stays. */
function keptIndices(row: readonly number[], keep: number): Set<number> {
  const order = row.map((_, k) => k).sort((a, b) => (row[b] as number) - (row[a] as number) || a - b);
  return new Set(order.slice(0, keep));
}
