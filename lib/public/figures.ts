/**
 * Figures and drawings from records, and their files. Needs no tensor engine.
 *
 * @module
 */

export {
  type GenotypePanel,
  type GenotypeSheetOptions,
  genotypeSheet,
} from "../figures/drawings/genotypeSheet";
export { imageSheet } from "../figures/drawings/imageSheet";
export { type MinCutGenotypeOptions, minCutGenotype } from "../figures/drawings/minCutGenotype";
export { type ExportFormat, type ExportOptions, exportFigures } from "../figures/export/exportFigure";
export { readProvenance } from "../figures/export/provenanceFile";
export { renderFigure } from "../figures/export/renderFigure";
export { saveFigure } from "../figures/export/saveFigure";
export { svgToPng } from "../figures/export/svgToPng";
export type { ThemeSpec } from "../figures/frame/defineTheme";
export type { Figure } from "../figures/frame/figure";
export type { PaperWidth } from "../figures/frame/paper";
export { type Provenance, provenanceText } from "../figures/frame/provenance";
export { useTheme } from "../figures/frame/theme";
export type { SearchDashboard } from "../figures/notebook/searchDashboard";
export { ablationBars } from "../figures/plots/ablationBars";
export { alphaDistribution } from "../figures/plots/alphaDistribution";
export { alphaEvolution } from "../figures/plots/alphaEvolution";
export { alphaHeatmap } from "../figures/plots/alphaHeatmap";
export { budgetFigure } from "../figures/plots/budgetFigure";
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
export { layoutEvolution } from "../figures/plots/layoutEvolution";
export { lossFigure } from "../figures/plots/lossFigure";
export { measuresForest } from "../figures/plots/measuresForest";
export { trainFigure } from "../figures/plots/trainFigure";
