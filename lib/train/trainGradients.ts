import { lossGradients, tf } from "../backend";
import { countCorrect, mixedLoss, type TensorBatch } from "../loop/batchTensors";
import { namedGradients } from "../loop/namedResults";
import type { NetworkPass, Trainable } from "../network/trainable";
import { type LossSettings, trainingLoss } from "./trainingLoss";

/** Gradients by parameter name, the mean loss and the number of correctly classified images. The caller owns them. */
export interface TrainGradients {
  readonly gradients: Record<string, tf.Tensor>;
  readonly loss: tf.Scalar;
  readonly correct: tf.Scalar;
}

/** Gradient of {@link trainingLoss} of a batch in all of a network's parameters. `pass.training` must hold. */
export function trainGradients(
  network: Trainable,
  batch: TensorBatch,
  settings: LossSettings,
  pass: NetworkPass,
  teacher: Trainable | null,
): TrainGradients {
  const compute = (): TrainGradients => {
    const soft = teacher?.outputs(batch.images, { training: false, edeT: pass.edeT }).logits ?? null;
    const byName = network.parameters.entries();
    let correct: tf.Scalar | undefined;
    const { value, gradients: list } = lossGradients(
      () => {
        const outputs = network.outputs(batch.images, pass);
        correct = tf.keep(countCorrect(outputs.logits, batch.labels));
        return mixedLoss(batch, (labels) => trainingLoss(outputs, labels, soft, settings));
      },
      byName.map(([, variable]) => variable),
    );
    const counted = (correct as tf.Scalar).clone();
    (correct as tf.Scalar).dispose();
    return { gradients: namedGradients(byName, list), loss: value, correct: counted };
  };
  return tf.tidy(compute as unknown as () => tf.TensorContainer) as unknown as TrainGradients;
}
