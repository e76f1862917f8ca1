import type { tf } from "../backend";
import { definedField } from "../config/definitions";
import { type SearchConfig, searchSection } from "../config/searchConfig";
import type { BatchStatistics } from "../layers/runningStatistics";
import { type TensorBatch, tensorsOf } from "../loop/batchTensors";
import { sectionOf, statisticsOf, underName, withStatistics } from "../loop/namedResults";
import { calledStep } from "../loop/stepReplay";
import type { RandomKey } from "../random/randomKey";
import type { EpochSettings } from "./epochSettings";
import type { SearchState } from "./searchState";
import { type AlphaGradients, alphaGradients, type WeightGradients, weightGradients } from "./steps";

type Tensors = Readonly<Record<string, tf.Tensor>>;

/**
 * {@link weightGradients} of a running search, replayed where that is possible (`StepReplay`).
 * @param statistics receives those of the batch norms.
 */
export function nextWeightGradients(
  state: SearchState,
  batch: TensorBatch,
  settings: EpochSettings,
  key: RandomKey,
  statistics: BatchStatistics,
): WeightGradients {
  const { supernet, alphas } = state;
  const compute = (collected: BatchStatistics) =>
    weightGradients(supernet, alphas, batch, settings, key, collected);
  if (hasOwnParts(settings)) return calledStep(() => compute(statistics));
  const made = state.replays.weights.run({
    identity: [settings, supernet],
    given: given(state, batch),
    key,
    compute(): Tensors {
      const collected: BatchStatistics = new Map();
      const { gradients, loss, correct } = compute(collected);
      return { ...underName("gradient/", gradients), ...withStatistics(collected), loss, correct };
    },
  });
  for (const [name, value] of statisticsOf(made)) statistics.set(name, value);
  const { loss, correct } = made as Readonly<Record<"loss" | "correct", tf.Scalar>>;
  return { gradients: sectionOf(made, "gradient/"), loss, correct };
}

/** {@link alphaGradients} of a running search, replayed where that is possible (`StepReplay`). */
export function nextAlphaGradients(
  state: SearchState,
  batch: TensorBatch,
  settings: EpochSettings,
  key: RandomKey,
): AlphaGradients {
  const { supernet, alphas, expectedCost } = state;
  const compute = () => alphaGradients(supernet, alphas, batch, settings, expectedCost, key);
  if (hasOwnParts(settings)) return calledStep(compute);
  const made = state.replays.alphas.run({
    identity: [settings, supernet],
    given: given(state, batch),
    key,
    compute(): Tensors {
      const { gradients, total, crossEntropy, penalty, entropy } = compute();
      return { ...underName("gradient/", gradients), total, crossEntropy, penalty, entropy };
    },
  });
  const { total, crossEntropy, penalty, entropy } = made as unknown as Omit<AlphaGradients, "gradients">;
  return { gradients: sectionOf(made, "gradient/"), total, crossEntropy, penalty, entropy };
}

const ownParts = new WeakMap<SearchConfig, boolean>();

/** Whether what users define themselves takes part: it may do otherwise from call to call, so it is called each time. */
function hasOwnParts({ config }: EpochSettings): boolean {
  const known = ownParts.get(config);
  if (known !== undefined) return known;
  const found = definedField([searchSection, config]).defined !== undefined;
  ownParts.set(config, found);
  return found;
}

/** Everything that changes from step to step. */
function given({ supernet, alphas }: SearchState, batch: TensorBatch): tf.Tensor[] {
  const weights = supernet.parameters.entries().map(([, variable]) => variable);
  return [...tensorsOf(batch), ...weights, ...Object.values(alphas.named())];
}
