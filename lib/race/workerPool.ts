import type { RaceOutcome, RaceTask, WorkerAbout } from "./raceTask";

/** Something that happened to a worker. */
export type WorkerEvent =
  | { readonly type: "started"; readonly worker: number; readonly pid: number }
  | {
      readonly type: "died";
      readonly worker: number;
      readonly how: string;
      readonly task: RaceTask | null;
      /** How many go on without it; null where another takes its place. */
      readonly left: number | null;
    };

/** Workers that train networks of one race. */
export interface WorkerPool {
  /** How many work at once. */
  readonly size: number;
  readonly about: WorkerAbout;
  /**
   * Trains a network through a rung on the next worker that is free. A worker that dies on the way leaves its task to
   * another, which goes on from its checkpoint.
   *
   * @throws InterruptedError once the race was asked to stop, when the worker has saved.
   */
  run(task: RaceTask, onStep: (steps: number) => void): Promise<RaceOutcome>;
  /** Ends all workers; what they work on is saved first. */
  close(): Promise<void>;
}
