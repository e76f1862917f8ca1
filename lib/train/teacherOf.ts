import type { BinarizationConfig } from "../config/binarizationConfig";
import { optimizers } from "../config/optimizers";
import { type Schedule, suitedSchedule } from "../config/schedule";
import type { Field } from "../config/section";
import { type TrainConfig, trainConfig, trainSection } from "../config/trainConfig";
import { type ModelSpec, modelHash } from "../records/modelSpec";

/**
 * The full-precision teacher of a model, and how it is trained: the same topology and recipe, its own epochs, rate
 * and seed, one training step, no distillation. Snapshots are the student's alone. What follows a schedule follows it over
 * the teacher's epochs; where it does not suit them (a warm-up that is longer) it stays where the student ends.
 *
 * - of a genotype: kernels are not binarized; activations pass as they are where the blocks end in a nonlinearity,
 *   and through tanh where they do not (without either the network would be linear). Shifts before the sign have
 *   nothing to do and are left out.
 * - of a baseline: the same with blocks of kind "real"
 */
export function teacherOf(config: TrainConfig, model: ModelSpec): { config: TrainConfig; model: ModelSpec } {
  const { snapshotEpochs: _, ...rest } = config;
  const { distillation, optimizer, binarization, dropPath } = config;
  const { fields } = trainSection;
  const suited = (schedule: Schedule, { levels = {} }: Field<Schedule>) =>
    suitedSchedule(schedule, levels, { epochs: distillation.teacherEpochs, madeFor: config.epochs });
  const teaching = trainConfig({
    ...rest,
    binarization: {
      ...realBinarization(binarization),
      edeT: suited(binarization.edeT, fields.binarization.fields.edeT),
    },
    dropPath: suited(dropPath, fields.dropPath),
    optimizer: {
      ...optimizer,
      method: optimizers.get(optimizer.method).binary ? "adam" : optimizer.method,
      learningRate: distillation.teacherLearningRate,
      bopGamma: suited(optimizer.bopGamma, fields.optimizer.fields.bopGamma),
      decayLatent: true,
      // Its kernels are real: nothing of them is latent.
      latentBound: 0,
    },
    twoStep: { firstEpochs: 0 },
    distillation: { method: "none" },
    evaluation: { ...config.evaluation, testEvery: 0 },
    start: "random",
    epochs: distillation.teacherEpochs,
    seed: distillation.teacherSeed,
  });
  return { config: teaching, model: realModel(model) };
}

function realBinarization(binarization: BinarizationConfig): BinarizationConfig {
  const activation = binarization.nonlinearity === "none" ? "tanh" : "identity";
  return { ...binarization, activation, weight: "identity", rsign: false };
}

function realModel(model: ModelSpec): ModelSpec {
  // The name says what it is; the rest decides which students may share it.
  const name = `teacher-${modelHash(model).slice(0, 8)}`;
  if (model.kind === "genotype") return { ...model, name, origin: null };
  return { ...model, name: `teacher-${model.family}-x${model.width}`, block: "real" };
}
