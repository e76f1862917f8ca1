import { type Variant, VariantTable } from "../util/variantTable";

/** What settings and tables must know of a family of hand-made networks. Plain data; its layers: `cost/baselineSpecs`. */
export interface BaselineFacts extends Variant {
  /** "binary ResNet-20" */
  readonly title: string;
  /** Paper or code it comes from. */
  readonly source: string;
  /** Height and width of the images where nothing is said. */
  readonly imageSize: number;
  /** What an image's height and width must be a multiple of; 1 where any size suits. */
  readonly multiple: number;
  /** Classes where nothing is said. */
  readonly classes: number;
  /** Whether shortcuts halve the image, so that `downsample` matters. */
  readonly residual: boolean;
}

const cifar = { imageSize: 32, multiple: 1, classes: 10 } as const;
const imageNet = { imageSize: 224, multiple: 32, classes: 1000 } as const;
const heEtAl = "He et al. 2015, arXiv:1512.03385";

/**
 * The families of the library. What layers each has: `cost/baselineSpecs`, which does not compile without a list for every
 * name here.
 */
export const builtInBaselines = {
  resnet20: { name: "resnet20", title: "ResNet-20", source: heEtAl, ...cifar, residual: true },
  resnet18: { name: "resnet18", title: "ResNet-18", source: heEtAl, ...cifar, residual: true },
  vgg_small: {
    name: "vgg_small",
    title: "VGG-small",
    source: "in the form of Qin et al. 2020, arXiv:1909.10788",
    ...cifar,
    residual: false,
  },
  nin: {
    name: "nin",
    title: "network-in-network",
    source: "Lin et al. 2013, arXiv:1312.4400; Rastegari et al. 2016, arXiv:1603.05279",
    ...cifar,
    residual: false,
  },
  resnet18_imagenet: {
    name: "resnet18_imagenet",
    title: "ResNet-18 for ImageNet",
    source: heEtAl,
    ...imageNet,
    residual: true,
  },
  resnet34_imagenet: {
    name: "resnet34_imagenet",
    title: "ResNet-34 for ImageNet",
    source: heEtAl,
    ...imageNet,
    residual: true,
  },
  reactnet_a: {
    name: "reactnet_a",
    title: "ReActNet-A",
    source: "Liu et al. 2020, arXiv:2003.03488",
    ...imageNet,
    residual: false,
  },
} as const satisfies Readonly<Record<string, BaselineFacts>>;

export type BuiltInBaseline = keyof typeof builtInBaselines;

/**
 * All families of hand-made networks by name: the library's, and those of `defineBaseline`.
 *
 * @example
 * ```ts
 * console.log(bars.config.baselineFamilies.builtInNames.slice(0, 3).join(" ")); // resnet20 resnet18 vgg_small
 * ```
 */
export const baselineFamilies = new VariantTable<BaselineFacts, BuiltInBaseline>(
  "baseline",
  "defineBaseline",
  builtInBaselines,
);
