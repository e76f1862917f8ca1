/**
 * The running process: the tensor engine in use and its speed, progress, reloading.
 *
 * @module
 */

export { type BackendInfo, backendInfo } from "../backend";
export { benchBinaryNet, type NetSpeed } from "../experiments/benchBinaryNet";
export { benchConfig, benchSearchStep } from "../experiments/benchSearchStep";
export type { Progress } from "../util/progress";
export type { Reloaded } from "../util/reload";
