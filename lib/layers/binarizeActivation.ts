import { signWindow, tf } from "../backend";
import {
  type ActivationBinarizer,
  activationBinarizers,
  type BuiltInActivationBinarizer,
} from "../primitives/binarizers";

/** How {@link binarizeActivation} works. Each method reads the numbers its formula names. */
export interface ActivationSettings {
  readonly method: ActivationBinarizer;
  /** "ste": half-width of the gradient window. */
  readonly clip: number;
  /** "swish_sign", "scaled_tanh": slope. */
  readonly beta: number;
  /** "ede": steepness, above 0, rising over the epochs. */
  readonly t: number;
}

/**
 * The sign of activations, with a selectable gradient.
 *
 * Forward `y = +1 where x ≥ 0, −1 elsewhere`; backward `dx = dy · g(x)` with
 * - "ste": `g = 1(|x| ≤ clip)` (Hubara et al. 2016, arXiv:1602.02830)
 * - "approx_sign": `g = max(0, 2 − 2|x|)` (Liu et al. 2018, Bi-Real Net, arXiv:1808.00278)
 * - "swish_sign": `g = β (2 − βx tanh(βx/2)) / (1 + cosh βx)` (Darabi et al. 2018, BNN+, arXiv:1812.11800)
 * - "ede": `g = k t (1 − tanh²(t x))`, `k = max(1/t, 1)` (Qin et al. 2020, IR-Net, arXiv:1909.10788)
 *
 * Smooth mode replaces the sign itself: "identity" gives `x`, "tanh" gives `tanh(x)`, "scaled_tanh" `tanh(βx)`, each
 * with its own gradient.
 *
 * Any shape, float32.
 */
export function binarizeActivation<T extends tf.Tensor>(x: T, settings: ActivationSettings): T {
  const { method } = settings;
  const own = definedBy(method) ?? builtIn[method as BuiltInActivationBinarizer];
  return own(x, settings) as T;
}

export type BinarizeActivation = (x: tf.Tensor, settings: ActivationSettings) => tf.Tensor;

/** What a user's activation binarizer computes; undefined for the library's own. */
function definedBy(method: ActivationBinarizer): BinarizeActivation | undefined {
  return (activationBinarizers.get(method) as { readonly binarize?: BinarizeActivation }).binarize;
}

/** Every activation binarizer of the library. One without an entry does not compile. */
const builtIn = {
  ste: (x, { clip }) => signWindow(x, clip),
  approx_sign: (x) => signWithGradient(x, (v) => tf.relu(tf.sub(2, tf.mul(tf.abs(v), 2)))),
  swish_sign: (x, { beta }) => signWithGradient(x, (v) => swishSignSlope(v, beta)),
  ede: (x, { t }) => signWithGradient(x, (v) => edeSlope(v, t)),
  identity: (x) => tf.clone(x),
  tanh: (x) => tf.tanh(x),
  scaled_tanh: (x, { beta }) => tf.tanh(tf.mul(x, beta)),
} satisfies Record<BuiltInActivationBinarizer, BinarizeActivation>;

/** `k t (1 − tanh²(t x))`, `k = max(1/t, 1)`: the slope of IR-Net's error decay estimator. */
export function edeSlope(x: tf.Tensor, t: number): tf.Tensor {
  return tf.mul(tf.sub(1, tf.square(tf.tanh(tf.mul(x, t)))), Math.max(1 / t, 1) * t);
}

function swishSignSlope(x: tf.Tensor, beta: number): tf.Tensor {
  const scaled = tf.mul(x, beta);
  // cosh overflows to Infinity far from 0, where the quotient is 0 as it should be.
  const rise = tf.sub(2, tf.mul(scaled, tf.tanh(tf.div(scaled, 2))));
  return tf.div(tf.mul(rise, beta), tf.add(tf.cosh(scaled), 1));
}

/** `sign(x)` with `dx = dy · slope(x)`. */
export function signWithGradient<T extends tf.Tensor>(x: T, slope: (x: tf.Tensor) => tf.Tensor): T {
  const apply = tf.customGrad((v, save) => {
    const input = v as T;
    (save as tf.GradSaveFunc)([input]);
    return {
      value: signWindow(input, 1),
      gradFunc: (dy: T, saved: tf.Tensor[]) =>
        tf.tidy(() => tf.mul(dy, slope(saved[0] as tf.Tensor)) as tf.Tensor),
    };
  });
  return apply(x) as T;
}
