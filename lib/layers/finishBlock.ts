import { add, addRelu, relu, tf } from "../backend";
import type { BinarizationConfig } from "../config/binarizationConfig";
import { ShapeError } from "../util/errors";
import { type RpreluParameters, rprelu } from "./reactivation";

/**
 * The end of every binary block: adds the shortcut, applies the nonlinearity (ReLU, RPReLU or none).
 *
 * Shapes (NHWC): `conv`, `shortcut` and the result `[batch, height, width, channels]`.
 *
 * @throws ShapeError if RPReLU is asked for without its parameters.
 *
 * References: Rastegari et al. 2016, arXiv:1603.05279; Liu et al. 2018, arXiv:1808.00278 (the shortcut).
 */
export function finishBlock(
  conv: tf.Tensor4D,
  shortcut: tf.Tensor4D | null,
  binarization: Pick<BinarizationConfig, "nonlinearity">,
  parameters: RpreluParameters | null,
): tf.Tensor4D {
  const { nonlinearity } = binarization;
  return tf.tidy(() => {
    if (nonlinearity === "relu") return shortcut ? addRelu(conv, shortcut) : relu(conv);
    const sum = shortcut ? add(conv, shortcut) : conv;
    switch (nonlinearity) {
      case "rprelu":
        if (!parameters) throw new ShapeError("finishBlock: rprelu expected its three parameters, got none.");
        return rprelu(sum, parameters);
      case "none":
        return shortcut ? sum : tf.clone(sum);
      default:
        return nonlinearity satisfies never;
    }
  });
}
