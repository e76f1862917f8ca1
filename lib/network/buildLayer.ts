import { relu, tf } from "../backend";
import { type ComputableLayer, computable } from "../cost/computable";
import type { MapShape } from "../cost/layerCost";
import { binarizeActivation } from "../layers/binarizeActivation";
import { binarizeWeight } from "../layers/binarizeWeight";
import { binaryConv2d } from "../layers/binaryConv2d";
import type { ParameterSpec } from "../layers/operation";
import { rprelu, rsign } from "../layers/reactivation";
import { linear, realConv2d } from "../layers/realLayers";
import { duplicateChannels } from "../layers/shortcuts";
import type { LayerSpec } from "../primitives/layerSpec";
import { affineSpecs, type LayerContext } from "./layerContext";
import { matchNodes } from "./matchNodes";

/** A layer with its parameters by full name. Tensors NHWC; a vector of features is `[batch, 1, 1, features]`. */
export interface BuiltLayer {
  readonly parameters: readonly ParameterSpec[];
  readonly taps: readonly string[];
  apply(x: tf.Tensor4D, pass: LayerContext): tf.Tensor4D;
}

type SimpleLayer = ComputableLayer["layer"];
type Specs<L extends LayerSpec["layer"]> = Extract<LayerSpec, { layer: L }>;
type Part = {
  readonly parameters?: readonly ParameterSpec[];
  apply(x: tf.Tensor4D, pass: LayerContext): tf.Tensor4D;
};
type Builder<L extends SimpleLayer> = (name: string, spec: Specs<L>, input: MapShape) => Part;

/**
 * The computation of one layer of a cost table. A scale of binary weights is part of the convolution before it, and
 * passes its input through.
 *
 * @throws ShapeError for what no hand-made network has: see {@link computable}.
 */
export function buildLayer(
  name: string,
  input: MapShape,
  spec: Exclude<LayerSpec, { layer: "branches" }>,
): BuiltLayer {
  const own = computable(name, spec);
  const build = builders[own.layer] as Builder<SimpleLayer>;
  const { parameters = [], apply } = build(name, own, input);
  const signs = spec.layer === "sign" || spec.layer === "rsign";
  const tapped = signs ? `${name}.bits` : name;
  const before = signs ? [`${name}.presign`] : spec.layer === "linear" ? ["pooled"] : [];
  const taps = [...before, tapped];
  return { parameters, taps, apply: (x, pass) => pass.see(tapped, apply(x, pass)) };
}

const builders = {
  conv(name, spec, [, , from]) {
    const { kernel, out, bias = false } = spec;
    const stride = strideOf(spec);
    const std = Math.sqrt(2 / (kernel * kernel * from));
    const shape = [kernel, kernel, from, out];
    return {
      parameters: [
        { name: `${name}.kernel`, shape, role: "real", init: { kind: "normal", std } },
        ...(bias ? [constant(`${name}.bias`, out, "offset", 0)] : []),
      ],
      apply(x, pass) {
        const own = bias ? (pass.get(`${name}.bias`) as tf.Tensor1D) : null;
        return realConv2d(x, pass.get(`${name}.kernel`) as tf.Tensor4D, { name, stride, bias: own });
      },
    };
  },
  binary_conv(name, spec, [, , from]) {
    const { kernel, out } = spec;
    const stride = strideOf(spec);
    const std = Math.sqrt(2 / (kernel * kernel * (from + out)));
    const shape = [kernel, kernel, from, out];
    return {
      parameters: [{ name: `${name}.latent`, shape, role: "latent", init: { kind: "normal", std } }],
      apply(x, pass) {
        const { weight, weightClip, border } = pass.binarization;
        const latent = pass.get(`${name}.latent`) as tf.Tensor4D;
        const binary = binarizeWeight(latent, { method: weight, clip: weightClip, t: pass.edeT });
        return binaryConv2d(x, binary, { name, stride, border });
      },
    };
  },
  linear(name, { out, bias = true }, input) {
    const features = input[0] * input[1] * input[2];
    const std = Math.sqrt(1 / features);
    return {
      parameters: [
        { name: `${name}.weight`, shape: [features, out], role: "real", init: { kind: "normal", std } },
        ...(bias ? [constant(`${name}.bias`, out, "offset", 0)] : []),
      ],
      apply(x, pass) {
        const rows = pass.see("pooled", tf.reshape(x, [x.shape[0], features]) as tf.Tensor2D);
        const offset = bias ? (pass.get(`${name}.bias`) as tf.Tensor1D) : tf.zeros<tf.Rank.R1>([out]);
        const value = linear(rows, pass.get(`${name}.weight`) as tf.Tensor2D, offset, name);
        return tf.reshape(value, [x.shape[0], 1, 1, out]);
      },
    };
  },
  batch_norm: (name, _spec, [, , channels]) => ({
    parameters: affineSpecs(name, channels),
    apply: (x, pass) => pass.normalize(name, x, name),
  }),
  scale: () => ({ apply: (x) => x }),
  sign: (name) => ({ apply: (x, pass) => bits(name, x, pass) }),
  rsign: (name, _spec, [, , channels]) => ({
    parameters: [constant(`${name}.shift`, channels, "offset", 0)],
    apply: (x, pass) => bits(name, rsign(x, pass.get(`${name}.shift`) as tf.Tensor1D), pass),
  }),
  relu: () => ({ apply: (x) => relu(x) }),
  hardtanh: () => ({ apply: (x) => tf.clipByValue(x, -1, 1) }),
  prelu: (name, _spec, [, , channels]) => ({
    parameters: [constant(`${name}.slope`, channels, "scale", 0.25)],
    apply(x, pass) {
      const below = tf.mul(tf.relu(tf.neg(x)), pass.get(`${name}.slope`));
      return tf.sub(tf.relu(x), below) as tf.Tensor4D;
    },
  }),
  rprelu: (name, _spec, [, , channels]) => ({
    parameters: [
      constant(`${name}.inputShift`, channels, "offset", 0),
      constant(`${name}.slope`, channels, "scale", 0.25),
      constant(`${name}.outputShift`, channels, "offset", 0),
    ],
    apply(x, pass) {
      const part = (own: string) => pass.get(`${name}.${own}`) as tf.Tensor1D;
      const learnt = {
        inputShift: part("inputShift"),
        slope: part("slope"),
        outputShift: part("outputShift"),
      };
      return rprelu(x, learnt);
    },
  }),
  max_pool: (_name, { kernel, stride }) => ({ apply: (x) => tf.maxPool(x, kernel, stride, "same") }),
  avg_pool: (_name, { kernel, stride }) => ({ apply: (x) => tf.avgPool(x, kernel, stride, "same") }),
  global_pool: () => ({ apply: (x) => tf.mean(x, [1, 2], true) }),
  duplicate: () => ({ apply: (x) => duplicateChannels(x) }),
  match_channels: (_name, { out }) => ({ apply: (x) => matchNodes(x, 1, out) }),
} satisfies { [L in SimpleLayer]: Builder<L> };

function bits(name: string, presign: tf.Tensor4D, pass: LayerContext): tf.Tensor4D {
  const { binarization, edeT } = pass;
  const { activation, activationClip, swishBeta } = binarization;
  const x = pass.see(`${name}.presign`, presign);
  return binarizeActivation(x, { method: activation, clip: activationClip, beta: swishBeta, t: edeT });
}

function constant(name: string, channels: number, role: ParameterSpec["role"], value: number): ParameterSpec {
  return { name, shape: [channels], role, init: { kind: "constant", value } };
}

/** The stride of a convolution that is {@link computable}. */
const strideOf = ({ stride = 1 }: Specs<"conv" | "binary_conv">) => stride as 1 | 2;
