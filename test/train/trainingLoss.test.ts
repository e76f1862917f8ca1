import { beforeAll, describe, expect, it } from "vitest";
import { tf } from "../../lib/backend";
import { normal, randomKey } from "../../lib/random/randomKey";
import { type LossSettings, trainingLoss } from "../../lib/train/trainingLoss";
import { engines, expectNoLeak, useEngine } from "../layers/tensorCheck";

const [batch, classes] = [4, 5];
const student = Array.from(normal(randomKey(0), batch * classes));
const teacher = Array.from(normal(randomKey(1), batch * classes)).map((z) => 2 * z);
const auxiliary = Array.from(normal(randomKey(2), batch * classes));
const labels = [0, 3, 1, 4];

/** Probabilities of each row at a temperature, in double precision. */
function rows(logits: number[], temperature = 1): number[][] {
  return Array.from({ length: batch }, (_, n) => {
    const powers = logits.slice(n * classes, (n + 1) * classes).map((z) => Math.exp(z / temperature));
    const sum = powers.reduce((a, b) => a + b, 0);
    return powers.map((p) => p / sum);
  });
}
const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const entropy = (logits: number[], smoothing: number) =>
  mean(
    rows(logits).map((row, n) =>
      row.reduce(
        (sum, p, k) => sum - ((k === labels[n] ? 1 - smoothing : 0) + smoothing / classes) * Math.log(p),
        0,
      ),
    ),
  );

function settings(changes: Partial<LossSettings>): LossSettings {
  const distillation = { method: "none", weight: 0.9, temperature: 4 } as const;
  return { labelSmoothing: 0, auxiliaryWeight: 0, distillation, ...changes };
}

describe.each(engines)("trainingLoss on %s", (engine) => {
  beforeAll(() => useEngine(engine));
  const lossOf = (own: LossSettings, from: number[] = student, withTeacher = true) =>
    tf.tidy(() => {
      const shape = [batch, classes] as [number, number];
      const outputs = {
        logits: tf.tensor2d(from, shape),
        auxiliary: own.auxiliaryWeight > 0 ? tf.tensor2d(auxiliary, shape) : null,
      };
      const soft = withTeacher && own.distillation.method !== "none" ? tf.tensor2d(teacher, shape) : null;
      return trainingLoss(outputs, tf.tensor1d(labels, "int32"), soft, own).dataSync()[0] as number;
    });

  it("is the cross entropy with smoothed labels, plus a share of the auxiliary classifier's", () => {
    expectNoLeak(() => {
      expect(lossOf(settings({ labelSmoothing: 0.1 }))).toBeCloseTo(entropy(student, 0.1), 5);
      expect(lossOf(settings({ labelSmoothing: 0.1, auxiliaryWeight: 0.4 }))).toBeCloseTo(
        entropy(student, 0.1) + 0.4 * entropy(auxiliary, 0.1),
        5,
      );
    });
  });

  it("hinton: mixes labels and the divergence from the teacher at a temperature, scaled by its square", () => {
    const [p, q] = [rows(student, 3), rows(teacher, 3)];
    const divergence = mean(
      q.map((row, n) => row.reduce((sum, v, k) => sum + v * Math.log(v / (p[n]?.[k] as number)), 0)),
    );
    const own = settings({ distillation: { method: "hinton", weight: 0.7, temperature: 3 } });
    expectNoLeak(() => {
      expect(lossOf(own)).toBeCloseTo(0.3 * entropy(student, 0) + 0.7 * 9 * divergence, 4);
      // Where the student says what the teacher says, only the labels' part is left.
      expect(lossOf(own, teacher)).toBeCloseTo(0.3 * entropy(teacher, 0), 4);
    });
  });

  it("soft_labels: is the cross entropy with the teacher's probabilities, whatever the labels", () => {
    const [p, q] = [rows(student), rows(teacher)];
    const expected = mean(
      q.map((row, n) => row.reduce((sum, v, k) => sum - v * Math.log(p[n]?.[k] as number), 0)),
    );
    expectNoLeak(() => {
      const own = settings({ distillation: { method: "soft_labels", weight: 0.9, temperature: 4 } });
      expect(lossOf(own)).toBeCloseTo(expected, 5);
    });
  });

  it("teaches: its gradient in the logits is softmax minus the teacher's probabilities", () => {
    const own = settings({ distillation: { method: "soft_labels", weight: 1, temperature: 1 } });
    const shape = [batch, classes] as [number, number];
    const gradient = tf.tidy(() =>
      Array.from(
        tf
          .grad((z) =>
            trainingLoss(
              { logits: z as tf.Tensor2D, auxiliary: null },
              tf.tensor1d(labels, "int32"),
              tf.tensor2d(teacher, shape),
              own,
            ),
          )(tf.tensor2d(student, shape))
          .dataSync(),
      ),
    );
    const [p, q] = [rows(student).flat(), rows(teacher).flat()];
    gradient.forEach((g, i) => {
      expect(g).toBeCloseTo(((p[i] as number) - (q[i] as number)) / batch, 5);
    });
  });
});
