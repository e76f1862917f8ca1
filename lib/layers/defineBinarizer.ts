import type { tf } from "../backend";
import {
  type ActivationBinarizerSpec,
  activationBinarizers,
  type WeightBinarizerSpec,
  weightBinarizers,
} from "../primitives/binarizers";
import { type ActivationSettings, type BinarizeActivation, signWithGradient } from "./binarizeActivation";
import type { BinarizeWeight, WeightSettings } from "./binarizeWeight";

/** A sign of activations with a gradient of one's own. */
export interface ActivationBinarizerDefinition extends Pick<ActivationBinarizerSpec, "name" | "version"> {
  /** The factor `g(x)` of the backward pass `dx = dy · g(x)`, of the shape of `x`. The forward pass is the sign. */
  readonly gradient: (x: tf.Tensor, settings: ActivationSettings) => tf.Tensor;
  /** Where it ends, in absolute values of the activation; Infinity by default. */
  readonly reach?: (clip: number) => number;
}

/** A binary kernel from latent weights, of one's own. */
export interface WeightBinarizerDefinition extends Pick<WeightBinarizerSpec, "name" | "version" | "scales"> {
  /**
   * The kernel `[kernel, kernel, inChannels, outChannels]` for the convolution: signs times a scale. Its gradient is that of
   * the operations it is made of; `bars.tf.customGrad` makes another.
   */
  readonly kernel: (latent: tf.Tensor4D, settings: WeightSettings) => tf.Tensor4D;
  readonly keepsSigns?: boolean;
}

/**
 * Adds binarizers that `binarization.activation` and `binarization.weight` may name from now on, in this process, in searches
 * and in trainings. Records state name and version; whoever reads them must have defined it before.
 *
 * @throws ConfigError for a name that is no identifier or the library's, and a version that is no integer from 1.
 *
 * @example
 * ```ts
 * bars.defineBinarizer.activation({
 *   name: "triangle",
 *   gradient: (x) => bars.tf.relu(bars.tf.sub(1, bars.tf.abs(x))),
 *   reach: () => 1,
 * });
 * ```
 */
export const defineBinarizer = Object.freeze({
  activation(definition: ActivationBinarizerDefinition): ActivationBinarizerSpec {
    const { gradient, reach = () => Number.POSITIVE_INFINITY, ...named } = definition;
    const binarize: BinarizeActivation = (x, settings) => signWithGradient(x, (v) => gradient(v, settings));
    return activationBinarizers.define<ActivationBinarizerSpec & { readonly binarize: BinarizeActivation }>({
      ...named,
      smooth: false,
      reach,
      binarize,
    });
  },
  weight(definition: WeightBinarizerDefinition): WeightBinarizerSpec {
    const { kernel, keepsSigns = false, ...named } = definition;
    return weightBinarizers.define<WeightBinarizerSpec & { readonly binarize: BinarizeWeight }>({
      ...named,
      keepsSigns,
      binarize: kernel,
    });
  },
});
