import { softmaxCrossEntropy, tf } from "../backend";
import type { DistillationConfig, TrainConfig } from "../config/trainConfig";
import type { NetworkOutputs } from "../network/trainable";

/** What of the settings the loss depends on. */
export type LossSettings = Pick<TrainConfig, "labelSmoothing" | "auxiliaryWeight"> & {
  readonly distillation: Pick<DistillationConfig, "method" | "weight" | "temperature">;
};

/**
 * The loss of a batch, a scalar in nats: cross entropy with (smoothed) labels, or what distillation makes of it
 * ({@link DistillationConfig}), plus `auxiliaryWeight` times the cross entropy of the auxiliary classifier.
 *
 * @param labels `[batch]`, int32.
 * @param teacher the teacher's logits `[batch, classes]`, constants; null without distillation.
 */
export function trainingLoss(
  outputs: NetworkOutputs,
  labels: tf.Tensor1D,
  teacher: tf.Tensor2D | null,
  settings: LossSettings,
): tf.Scalar {
  const { logits, auxiliary } = outputs;
  const { labelSmoothing, auxiliaryWeight, distillation } = settings;
  const entropy = (z: tf.Tensor2D) => softmaxCrossEntropy(z, labels, labelSmoothing);
  const main = () => {
    if (!teacher) return entropy(logits);
    const { method, weight, temperature } = distillation;
    if (method === "soft_labels") return softCrossEntropy(logits, teacher);
    const soft = tf.mul(divergence(logits, teacher, temperature), weight * temperature ** 2);
    return weight === 1 ? soft : tf.add(tf.mul(entropy(logits), 1 - weight), soft);
  };
  return tf.tidy(() => {
    const loss = main();
    if (!auxiliary || auxiliaryWeight === 0) return loss as tf.Scalar;
    return tf.add(loss, tf.mul(entropy(auxiliary), auxiliaryWeight)) as tf.Scalar;
  });
}

/** `−(1/N) Σ_n Σ_k softmax(teacher_n)_k · log softmax(logits_n)_k`. */
function softCrossEntropy(logits: tf.Tensor2D, teacher: tf.Tensor2D): tf.Scalar {
  const terms = tf.mul(tf.softmax(teacher), tf.logSoftmax(logits));
  return tf.neg(tf.div(tf.sum(terms), logits.shape[0]));
}

/** `(1/N) Σ_n KL(softmax(teacher_n / T) ‖ softmax(logits_n / T))`: 0 where student and teacher agree. */
function divergence(logits: tf.Tensor2D, teacher: tf.Tensor2D, temperature: number): tf.Scalar {
  const target = tf.div(teacher, temperature) as tf.Tensor2D;
  const entropy = softCrossEntropy(target, target);
  const scaled = tf.div(logits, temperature) as tf.Tensor2D;
  return tf.sub(softCrossEntropy(scaled, target), entropy);
}
