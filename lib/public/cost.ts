/**
 * What an architecture costs for one image: FLOPs, BOPs, bits, layer by layer. Needs no tensor engine.
 *
 * @module
 */

export { baselineLayers } from "../cost/baselineSpecs";
export { type Baseline, baselines } from "../cost/baselines";
export { type Cost, type LayerCost, ops } from "../cost/cost";
export type { PartCost } from "../cost/costByPart";
export { type CostConvention, inConvention } from "../cost/costConvention";
export { totalCost } from "../cost/costTable";
export { costTables } from "../cost/costTables";
