import type { tf } from "../backend";
import type { TrainOptimizerConfig } from "../config/trainConfig";
import { clipByGlobalNorm } from "./clipByGlobalNorm";
import { createBop } from "./createBop";
import { createOptimizer, type OptimizerState } from "./createOptimizer";

/** What a parameter is, as its layer declares it. */
export type ParameterRole = "latent" | "real" | "scale" | "offset";

/** Rates of one step. */
export interface StepRates {
  readonly learningRate: number;
  /** Bop's γ. */
  readonly bopGamma: number;
}

/** The update rule of a training: one rule for all parameters, or Bop for binary weights and Adam for the rest. */
export interface TrainOptimizer {
  /** Live tensors, which belong to the optimizer. */
  readonly state: OptimizerState;
  /** One step, clipped where the settings say so. Gradients stay with the caller; nothing is read from the engine. */
  step(
    params: Readonly<Record<string, tf.Variable>>,
    gradients: Readonly<Record<string, tf.Tensor>>,
    rates: StepRates,
  ): void;
  /** Replaces the state by copies. @throws RecordError if it is another rule's. */
  restore(state: OptimizerState): void;
  dispose(): void;
}

/**
 * Builds the update rule of some settings.
 *
 * Weight decay acts on parameters of role "real" (kernels, the classifier), and on "latent" ones where
 * `config.decayLatent`; never on scales and shifts. Clipping takes the norm over all gradients, but leaves those of
 * Bop's weights as they are: a flip asks for their sign and for a threshold's worth of size.
 *
 * @param role of each parameter.
 */
export function createTrainOptimizer(
  config: TrainOptimizerConfig,
  role: (name: string) => ParameterRole,
): TrainOptimizer {
  const decays = (name: string) => role(name) === "real" || (role(name) === "latent" && config.decayLatent);
  const method = config.method === "sgd" ? "sgd" : "adam";
  const usual = createOptimizer({ ...config, method }, decays);
  const bop = config.method === "bop" ? createBop(config.bopThreshold) : null;
  const flips = (name: string) => bop !== null && role(name) === "latent";
  return {
    get state() {
      const [a, b] = [usual.state, bop?.state];
      return { tensors: { ...a.tensors, ...b?.tensors }, steps: { ...a.steps, ...b?.steps } };
    },
    step(params, gradients, { learningRate, bopGamma }) {
      const [binary, rest] = parted(gradients, flips);
      const clipped = config.clipNorm > 0 ? clipByGlobalNorm(rest, config.clipNorm) : null;
      usual.step(params, clipped?.gradients ?? rest, learningRate);
      if (clipped) {
        clipped.norm.dispose();
        for (const gradient of Object.values(clipped.gradients)) gradient.dispose();
      }
      bop?.step(params, binary, bopGamma);
    },
    restore(state) {
      const byParameter = (name: string) => flips(name.slice(name.indexOf("/") + 1));
      const [binaryTensors, tensors] = parted(state.tensors, byParameter);
      const [binarySteps, steps] = parted(state.steps, flips);
      usual.restore({ tensors, steps });
      bop?.restore({ tensors: binaryTensors, steps: binarySteps });
    },
    dispose() {
      usual.dispose();
      bop?.dispose();
    },
  };
}

/** The entries whose name fulfils a condition, and the others. */
function parted<T>(
  record: Readonly<Record<string, T>>,
  condition: (name: string) => boolean,
): [Record<string, T>, Record<string, T>] {
  const entries = Object.entries(record);
  return [
    Object.fromEntries(entries.filter(([name]) => condition(name))),
    Object.fromEntries(entries.filter(([name]) => !condition(name))),
  ];
}
