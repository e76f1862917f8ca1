import { tf } from "../../lib/backend";
import type { BinarizationConfig } from "../../lib/config/binarizationConfig";
import { packNetwork } from "../../lib/deploy/packNetwork";
import { buildNetwork } from "../../lib/network/buildNetwork";
import type { Trainable } from "../../lib/network/trainable";
import type { PackedModel } from "../../lib/packed/packedModel";
import { fold, normal, type RandomKey } from "../../lib/random/randomKey";
import { type ModelSpec, modelShape } from "../../lib/records/modelSpec";

/** A network with weights, scales, shifts and statistics drawn at random, and some images. */
export function drawnNetwork(model: ModelSpec, binarization: BinarizationConfig, key: RandomKey, count = 2) {
  const network = buildNetwork(model, { binarization, auxiliaryWeight: 0 }, key);
  for (const [name, variable] of network.parameters.entries()) {
    if (network.parameters.role(name) === "latent" || name.endsWith("kernel") || name.endsWith("weight"))
      continue;
    const drawn = normal(fold(key, `drawn ${name}`), variable.size);
    tf.tidy(() =>
      variable.assign(
        tf.add(
          variable,
          tf.tensor(
            drawn.map((z) => 0.4 * z),
            variable.shape,
          ),
        ),
      ),
    );
  }
  const { imageSize, imageChannels } = modelShape(model);
  // Statistics of two images alone would be those of single pixels in the last stages, and their batch norms magnify all rounding.
  const drawn = 8;
  const size = imageSize * imageSize * imageChannels;
  const images = normal(fold(key, "images"), drawn * size);
  const statistics = network.statistics.collector();
  tf.tidy(() => {
    network.outputs(imageTensor(network, images), { training: true, edeT: 1, collect: statistics });
  });
  network.statistics.update(statistics);
  return { network, images: Float32Array.from(images.slice(0, count * size)), count };
}

export function imageTensor({ imageSize, imageChannels }: Trainable, images: ArrayLike<number>): tf.Tensor4D {
  const count = images.length / (imageSize * imageSize * imageChannels);
  return tf.tensor4d(Float32Array.from(images), [count, imageSize, imageSize, imageChannels]);
}

/** Logits and every shown tensor of the float network in evaluation. */
export function floatOutputs(network: Trainable, images: ArrayLike<number>) {
  const taps = new Map<string, Float32Array>();
  const logits = tf.tidy(() => {
    const tap = (name: string, tensor: tf.Tensor) => {
      taps.set(name, Float32Array.from(tensor.dataSync()));
    };
    return network.outputs(imageTensor(network, images), { training: false, edeT: 1, tap }).logits.dataSync();
  });
  return { logits: Float32Array.from(logits), taps };
}

export function packed(
  network: Trainable,
  model: ModelSpec,
  binarization: BinarizationConfig,
): Promise<PackedModel> {
  const { imageChannels, classes } = modelShape(model);
  return packNetwork(network, {
    model,
    binarization,
    classNames: Array.from({ length: classes }, (_, i) => `class ${i}`),
    normalization: { mean: new Array(imageChannels).fill(0.5), std: new Array(imageChannels).fill(0.25) },
  });
}
