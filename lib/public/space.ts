/**
 * What a genotype may be: primitives, cells, stages, and genotypes as JSON. Needs no tensor engine.
 *
 * @module
 */

export { type SpaceConfig, spaceConfig } from "../config/spaceConfig";
export { binaryConvolution, type ConvolutionWindow } from "../primitives/binaryConvolution";
export type { BlockStyle } from "../primitives/blockStyle";
export type { LayerSpec } from "../primitives/layerSpec";
export type { PrimitiveSpec, PrimitiveTraits } from "../primitives/primitive";
export { type Primitive, primitives } from "../primitives/primitives";
export { poolLayers, skipLayers, weightless } from "../primitives/weightless";
export type { Alphas } from "../space/alphas";
export { fromAwnas, toAwnas } from "../space/awnasGenotype";
export { type CellEdge, edgesOf } from "../space/edges";
export {
  canonicalGenotype,
  type Genotype,
  type GenotypeChoice,
  type GenotypeEdge,
  genotype,
} from "../space/genotype";
export { genotypeHash, genotypeJson } from "../space/genotypeJson";
export type { LayoutChoice } from "../space/layoutChoice";
export { mutateGenotype } from "../space/mutateGenotype";
export { randomAlphas } from "../space/randomAlphas";
export { randomGenotype } from "../space/randomGenotype";
export { type SpaceSize, spaceSize } from "../space/spaceSize";
export { cellsOf, type LayoutCell, type Stage, stagesOf } from "../space/stages";
export { parseGenotype, validateGenotype } from "../space/validateGenotype";
