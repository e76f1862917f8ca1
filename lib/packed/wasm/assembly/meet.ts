import { SYNC, SYNC_MET, SYNC_ROUND } from "../fields";

/** Turns a thread waits awake before it sleeps: some tens of microseconds. */
export const TURNS = 20000;

/** Returns when all threads have come here. */
export function meet(threads: i32, patient: bool): void {
  const round = atomic.load<i32>(SYNC, SYNC_ROUND);
  if (atomic.add<i32>(SYNC, 1, SYNC_MET) + 1 == threads) {
    atomic.store<i32>(SYNC, 0, SYNC_MET);
    atomic.add<i32>(SYNC, 1, SYNC_ROUND);
    atomic.notify(SYNC + SYNC_ROUND, threads);
    return;
  }
  for (let turn = 0; atomic.load<i32>(SYNC, SYNC_ROUND) == round; turn++) {
    if (patient && turn > TURNS) atomic.wait<i32>(SYNC + SYNC_ROUND, round, -1);
  }
}
