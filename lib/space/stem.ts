import type { SpaceConfig } from "../config/spaceConfig";

/** One real convolution of a stem, each followed by batch norm. */
export interface StemConvolution {
  /** Of its parameters. The last is called `stem`. */
  readonly name: string;
  readonly kernel: 3 | 7;
  readonly stride: 1 | 2;
  readonly from: number;
  readonly out: number;
  /** Whether ReLU stands before it. */
  readonly relu: boolean;
}

/** The layers between the image and the first stage. */
export interface Stem {
  readonly convolutions: readonly StemConvolution[];
  /** Whether 3x3 maximum pooling of stride 2 ends it. */
  readonly pooled: boolean;
}

/** Whether the wide path of preprocess mode begins with copies of the stem, and no real 1x1. */
export function copiesStem({ process, extraStem = "real" }: SpaceConfig): boolean {
  return process === "preprocess" && extraStem === "copies";
}

/** Whether a batch norm and a ReLU stand before the head's pooling. */
export function activatedHead({ headActivation = "none" }: SpaceConfig): boolean {
  return headActivation === "bn_relu";
}

/**
 * The stem of a space. Only its last convolution follows the width of the first stage; what is before it has half of
 * `initChannels` (and all of them in the second of three), whatever the width.
 *
 * - `cifar`: 3x3
 * - `imagenet_7x7`: 7x7 of stride 2 and 3x3 maximum pooling of stride 2, as in ResNet (He et al. 2015, arXiv:1512.03385)
 * - `imagenet_stem0`: two 3x3 of stride 2 with ReLU between; `imagenet_stem01`: a third of stride 2 behind another ReLU.
 *   The names are those of aw_nas; the same stand before DARTS' cells for ImageNet (arXiv:1806.09055)
 *
 * @param channels of the first stage, as `stemChannels` gives them.
 */
export function stemOf(space: SpaceConfig, channels: number): Stem {
  const { stem = "cifar", imageChannels, initChannels } = space;
  const half = Math.max(1, Math.floor(initChannels / 2));
  const conv = (
    name: string,
    stride: 1 | 2,
    from: number,
    out: number,
    relu: boolean,
    kernel: 3 | 7 = 3,
  ): StemConvolution => ({ name, kernel, stride, from, out, relu });
  switch (stem) {
    case "cifar":
      return { convolutions: [conv("stem", 1, imageChannels, channels, false)], pooled: false };
    case "imagenet_7x7":
      return { convolutions: [conv("stem", 2, imageChannels, channels, false, 7)], pooled: true };
    case "imagenet_stem0":
      return {
        convolutions: [
          conv("stemEntry", 2, imageChannels, half, false),
          conv("stem", 2, half, channels, true),
        ],
        pooled: false,
      };
    case "imagenet_stem01":
      return {
        convolutions: [
          conv("stemEntry", 2, imageChannels, half, false),
          conv("stemMiddle", 2, half, initChannels, true),
          conv("stem", 2, initChannels, channels, true),
        ],
        pooled: false,
      };
    default:
      return stem satisfies never;
  }
}
