import { type BaselineConfig, defaultBaselineConfig } from "../config/baselineConfig";
import { baselineLayers } from "./baselineSpecs";
import type { LayerCost } from "./cost";

/** What differs between published binary residual networks of one depth. */
export type ResidualBaselineOptions = Partial<Pick<BaselineConfig, "block" | "downsample" | "width">>;

/** Binary ResNet-18 on 32x32 images and 10 classes, as published: real 1x1 convolutions in halving shortcuts. */
export function resNet18CifarLayers(options: ResidualBaselineOptions = {}): LayerCost[] {
  return baselineLayers({ ...defaultBaselineConfig, family: "resnet18", ...options });
}

/** Binary ResNet-20 on 32x32 images and 10 classes, as published: halving shortcuts without parameters. */
export function resNet20CifarLayers(options: ResidualBaselineOptions = {}): LayerCost[] {
  return baselineLayers({ ...defaultBaselineConfig, family: "resnet20", downsample: "avg_pool", ...options });
}

/** Binary VGG-small on 32x32 images and 10 classes, in IR-Net's form (batch norm and hardtanh before the sign). */
export function vggSmallLayers(): LayerCost[] {
  return baselineLayers({ ...defaultBaselineConfig, family: "vgg_small", block: "irnet" });
}

/** Network-in-network on 32x32 images and 10 classes, in XNOR-Net's form. */
export function xnorNinLayers(): LayerCost[] {
  return baselineLayers({ ...defaultBaselineConfig, family: "nin", block: "xnor" });
}
