import { tf } from "../backend";
import { traitsOf } from "../primitives/primitives";
import { ShapeError } from "../util/errors";
import { binarizeWeight } from "./binarizeWeight";
import { convolveBits, denseKernel, factorizedBinaryConv2d, ungroupKernel } from "./binaryConv2d";
import { finishBlock } from "./finishBlock";
import type {
  ApplyOptions,
  ConvParts,
  GetParameter,
  NamedSettings,
  NodeState,
  Operation,
  ParameterSpec,
} from "./operation";
import { plainBatchNorm } from "./plainBatchNorm";

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
 * @throws ShapeError if channels do not divide by the groups, or a factorized convolution has odd output channels.
 */
export function binaryConvOperation(settings: NamedSettings): Operation {
  const form = traitsOf(settings.primitive);
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

  const binaryKernel = (
    latent: string,
    input: NodeState,
    get: GetParameter,
    outputMask: tf.Tensor1D | null,
  ): tf.Tensor4D => {
    const weights = binarizeWeight(get(latent) as tf.Tensor4D, {
      method: binarization.weight,
      clip: binarization.weightClip,
      t: settings.edeT,
      inputMask: perGroup(input.mask, groups),
      outputMask,
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
      return denseKernel(binary, { name, inputMask: input.mask, dilation: form.dilation });
    });

  const apply = (input: NodeState, get: GetParameter, options: ApplyOptions = {}): tf.Tensor4D =>
    tf.tidy(() => {
      if (!factorized) {
        const conv = convolveBits(input.bits, kernel(input, get, options), stride, border);
        return finish(conv, input, get, options);
      }
      checkInput(input, settings);
      const kernels = latents.map((latent, i) =>
        binaryKernel(latent, input, get, everySecond(options.outputMask ?? null, i)),
      );
      const conv = factorizedBinaryConv2d(input.bits, kernels as [tf.Tensor4D, tf.Tensor4D], {
        name,
        dilation: form.dilation,
        border,
        inputMask: input.mask,
      });
      return finish(conv, input, get, options);
    });

  const size = form.dilation * (form.kernel - 1) + 1;
  const conv: ConvParts | null = stride === 1 ? { size, border, kernel, finish } : null;
  return { parameters, apply, conv };
}

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
