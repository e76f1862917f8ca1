/**
 * Many searches and trainings from one file, on one machine or several.
 *
 * @module
 */

export { collectSweep } from "../sweep/collectSweep";
export { expandSweep } from "../sweep/expandSweep";
export { type JobState, jobState } from "../sweep/jobState";
export { poolSize } from "../sweep/poolSize";
export { runSweep, type SweepEvent } from "../sweep/runSweep";
export { checkSweep, readSweepFile, type Sweep } from "../sweep/sweepFile";
export type { SweepJob } from "../sweep/sweepJob";
