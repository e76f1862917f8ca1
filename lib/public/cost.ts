/**
 * What an architecture costs for one image: FLOPs, BOPs, bits, layer by layer. Needs no tensor engine.
 *
 * @module
 */

export type { BaselineParts } from "../cost/baselineParts";
export { baselineLayers } from "../cost/baselineSpecs";
export { type Baseline, baselines } from "../cost/baselines";
export { type Cost, type LayerCost, ops } from "../cost/cost";
export type { PartCost } from "../cost/costByPart";
export { type CostConvention, costConventions, inConvention } from "../cost/costConvention";
export type { CostReport, CostReportOptions, CostReportRow } from "../cost/costReport";
export { totalCost } from "../cost/costTable";
export { type CellCostTable, type CostTables, costTables, type PairCost } from "../cost/costTables";
export type { BaselineSpec } from "../cost/defineBaseline";
export { type LatencyTable, latencyTable, useLatencyTable } from "../cost/latencyTable";
