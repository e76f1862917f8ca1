/**
 * The running process: the tensor engine in use and its speed, progress, reloading.
 *
 * @module
 */

export { type BackendInfo, backendInfo, type Frozen, freeze } from "../backend";
export { benchBinaryNet, type NetSpeed } from "../experiments/benchBinaryNet";
export { benchConfig, benchSearchStep } from "../experiments/benchSearchStep";
export { gumbel, normal, uniform } from "../random/randomKey";
export type { Progress, WholeWork } from "../util/progress";
export type { ProgressSettings, ProgressStream } from "../util/progressSinks";
export type { Reloaded } from "../util/reload";
