import { existsSync, rmSync } from "node:fs";
import type { StrategyFields } from "../../config/strategies/strategies";
import type { EigenvalueStopConfig } from "../../config/strategiesConfig";
import { epochNumber } from "../../util/epochNumber";
import type { AtEpoch, EndedEpoch, EpochChanges, StrategyHooks } from "../strategyHooks";
import { epochToReturnTo } from "./eigenvalueStop";

/** Where the state at the end of an epoch is kept while a search may return to it. */
function snapshot(checkpoint: string, epoch: number): string {
  return `${checkpoint}.after-epoch-${epochNumber(epoch)}`;
}

/** What earlier versions called it, counting epochs from 0. */
function earlierSnapshot(checkpoint: string, epoch: number): string {
  return `${checkpoint}.epoch${epoch}`;
}

function forget(checkpoint: string, epoch: number): void {
  for (const path of [snapshot(checkpoint, epoch), earlierSnapshot(checkpoint, epoch)])
    rmSync(path, { force: true });
}

/** Removes the states a finished search will not return to. */
function forgetSnapshots(checkpoint: string, { method }: EigenvalueStopConfig, epochs: number): void {
  if (method !== "adapt") return;
  for (let epoch = 0; epoch < epochs; epoch++) forget(checkpoint, epoch);
}

/**
 * After an epoch: stops the search, or takes it back with more weight decay, when the dominant eigenvalue says so
 * (`EigenvalueStopConfig`). Returns what changes in the record; the state may have moved to an earlier epoch.
 *
 * While the search may return, the state of the last `delta + 1` epochs lies beside the checkpoint.
 */
async function watchEigenvalue(
  eigenvalueStop: EigenvalueStopConfig,
  { state, record, checkpoint }: EndedEpoch,
): Promise<EpochChanges> {
  const { method, delta, decayFactor, maxDecay, ratio } = eigenvalueStop;
  if (method === "none") return {};
  const from = state.position.epoch - 1;
  const target = epochToReturnTo(
    record.epochs.map(({ eigenvalue }) => eigenvalue),
    eigenvalueStop,
  );
  if (method === "stop") {
    if (target === null) return {};
    const reason =
      `the dominant eigenvalue grew by more than ${ratio} from epoch ${epochNumber(target)} to epoch ${epochNumber(from)}; ` +
      `the architecture is that of epoch ${epochNumber(target)}`;
    return { chosen: { epoch: target, reason } };
  }
  const weightDecay = Math.min(state.weightDecay * decayFactor, maxDecay);
  if (target === null || weightDecay <= state.weightDecay) {
    await state.save(snapshot(checkpoint, from), record.configHash, record.backend);
    forget(checkpoint, from - delta - 1);
    return {};
  }
  const [own, earlier] = [snapshot(checkpoint, target), earlierSnapshot(checkpoint, target)];
  state.restore(!existsSync(own) && existsSync(earlier) ? earlier : own, record.configHash);
  state.weightDecay = weightDecay;
  for (let epoch = target + 1; epoch <= from; epoch++) forget(checkpoint, epoch);
  return {
    epochs: record.epochs.slice(0, target + 1),
    rollbacks: [...record.rollbacks, { from, to: target, weightDecay }],
  };
}

/** The return to an earlier epoch whose checkpoint was written, and whose record was not any more: it shows in the weight decay. */
function lostRollback(
  { method }: EigenvalueStopConfig,
  { state, record }: Pick<EndedEpoch, "state" | "record">,
): EpochChanges {
  const { config, epochs, rollbacks } = record;
  const { position, weightDecay } = state;
  const known = rollbacks.at(-1)?.weightDecay ?? config.weightOptimizer.weightDecay;
  if (method !== "adapt" || weightDecay === known || position.epoch >= epochs.length) return {};
  return { rollbacks: [...rollbacks, { from: epochs.length - 1, to: position.epoch - 1, weightDecay }] };
}

/** Stops a search, or takes it back, by the dominant eigenvalue (R-DARTS, arXiv:1909.09656). */
export const eigenvalueStopHooks: StrategyHooks<AtEpoch<StrategyFields["eigenvalueStop"]>> = {
  epochEnd: watchEigenvalue,
  resumed: lostRollback,
  finished: (own, { config, checkpoint }) => forgetSnapshots(checkpoint, own, config.epochs),
};
