/**
 * Many searches and trainings from one file, on one machine or several.
 *
 * @module
 */

export { collectSweep } from "../sweep/collectSweep";
export { expandSweep } from "../sweep/expandSweep";
export type { JobOutcome } from "../sweep/jobFolder";
export type { JobMessage } from "../sweep/jobMessages";
export type { JobCommand } from "../sweep/jobProcess";
export { type JobState, type JobStatus, jobState } from "../sweep/jobState";
export { runSweep, type SweepEvent, type SweepResult, type SweepRunOptions } from "../sweep/runSweep";
export {
  checkSweep,
  readSweepFile,
  type Sweep,
  type SweepPart,
  type SweepRun,
  sweepParts,
} from "../sweep/sweepFile";
export type { JobStep, SweepJob } from "../sweep/sweepJob";
export type { LockOwner } from "../util/fileLock";
export { type Machine, type PoolSize, poolSize } from "../util/poolSize";
