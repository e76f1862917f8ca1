import { detach, tf } from "../backend";
import type { PrimitiveTraits } from "../primitives/primitive";
import { ShapeError } from "../util/errors";
import { binarizeWeight, weightScale } from "./binarizeWeight";
import { convolveBits, denseKernel, factorizedBinaryConv2d, ungroupKernel } from "./binaryConv2d";
import { finishBlock } from "./finishBlock";
import { plainBatchNorm } from "./normalizeAndBinarize";
import type {
  ApplyOptions,
  ConvParts,
  GetParameter,
  NamedSettings,
  NodeState,
  Operation,
  ParameterSpec,
} from "./operation";

/**
 * A binary convolution as an edge of a cell:
 * `y = act(bn?(conv(bits, sign(w)·a)) + shortcut)`, the batch norm only in the block order "conv_bn_relu".
 *
 * Stride 1 has the identity shortcut where `space.convShortcut` says so, from the node's raw or normalised value;
 * stride 2 has none and is "factorized" (two half-width convolutions on inputs one pixel apart) or "plain".
 *
 * Parameters: `latent` `[k, k, inChannels / groups, outChannels]`, or `even.latent` and `odd.latent` with half the
 * filters each; the three of `rprelu` where the settings ask for it. Latent weights start Xavier-normal,
 * `std = sqrt(2 / (k² (in + out)))` with the channels one filter and one weight see.
 *
 * A grouped convolution deals its channels out in turn (`ungroupKernel`); under a mask every width must divide by
 * the groups, as the narrower layer itself requires.
 *
 * @param form its window.
 * @throws ShapeError if channels do not divide by the groups, or a factorized convolution has odd output channels.
 */
export function binaryConvOperation(settings: NamedSettings, form: PrimitiveTraits): Operation {
  const groups = form.grouped ? settings.space.convGroups : 1;
  checkChannels(settings, groups);
  const factorized = settings.stride === 2 && settings.space.stridedConv === "factorized";
  const latents = factorized ? ["even.latent", "odd.latent"] : ["latent"];
  const parameters = [
    ...latents.map((name) => latentSpec(name, form.kernel, settings, groups, latents.length)),
    ...rpreluSpecs(settings),
  ];
  const { binarization, stride, name } = settings;
  const { border } = binarization;

  const weightSettings = (input: NodeState, outputMask: tf.Tensor1D | null) => ({
    method: binarization.weight,
    clip: binarization.weightClip,
    t: settings.edeT,
    inputMask: perGroup(input.mask, groups),
    outputMask,
  });

  const scaleOf = (latent: string, input: NodeState, get: GetParameter, outputMask: tf.Tensor1D | null) =>
    input.masksBits ? weightScale(get(latent) as tf.Tensor4D, weightSettings(input, outputMask)) : null;

  const binaryKernel = (
    latent: string,
    input: NodeState,
    get: GetParameter,
    outputMask: tf.Tensor1D | null,
  ): tf.Tensor4D => {
    const own = weightSettings(input, outputMask);
    const apart = scaleOf(latent, input, get, outputMask) !== null;
    // A scale that takes its gradient apart is a constant of the kernel.
    const constant = (mask: tf.Tensor1D | null) => (mask && apart ? detach(mask) : mask);
    const weights = binarizeWeight(get(latent) as tf.Tensor4D, {
      ...own,
      inputMask: constant(own.inputMask),
      outputMask: constant(own.outputMask),
    });
    return ungroupKernel(weights, groups);
  };

  const finish = (
    conv: tf.Tensor4D,
    input: NodeState,
    get: GetParameter,
    options: ApplyOptions = {},
  ): tf.Tensor4D =>
    tf.tidy(() => {
      const normalize =
        options.normalize ?? ((y: tf.Tensor4D) => plainBatchNorm(y, binarization.batchNormEpsilon));
      const plain = binarization.blockOrder === "conv_bn_relu" ? normalize(conv) : conv;
      const normed = options.valueMask ? (tf.mul(plain, options.valueMask) as tf.Tensor4D) : plain;
      const identity =
        stride === 1 && settings.space.convShortcut && settings.inChannels === settings.outChannels;
      const shortcut = identity
        ? binarization.shortcutFrom === "input"
          ? input.raw
          : input.normalized
        : null;
      return finishBlock(normed, shortcut, binarization, rpreluOf(settings, get));
    });

  const kernel = (input: NodeState, get: GetParameter, options: ApplyOptions = {}): tf.Tensor4D =>
    tf.tidy(() => {
      checkInput(input, settings);
      const binary = binaryKernel("latent", input, get, options.outputMask ?? null);
      return denseKernel(binary, { name, inputMask: kernelMask(input), dilation: form.dilation });
    });

  const scale = (input: NodeState, get: GetParameter, options: ApplyOptions = {}) =>
    scaleOf("latent", input, get, options.outputMask ?? null);

  const apply = (input: NodeState, get: GetParameter, options: ApplyOptions = {}): tf.Tensor4D =>
    tf.tidy(() => {
      if (!factorized) {
        const binary = kernel(input, get, options);
        const own = scale(input, get, options);
        const conv = convolveBits(input.bits, binary, stride, border, bitMask(input), own);
        return finish(conv, input, get, options);
      }
      checkInput(input, settings);
      const outputMasks = latents.map((_, i) => everySecond(options.outputMask ?? null, i));
      const halves = <T>(half: (latent: string, mask: tf.Tensor1D | null) => T) =>
        latents.map((latent, i) => half(latent, outputMasks[i] as tf.Tensor1D | null)) as [T, T];
      const conv = factorizedBinaryConv2d(
        input.bits,
        halves((latent, mask) => binaryKernel(latent, input, get, mask)),
        { name, dilation: form.dilation, border, inputMask: kernelMask(input) },
        { mask: bitMask(input), scales: halves((latent, mask) => scaleOf(latent, input, get, mask)) },
      );
      return finish(conv, input, get, options);
    });

  const size = form.dilation * (form.kernel - 1) + 1;
  const conv: ConvParts | null = stride === 1 ? { size, border, kernel, scale, finish } : null;
  return { parameters, apply, conv };
}

/** The mask where it multiplies the kernel, and where it multiplies the bits. */
const kernelMask = ({ mask, masksBits }: NodeState): tf.Tensor1D | null => (masksBits ? null : mask);
const bitMask = ({ mask, masksBits }: NodeState): tf.Tensor1D | null => (masksBits ? mask : null);

/** The mask of a grouped kernel's input axis: channels `j · groups … j · groups + groups − 1` share entry `j`. */
function perGroup(mask: tf.Tensor1D | null, groups: number): tf.Tensor1D | null {
  if (!mask || groups === 1) return mask;
  return tf.mean(tf.reshape(mask, [mask.size / groups, groups]), 1) as tf.Tensor1D;
}

/** Entries `first`, `first + 2`, … of a mask of even length. */
function everySecond(mask: tf.Tensor1D | null, first: number): tf.Tensor1D | null {
  if (!mask) return null;
  const pairs = tf.reshape(mask, [mask.size / 2, 2]);
  return tf.reshape(tf.slice(pairs, [0, first], [mask.size / 2, 1]), [mask.size / 2]);
}

function latentSpec(
  name: string,
  kernel: number,
  settings: NamedSettings,
  groups: number,
  parts: number,
): ParameterSpec {
  const inChannels = settings.inChannels / groups;
  const outChannels = settings.outChannels / parts;
  const std = Math.sqrt(2 / (kernel * kernel * (inChannels + outChannels)));
  return {
    name,
    shape: [kernel, kernel, inChannels, outChannels],
    role: "latent",
    init: { kind: "normal", std },
  };
}

function rpreluSpecs(settings: NamedSettings): ParameterSpec[] {
  if (settings.binarization.nonlinearity !== "rprelu") return [];
  const shape = [settings.outChannels];
  return [
    { name: "rprelu.inputShift", shape, role: "offset", init: { kind: "constant", value: 0 } },
    { name: "rprelu.slope", shape, role: "scale", init: { kind: "constant", value: 0.25 } },
    { name: "rprelu.outputShift", shape, role: "offset", init: { kind: "constant", value: 0 } },
  ];
}

function rpreluOf(settings: NamedSettings, get: GetParameter) {
  if (settings.binarization.nonlinearity !== "rprelu") return null;
  const part = (name: string) => get(`rprelu.${name}`) as tf.Tensor1D;
  return { inputShift: part("inputShift"), slope: part("slope"), outputShift: part("outputShift") };
}

function checkChannels(settings: NamedSettings, groups: number): void {
  const { inChannels, outChannels, stride, space, name } = settings;
  if (inChannels % groups !== 0 || outChannels % groups !== 0) {
    throw new ShapeError(
      `${name}: buildOperation expected channels that divide by ${groups} groups, got ${inChannels} to ${outChannels}.`,
    );
  }
  if (stride === 2 && space.stridedConv === "factorized" && outChannels % (2 * groups) !== 0) {
    throw new ShapeError(
      `${name}: buildOperation expected output channels that divide by ${2 * groups} for a factorized ` +
        `convolution of stride 2, got ${outChannels}; use stridedConv "plain".`,
    );
  }
}

function checkInput(input: NodeState, settings: NamedSettings): void {
  if (input.bits.shape[3] !== settings.inChannels) {
    throw new ShapeError(
      `${settings.name}: expected ${settings.inChannels} input channels (axis 3 of NHWC), got ` +
        `${input.bits.shape[3]} from bits of shape [${input.bits.shape.join(", ")}].`,
    );
  }
}
