import { resNet18CifarLayers, resNet20CifarLayers, vggSmallLayers, xnorNinLayers } from "./cifarBaselines";
import type { LayerCost } from "./cost";
import { biRealNet18Layers, biRealNet34Layers, reActNetALayers } from "./imageNetBaselines";

/** A hand-made binary network to compare with. */
export interface Baseline {
  readonly title: string;
  readonly dataset: "cifar10" | "imagenet";
  /** Its layers with their cost on one image. */
  layers(): LayerCost[];
}

/**
 * Every hand-made network whose cost is known, by name.
 *
 * @example
 * ```ts
 * console.log(Object.keys(bars.cost.baselines).slice(0, 3).join(" ")); // resnet18_cifar resnet20_cifar vgg_small
 * ```
 */
export const baselines = {
  resnet18_cifar: { title: "binary ResNet-18", dataset: "cifar10", layers: () => resNet18CifarLayers() },
  resnet20_cifar: { title: "binary ResNet-20", dataset: "cifar10", layers: () => resNet20CifarLayers() },
  vgg_small: { title: "binary VGG-small", dataset: "cifar10", layers: vggSmallLayers },
  xnor_nin: { title: "XNOR network-in-network", dataset: "cifar10", layers: xnorNinLayers },
  bireal18: { title: "Bi-Real Net 18", dataset: "imagenet", layers: biRealNet18Layers },
  bireal34: { title: "Bi-Real Net 34", dataset: "imagenet", layers: biRealNet34Layers },
  reactnet_a: { title: "ReActNet-A", dataset: "imagenet", layers: reActNetALayers },
} as const satisfies Record<string, Baseline>;
export type BaselineName = keyof typeof baselines;
