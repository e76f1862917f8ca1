import type { tf } from "../backend";
import { definedField } from "../config/definitions";
import { spaceSection } from "../config/spaceConfig";
import { trainSection } from "../config/trainConfig";
import type { BatchStatistics } from "../layers/runningStatistics";
import { type TensorBatch, tensorsOf } from "../loop/batchTensors";
import { sectionOf, statisticsOf, underName, withStatistics } from "../loop/namedResults";
import { calledStep } from "../loop/stepReplay";
import type { NetworkPass } from "../network/trainable";
import type { RandomKey } from "../random/randomKey";
import type { TrainContext } from "./trainContext";
import { type TrainGradients, trainGradients } from "./trainGradients";
import type { TrainState } from "./trainState";

/** How the passes of one training step run. */
export interface StepPass extends Pick<NetworkPass, "edeT" | "binaryWeights"> {
  readonly dropRate: number;
  /** What dropped paths are drawn from. */
  readonly key: RandomKey;
}

/**
 * {@link trainGradients} of a running training, replayed where that is possible (`StepReplay`).
 * @param collect receives the statistics of the batch norms.
 */
export function nextTrainGradients(
  { config, teacher, model }: Pick<TrainContext, "config" | "teacher" | "model">,
  { network, replay }: TrainState,
  batch: TensorBatch,
  { dropRate, key, ...pass }: StepPass,
  collect: BatchStatistics,
): TrainGradients {
  const dropPath = dropRate > 0 ? { rate: dropRate, key } : undefined;
  const compute = (statistics: BatchStatistics) =>
    trainGradients(
      network,
      batch,
      config,
      { ...pass, training: true, collect: statistics, dropPath },
      teacher,
    );
  const space = model.kind === "genotype" ? [[spaceSection, model.genotype.space] as const] : [];
  // What users define themselves may do otherwise from call to call.
  if (definedField([trainSection, config], ...space).defined) return calledStep(() => compute(collect));
  const weights = network.parameters.entries().map(([, variable]) => variable);
  const made = replay.run({
    identity: [config, teacher, network, dropRate, pass.edeT, pass.binaryWeights],
    given: [...tensorsOf(batch), ...weights],
    key,
    compute(): Readonly<Record<string, tf.Tensor>> {
      const collected: BatchStatistics = new Map();
      const { gradients, loss, correct } = compute(collected);
      return { ...underName("gradient/", gradients), ...withStatistics(collected), loss, correct };
    },
  });
  for (const [name, value] of statisticsOf(made)) collect.set(name, value);
  const { loss, correct } = made as Readonly<Record<"loss" | "correct", tf.Scalar>>;
  return { gradients: sectionOf(made, "gradient/"), loss, correct };
}
