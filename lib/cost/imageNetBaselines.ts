import { baselineConfig } from "../config/baselineConfig";
import { baselineLayers } from "./baselineSpecs";
import type { LayerCost } from "./cost";

/**
 * Bi-Real Net with 18 layers on 224x224 images: real 7x7 stem, 16 binary 3x3 convolutions with an identity
 * around each, real 1x1 convolutions after average pooling where the resolution halves.
 * Published: 1.63e8 OPs, 11,699,112 parameters with batch-norm statistics (larq-zoo's count).
 *
 * Source: Liu et al. 2018, arXiv:1808.00278.
 */
export function biRealNet18Layers(): LayerCost[] {
  return baselineLayers(baselineConfig({ family: "resnet18_imagenet", block: "bireal" }));
}

/** Bi-Real Net with 34 layers on 224x224 images: 32 binary convolutions. Source: Liu et al. 2018, arXiv:1808.00278. */
export function biRealNet34Layers(): LayerCost[] {
  return baselineLayers(baselineConfig({ family: "resnet34_imagenet", block: "bireal" }));
}

/** ReActNet-A on 224x224 images. Published: 0.87e8 OPs. Source: Liu et al. 2020, "ReActNet", arXiv:2003.03488. */
export function reActNetALayers(): LayerCost[] {
  return baselineLayers(baselineConfig({ family: "reactnet_a", block: "reactnet" }));
}
