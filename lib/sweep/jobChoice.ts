import type { SweepRun } from "./sweepFile";
import type { SweepJob } from "./sweepJob";

/** The settings of one job before defaults: its run with one budget, one seed and one value for each grid path. */
export interface JobChoice {
  readonly run: SweepRun;
  readonly seed: number;
  readonly budget: SweepJob["budget"];
  readonly grid: Readonly<Record<string, unknown>>;
  /** The run's parts with the grid's values in place. */
  readonly parts: SweepRun["parts"];
  /** Name of the job without its seed: what its model is called. */
  readonly label: string;
  /** For messages. */
  readonly place: string;
  /** Gets what a preset was fitted to. */
  readonly say: (line: string) => void;
}
