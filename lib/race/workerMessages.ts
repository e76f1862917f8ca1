import type { RaceConfig } from "../config/raceConfig";
import type { RaceOutcome, RaceTask, WorkerAbout } from "./raceTask";

/** What a race tells a worker's process. */
export type ToWorker =
  | { readonly type: "open"; readonly config: RaceConfig; readonly directory: string }
  | { readonly type: "task"; readonly task: RaceTask }
  /** Save and end. */
  | { readonly type: "stop" };

/** What a worker's process tells the race. */
export type FromWorker =
  | { readonly type: "ready"; readonly about: WorkerAbout }
  | { readonly type: "step"; readonly steps: number }
  | { readonly type: "done"; readonly outcome: RaceOutcome }
  /** It has saved where it stands. */
  | { readonly type: "stopped" }
  /** What went wrong; no other worker would do better. `name`: of the error. */
  | { readonly type: "failed"; readonly name: string; readonly message: string };
