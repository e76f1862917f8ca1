/**
 * What a genotype may be: primitives, cells, stages, and genotypes as JSON. Needs no tensor engine.
 *
 * @module
 */

export { type SpaceConfig, spaceConfig } from "../config/spaceConfig";
export { binaryConvolution, type ConvolutionWindow } from "../primitives/binaryConvolution";
export type { LayerSpec } from "../primitives/layerSpec";
export type { PrimitiveSpec, PrimitiveTraits } from "../primitives/primitive";
export { type Primitive, primitives } from "../primitives/primitives";
export { poolLayers, skipLayers, weightless } from "../primitives/weightless";
export type { Alphas } from "../space/alphas";
export { fromAwnas, toAwnas } from "../space/awnasGenotype";
export { edgesOf } from "../space/edges";
export { canonicalGenotype, type Genotype, genotype } from "../space/genotype";
export { genotypeHash, genotypeJson } from "../space/genotypeJson";
export { mutateGenotype } from "../space/mutateGenotype";
export { randomAlphas } from "../space/randomAlphas";
export { randomGenotype } from "../space/randomGenotype";
export { type SpaceSize, spaceSize } from "../space/spaceSize";
export { cellsOf, stagesOf } from "../space/stages";
export { parseGenotype, validateGenotype } from "../space/validateGenotype";
