/**
 * Figures and drawings from records, and their files. Needs no tensor engine.
 *
 * @module
 */

export type { Exploration } from "../explore/exploration";
export { type Explored, type ExploreOptions, explorePage } from "../explore/explore";
export { type ExploredRuns, type ExploreRunsOptions, runsPage } from "../explore/exploreRuns";
export type { Control, SliderOptions } from "../explore/widgets";
export type { DrawOptions } from "../figures/drawings/drawGenotype";
export {
  type GenotypePanel,
  type GenotypeSheetOptions,
  genotypeSheet,
} from "../figures/drawings/genotypeSheet";
export { type ImageSheetOptions, imageSheet } from "../figures/drawings/imageSheet";
export { type MinCutGenotypeOptions, minCutGenotype } from "../figures/drawings/minCutGenotype";
export type { DrawEngine } from "../figures/export/drawFigure";
export {
  type ExportFormat,
  type ExportOptions,
  exportFigures,
  exportFormats,
} from "../figures/export/exportFigure";
export { readProvenance } from "../figures/export/provenanceFile";
export { type RenderOptions, renderFigure } from "../figures/export/renderFigure";
export type { ArchitectureFiles, GenotypeFiles } from "../figures/export/saveArchitecture";
export { saveFigure } from "../figures/export/saveFigure";
export { svgToPng } from "../figures/export/svgToPng";
export type { ThemeSpec } from "../figures/frame/defineTheme";
export type { Figure, FigureLayout, FigureMeta, FrameGeometry, Trace } from "../figures/frame/figure";
export type { FigureCaption } from "../figures/frame/figureFrame";
export type { PaperWidth } from "../figures/frame/paper";
export { paperWidths } from "../figures/frame/paper";
export { type FigureProvenance, type Provenance, provenanceText } from "../figures/frame/provenance";
export { useTheme } from "../figures/frame/theme";
export type { SearchDashboard } from "../figures/notebook/drawnDashboard";
export { raceDashboard } from "../figures/notebook/raceDashboard";
export type { FrameLike, Showable, TableRow } from "../figures/notebook/showTable";
export { ablationBars } from "../figures/plots/ablationBars";
export { alphaDistribution } from "../figures/plots/alphaDistribution";
export { alphaEvolution } from "../figures/plots/alphaEvolution";
export { alphaHeatmap } from "../figures/plots/alphaHeatmap";
export { armsFigure } from "../figures/plots/armsFigure";
export { type BudgetPoint, budgetFigure } from "../figures/plots/budgetFigure";
export { capacityProfile } from "../figures/plots/capacityProfile";
export { collapseComparison } from "../figures/plots/collapseComparison";
export { collapseFigure } from "../figures/plots/collapseFigure";
export { comparisonForest } from "../figures/plots/comparisonForest";
export { costBars } from "../figures/plots/costBars";
export { costFigure } from "../figures/plots/costFigure";
export { costParts } from "../figures/plots/costParts";
export { depthProfile } from "../figures/plots/depthProfile";
export { entropyFigure } from "../figures/plots/entropyFigure";
export { frontierFigure } from "../figures/plots/frontierFigure";
export { informationPlane } from "../figures/plots/informationPlane";
export { latencyBars } from "../figures/plots/latencyBars";
export { latencyScatter } from "../figures/plots/latencyScatter";
export { layoutEvolution } from "../figures/plots/layoutEvolution";
export { lossFigure } from "../figures/plots/lossFigure";
export { measuresForest } from "../figures/plots/measuresForest";
export { raceAgreementFigure } from "../figures/plots/raceAgreementFigure";
export { raceCostFigure } from "../figures/plots/raceCostFigure";
export { raceLadder } from "../figures/plots/raceLadder";
export { signalFigure } from "../figures/plots/signalFigure";
export { trainFigure } from "../figures/plots/trainFigure";
