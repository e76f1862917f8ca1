import { detach, signWindow, tf } from "../backend";
import {
  type BuiltInWeightBinarizer,
  type WeightBinarizer,
  weightBinarizers,
} from "../primitives/binarizers";
import { ShapeError } from "../util/errors";
import { edeSlope, signWithGradient } from "./binarizeActivation";

/** How {@link binarizeWeight} works. */
export interface WeightSettings {
  readonly method: WeightBinarizer;
  /** Half-width of the gradient window. */
  readonly clip: number;
  /** "irnet": steepness of the gradient, above 0. */
  readonly t: number;
  /** Share of each input channel that exists, `[inChannels]` in [0, 1]. */
  readonly inputMask?: tf.Tensor1D | null;
  /** Share of each filter that exists, `[outChannels]`; only the per-tensor scale depends on it. */
  readonly outputMask?: tf.Tensor1D | null;
}

/**
 * Binary kernel from latent weights: `y = sign(w) · a`, `sign(0) = +1`.
 *
 * With `i` the weights of one filter, `n = kernel² · Σ m` their number (`m` the input mask, ones without one)
 * and `g = dy`:
 * - "sign": `a = 1`; `dw = g · 1(|w| ≤ clip)` (arXiv:1602.02830)
 * - "scale_tensor": `a = mean |w|` over the tensor, constant in the backward pass; `dw = g · a · 1(|w| ≤ clip)`
 * - "scale_filter": the same with `a = mean |w|` of each filter
 * - "xnor": the same value with its exact gradient,
 *   `dw_i = g_i a 1(|w_i| ≤ clip) + sign(w_i) (m_i/n) Σ_j g_j sign(w_j)` (Rastegari et al. 2016, arXiv:1603.05279)
 * - "bireal": the same value; `dw = g · 1(|w| ≤ clip)`, the gradient of clamp(w) (Liu et al. 2018, arXiv:1808.00278)
 * - "irnet": `v = (w − mean) / std` of each filter (deviation with n − 1), `y = sign(v) · 2^round(log2 mean |v|)`,
 *   the scale constant, the sign with slope `k t (1 − tanh²(t v))` (Qin et al. 2020, arXiv:1909.10788)
 * - "identity": `y = w` (smooth mode)
 *
 * All means are weighted by the masks, so a kernel whose surplus channels are masked out has the scale of the
 * narrower kernel made of its leading channels. Where a scale is constant in the backward pass it is so for the
 * weights; gradients with respect to the masks do flow through it. The masks change scales only: they do not
 * silence the kernel's surplus channels (`binaryConv2d` does). "irnet" needs masks that leave two weights a filter:
 * `searchConfig` refuses spaces whose least width leaves one.
 *
 * Shapes: `latent` and the result `[kernel, kernel, inChannels, outChannels]`, float32.
 *
 * @throws ShapeError if a mask has another length than its axis, or "irnet" is asked of one-weight filters.
 */
export function binarizeWeight(latent: tf.Tensor4D, settings: WeightSettings): tf.Tensor4D {
  const { method } = settings;
  const own = definedBy(method) ?? builtIn[method as BuiltInWeightBinarizer];
  const masks = {
    inputMask: checkedMask(latent, 2, "inputMask", settings.inputMask),
    outputMask: checkedMask(latent, 3, "outputMask", settings.outputMask),
  };
  return tf.tidy(() => own(latent, { ...settings, ...masks }));
}

/**
 * The scale `a` of a kernel `sign(w) · a` that is constant to the weights and depends on masks: differentiable in the masks,
 * `[1, 1, 1, outChannels]` or a scalar. Null for methods without such a scale.
 */
export function weightScale(latent: tf.Tensor4D, settings: WeightSettings): tf.Tensor | null {
  const { method, inputMask = null, outputMask = null } = settings;
  if (definedBy(method) || (!inputMask && !outputMask)) return null;
  const constant = detach(latent);
  if (method === "scale_tensor") return tf.tidy(() => tensorScale(constant, inputMask, outputMask));
  if ((method === "scale_filter" || method === "bireal") && inputMask)
    return tf.tidy(() => filterMean(tf.abs(constant), inputMask));
  return null;
}

export type BinarizeWeight = (latent: tf.Tensor4D, settings: WeightSettings) => tf.Tensor4D;

/** What a user's weight binarizer computes; undefined for the library's own. */
function definedBy(method: WeightBinarizer): BinarizeWeight | undefined {
  return (weightBinarizers.get(method) as { readonly binarize?: BinarizeWeight }).binarize;
}

/** Every weight binarizer of the library. One without an entry does not compile. */
const builtIn = {
  sign: (latent, { clip }) => signWindow(latent, clip),
  scale_tensor: (latent, { clip, inputMask, outputMask }) =>
    tf.mul(signWindow(latent, clip), tensorScale(detach(latent), inputMask ?? null, outputMask ?? null)),
  scale_filter: (latent, { clip, inputMask }) =>
    tf.mul(signWindow(latent, clip), filterMean(tf.abs(detach(latent)), inputMask ?? null)),
  xnor: (latent, { clip, inputMask }) => {
    const signs = signWindow(latent, clip);
    return tf.mul(signs, filterMean(tf.mul(latent, detach(signs)), inputMask ?? null));
  },
  bireal: (latent, { clip, inputMask }) =>
    birealKernel(latent, filterMean(tf.abs(detach(latent)), inputMask ?? null), clip),
  irnet: (latent, { t, inputMask }) => irnetKernel(latent, t, inputMask ?? null),
  identity: (latent) => tf.clone(latent),
} satisfies Record<BuiltInWeightBinarizer, BinarizeWeight>;

function checkedMask(
  latent: tf.Tensor4D,
  axis: 2 | 3,
  name: string,
  mask: tf.Tensor1D | null | undefined,
): tf.Tensor1D | null {
  if (!mask) return null;
  if (mask.size !== latent.shape[axis]) {
    throw new ShapeError(
      `binarizeWeight: ${name} expected ${latent.shape[axis]} entries (axis ${axis} of the kernel ` +
        `[${latent.shape.join(", ")}]), got ${mask.size}.`,
    );
  }
  return mask;
}

/** Mean over the weights of each filter, weighted by the input mask: `[1, 1, 1, outChannels]`. */
function filterMean(values: tf.Tensor4D, inputMask: tf.Tensor1D | null): tf.Tensor4D {
  const [height, width, inChannels, outChannels] = values.shape;
  const rows = height * width * inChannels;
  if (!inputMask)
    return tf.reshape(tf.mean(tf.reshape(values, [rows, outChannels]), 0), [1, 1, 1, outChannels]);
  const weighted = tf.mul(values, tf.reshape(inputMask, [1, 1, inChannels, 1]));
  const total = tf.sum(tf.reshape(weighted, [rows, outChannels]), 0);
  return tf.reshape(tf.div(total, tf.mul(tf.sum(inputMask), height * width)), [1, 1, 1, outChannels]);
}

function tensorScale(
  latent: tf.Tensor4D,
  inputMask: tf.Tensor1D | null,
  outputMask: tf.Tensor1D | null,
): tf.Tensor {
  const perFilter = tf.reshape(filterMean(tf.abs(latent), inputMask), [-1]);
  if (!outputMask) return tf.mean(perFilter);
  return tf.div(tf.sum(tf.mul(perFilter, outputMask)), tf.sum(outputMask));
}

/** `sign(w) · a` whose gradient to `w` is the clamp's and whose gradient to `a` is the true one. */
function birealKernel(latent: tf.Tensor4D, scale: tf.Tensor4D, clip: number): tf.Tensor4D {
  const apply = tf.customGrad((w, a, save) => {
    const signs = signWindow(w as tf.Tensor4D, clip);
    (save as tf.GradSaveFunc)([w as tf.Tensor, signs]);
    return {
      value: tf.mul(signs, a as tf.Tensor),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [weights, bits] = saved as [tf.Tensor, tf.Tensor];
        const inside = tf.cast(tf.lessEqual(tf.abs(weights), clip), "float32");
        return [tf.mul(dy, inside), tf.sum(tf.mul(dy, bits), [0, 1, 2], true)];
      },
    };
  });
  return apply(latent, scale) as tf.Tensor4D;
}

function irnetKernel(latent: tf.Tensor4D, t: number, inputMask: tf.Tensor1D | null): tf.Tensor4D {
  const [height, width, inChannels] = latent.shape;
  const count = height * width * inChannels;
  if (count < 2) {
    throw new ShapeError(
      `binarizeWeight: "irnet" expected at least 2 weights a filter, got 1 from a kernel of shape ` +
        `[${latent.shape.join(", ")}]; a deviation needs two.`,
    );
  }
  const centred: tf.Tensor4D = tf.sub(latent, filterMean(latent, inputMask));
  const present = inputMask ? tf.mul(tf.sum(inputMask), height * width) : tf.scalar(count);
  const variance = tf.mul(
    filterMean(tf.square(centred) as tf.Tensor4D, inputMask),
    tf.div(present, tf.sub(present, 1)),
  );
  const standard: tf.Tensor4D = tf.div(centred, tf.sqrt(variance));
  const level = filterMean(tf.abs(detach(standard)), inputMask ? detach(inputMask) : null);
  const scale = tf.pow(2, tf.round(tf.div(tf.log(level), Math.LN2)));
  return tf.mul(
    signWithGradient(standard, (v) => edeSlope(v, t)),
    scale,
  );
}
