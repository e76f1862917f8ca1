import { relu, tf } from "../backend";
import type { ParameterSpec } from "../layers/operation";
import { globalAveragePool, linear } from "../layers/realLayers";
import { ConfigError } from "../util/errors";
import { classifierSpecs, type LayerContext, realConvSpecs } from "./layerContext";

const name = "auxiliary";
const window = 5;
const stride = 3;
const narrow = 128;
const wide = 768;

/**
 * A second classifier in the middle of a network, for training only (Szegedy et al. 2015, arXiv:1409.4842), in the
 * form DARTS uses on CIFAR (arXiv:1806.09055): ReLU, 5x5 average pooling of stride 3, 1x1 convolution to 128, batch
 * norm, ReLU, 2x2 convolution to 768, batch norm, ReLU, global average, linear. All real; not part of a network's
 * cost.
 */
export class AuxiliaryHead {
  readonly parameters: readonly ParameterSpec[];

  /**
   * @param size of the feature maps it reads, in pixels.
   * @throws ConfigError where pooling would leave less than the 2x2 pixels the second convolution reads.
   */
  constructor(channels: number, size: number, classes: number) {
    const least = window + stride;
    if (size < least) {
      throw new ConfigError(
        `auxiliary head: expected feature maps of at least ${least}x${least} pixels two thirds through the network, got ${size}x${size}. Set auxiliaryWeight to 0 for this network.`,
      );
    }
    this.parameters = [
      ...realConvSpecs(`${name}.squeeze`, 1, channels, narrow),
      ...realConvSpecs(`${name}.join`, 2, narrow, wide),
      ...classifierSpecs(`${name}.head`, wide, classes),
    ];
  }

  /** Shapes: `x` `[batch, size, size, channels]`, result `[batch, classes]`. */
  logits(x: tf.Tensor4D, pass: LayerContext): tf.Tensor2D {
    const conv = (part: string, input: tf.Tensor4D): tf.Tensor4D => {
      const place = `${name}.${part}`;
      const value = tf.conv2d(input, pass.get(`${place}.kernel`) as tf.Tensor4D, 1, "valid");
      return relu(pass.normalize(place, value, place));
    };
    return tf.tidy(() => {
      const pooled = tf.avgPool(relu(x), window, stride, "valid");
      const features = globalAveragePool(conv("join", conv("squeeze", pooled)));
      const weight = pass.get(`${name}.head.weight`) as tf.Tensor2D;
      return linear(features, weight, pass.get(`${name}.head.bias`) as tf.Tensor1D, `${name}.head`);
    });
  }
}
