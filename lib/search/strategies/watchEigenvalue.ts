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

/** Removes the states of the epochs before one. */
function forgetBefore(checkpoint: string, end: number): void {
  for (let epoch = 0; epoch < end; epoch++) forget(checkpoint, epoch);
}

/**
 * The earliest epoch a search may still return to when epoch `from` has ended. Returns can follow each other at once: each
 * may end `delta − 1` epochs before the one before it. Above `from` where the weight decay cannot grow any more.
 */
function earliestReturn(
  { delta, startEpoch, decayFactor, maxDecay }: EigenvalueStopConfig,
  from: number,
  weightDecay: number,
): number {
  let earliest = from + 1;
  let decay = weightDecay;
  for (let next = from + 1; next >= 0 && decay < maxDecay; next -= delta - 1) {
    earliest = next - delta;
    if (delta === 1) break;
    decay = Math.min(decay * decayFactor, maxDecay);
  }
  return Math.max(earliest, startEpoch - delta, 0);
}

/** Searches that were told that they cannot go back: each is told once. */
const told = new WeakSet<EndedEpoch["state"]>();

function tellOfMissing(state: EndedEpoch["state"], from: number, path: string): void {
  if (told.has(state)) return;
  told.add(state);
  console.warn(
    `search: after epoch ${epochNumber(from)} the dominant eigenvalue asks for a return to ${path}, which is not there (earlier versions kept fewer); the search goes on without it.`,
  );
}

/**
 * After an epoch: stops the search, or takes it back with more weight decay, when the dominant eigenvalue says so
 * (`EigenvalueStopConfig`). Returns what changes in the record; the state may have moved to an earlier epoch.
 *
 * The states of the epochs the search may still return to (`earliestReturn`) lie beside the checkpoint. Where one is missing,
 * the search goes on as it is and says so.
 */
async function watchEigenvalue(
  eigenvalueStop: EigenvalueStopConfig,
  { state, record, checkpoint }: EndedEpoch,
): Promise<EpochChanges> {
  const { method, decayFactor, maxDecay, ratio } = eigenvalueStop;
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
  const due = target !== null && weightDecay > state.weightDecay;
  const kept = due
    ? [snapshot(checkpoint, target), earlierSnapshot(checkpoint, target)].find(existsSync)
    : undefined;
  if (due && kept === undefined) tellOfMissing(state, from, snapshot(checkpoint, target));
  if (!due || kept === undefined) {
    const earliest = earliestReturn(eigenvalueStop, from, state.weightDecay);
    if (from >= earliest) await state.save(snapshot(checkpoint, from), record.configHash, record.backend);
    forgetBefore(checkpoint, earliest);
    return {};
  }
  state.restore(kept, record.configHash);
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
  finished: ({ method }, { config, checkpoint }) => {
    if (method === "adapt") forgetBefore(checkpoint, config.epochs);
  },
};
