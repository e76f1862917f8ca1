import type { DeviceStatistics } from "./device";

/** What the back end has done and holds. */
export interface OnnxStatistics extends DeviceStatistics {
  /** Flushes whose graph was compiled already. */
  readonly hits: number;
  /** Recorded functions that ran again without being called. */
  readonly replays: number;
  /** Calls recorded and not computed yet. */
  readonly pending: number;
  /** Compiled graphs that are kept. */
  readonly programs: number;
  /** Operators of the graph of the last flush. */
  readonly operators: number;
  /** Programs compiled as stages so far, and why the last one with convolutions was not; see `stages`. */
  readonly staged: number;
  readonly unstaged: string | null;
  /** Bytes of the memory in which those that are kept compute, one after the other. */
  readonly stagedBytes: number;
  /** Bytes that compiled graphs keep between runs, about. */
  readonly keptBytes: number;
}
