import { binaryBlock } from "./blockStyle";
import type { PrimitiveSpec, PrimitiveTraits } from "./primitive";

/** Size of the window of a binary convolution. */
export interface ConvolutionWindow {
  /** Taps in one direction; odd, so that the output has the size of the input. */
  readonly kernel: number;
  /** Distance of neighbouring taps in pixels; 1 by default. */
  readonly dilation?: number;
  /** Whether channels are split into `space.convGroups` groups; false by default. */
  readonly grouped?: boolean;
}

/**
 * Traits and layers of a binary convolution with everything around it ({@link binaryBlock}): a primitive that holds
 * them is computed by the library's own convolution, of any odd kernel and any dilation.
 *
 * @example
 * ```ts
 * const { traits } = bars.space.binaryConvolution({ kernel: 7 });
 * console.log(traits.kind, traits.kernel); // conv 7
 * ```
 */
export function binaryConvolution(window: ConvolutionWindow): Pick<PrimitiveSpec, "traits" | "layers"> {
  const { kernel, dilation = 1, grouped = false } = window;
  const traits: PrimitiveTraits = {
    kind: "conv",
    parameterFree: false,
    readsBits: true,
    kernel,
    dilation,
    grouped,
  };
  return {
    traits: Object.freeze(traits),
    layers: ({ inChannels, outChannels, stride }, space, style) => {
      const factorized = stride === 2 && space.stridedConv === "factorized";
      const shortcut = stride === 1 && space.convShortcut;
      const groups = grouped ? space.convGroups : 1;
      return binaryBlock(
        { kernel, inChannels, outChannels, stride, dilation, groups, factorized, shortcut },
        style,
      );
    },
  };
}
