import { tf } from "../../backend";
import type { StrategyFields } from "../../config/strategies/strategies";
import type { PruningConfig } from "../../config/strategiesConfig";
import type { AlphaVariables } from "../../supernet/alphaVariables";
import type { AtEpoch, StrategyHooks } from "../strategyHooks";

/** The logit of a candidate that was pruned: its probability is 0 in single precision. */
const prunedLogit = -1000;

/** Whether a logit stands for a pruned candidate. Weight decay may have moved it a little since. */
export function isPruned(logit: number): boolean {
  return logit <= prunedLogit / 2;
}

/**
 * Progressive pruning (P-DARTS, arXiv:1904.12760, section 3.2.1): at the start of an epoch that begins a stage, keeps
 * the `keep` largest alphas of every edge and sets the others to a logit whose probability is 0 (−1000).
 *
 * A fallen candidate gets no gradient, but weight decay still pulls its logit toward 0: at the start of every epoch
 * it is set back, and whatever lies below half of −1000 counts as fallen.
 *
 * @returns how many candidates fell.
 */
export function pruneAlphas(alphas: AlphaVariables, { stages }: PruningConfig, epoch: number): number {
  const stage = stages.find(([from]) => from === epoch);
  if (!stages.some(([from]) => from <= epoch)) return 0;
  let fallen = 0;
  for (const variable of alphas.cells) {
    const rows = (variable.arraySync() as number[][]).map((row) => {
      const kept = keptIndices(row, stage?.[1] ?? row.length);
      return row.map((logit, k) => {
        if (isPruned(logit)) return prunedLogit;
        if (kept.has(k)) return logit;
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

/** Prunes candidates at the start of epochs, and computes none that fell (P-DARTS, arXiv:1904.12760). */
export const pruningHooks: StrategyHooks<AtEpoch<StrategyFields["pruning"]>> = {
  epochStart(own, { alphas, epoch }) {
    pruneAlphas(alphas, own, epoch);
  },
  leavesOut: ({ stages }) => (stages.length === 0 ? null : isPruned),
};
