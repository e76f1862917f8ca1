import { tf } from "../backend";
import { optimizers } from "../config/optimizers";
import type { OptimizerConfig } from "../config/searchConfig";
import { RecordError, ShapeError } from "../util/errors";
import { bounded } from "./bounded";
import { updated } from "./updateRules";

/** What an optimizer remembers, ready for a checkpoint. */
export interface OptimizerState {
  /** "velocity/<name>" (SGD), "mean/<name>" and "square/<name>" (Adam), each of the parameter's shape. */
  readonly tensors: Readonly<Record<string, tf.Tensor>>;
  /** Steps taken by each parameter that has state. */
  readonly steps: Readonly<Record<string, number>>;
}

/** An update rule with its state. The learning rate comes with every step; nothing here follows a schedule. */
export interface Optimizer {
  /** The live state: its tensors belong to the optimizer. Copy them to keep them. */
  readonly state: OptimizerState;
  /**
   * One step for every parameter that `gradients` names; the others stay as they are. Gradients stay with the
   * caller.
   *
   * @throws ShapeError if a gradient has no parameter, or another shape than its parameter.
   */
  step(
    params: Readonly<Record<string, tf.Variable>>,
    gradients: Readonly<Record<string, tf.Tensor>>,
    learningRate: number,
  ): void;
  /**
   * Replaces the state by copies of `state`. Continuing from a restored state gives the same numbers as never
   * having stopped.
   *
   * @throws RecordError if the state is another update rule's, or names tensors without their steps.
   */
  restore(state: OptimizerState): void;
  /** Changes the weight decay from the next step on. */
  setWeightDecay(value: number): void;
  /** Frees the state. The optimizer starts afresh if used again. */
  dispose(): void;
}

type Settings = Pick<OptimizerConfig, "method" | "momentum" | "beta1" | "beta2" | "epsilon" | "weightDecay">;

/** What an optimizer does to one parameter besides its rule. */
export interface ParameterRules {
  /** Whether the weight decay acts on it. */
  readonly decays: boolean;
  /** It is held between −bound and bound after each step; 0 or left out: nowhere. */
  readonly bound?: number;
}

/**
 * An update rule by name with L2 weight decay inside the gradient where `rulesOf(name)` says so, and the bound that it
 * says. Formulas: `lib/config/optimizers`. Clipping is the caller's (`clipByGlobalNorm`).
 */
export function createOptimizer(config: Settings, rulesOf: (name: string) => ParameterRules): Optimizer {
  let tensors: Record<string, tf.Tensor> = {};
  let steps: Record<string, number> = {};
  let decay = config.weightDecay;
  const slotNames = optimizers.get(config.method).memory;
  const settings = { ...config, bopGamma: 0, bopThreshold: 0 };

  const update = (name: string, param: tf.Variable, gradient: tf.Tensor, learningRate: number): void => {
    const step = (steps[name] ?? 0) + 1;
    const { decays, bound = 0 } = rulesOf(name);
    const weightDecay = decays ? decay : 0;
    const next = tf.tidy(() => {
      const old = slotNames.map((slot) => tensors[`${slot}/${name}`] ?? tf.zeros(param.shape));
      const input = { param, gradient, memory: old, learningRate, step, weightDecay, settings };
      const [value, ...memory] = updated(config.method, input) as [tf.Tensor, ...tf.Tensor[]];
      return [bounded(value, bound), ...memory];
    }) as tf.Tensor[];
    const [value, ...fresh] = next as [tf.Tensor, ...tf.Tensor[]];
    param.assign(value);
    value.dispose();
    for (const [i, slot] of slotNames.entries()) replace(tensors, `${slot}/${name}`, fresh[i] as tf.Tensor);
    steps[name] = step;
  };

  const dispose = (): void => {
    tf.dispose(tensors);
    tensors = {};
    steps = {};
  };

  return {
    get state() {
      return { tensors: { ...tensors }, steps: { ...steps } };
    },
    step(params, gradients, learningRate) {
      for (const name of Object.keys(gradients))
        checkGradient(name, params[name], gradients[name] as tf.Tensor);
      for (const [name, gradient] of Object.entries(gradients)) {
        update(name, params[name] as tf.Variable, gradient, learningRate);
      }
    },
    restore(state) {
      checkState(state, slotNames, config.method);
      const copies: Record<string, tf.Tensor> = {};
      for (const [name, tensor] of Object.entries(state.tensors)) copies[name] = tf.keep(tf.clone(tensor));
      dispose();
      tensors = copies;
      steps = { ...state.steps };
    },
    setWeightDecay(value) {
      decay = value;
    },
    dispose,
  };
}

function replace(tensors: Record<string, tf.Tensor>, name: string, fresh: tf.Tensor): void {
  tensors[name]?.dispose();
  tensors[name] = tf.keep(fresh);
}

function checkGradient(name: string, param: tf.Variable | undefined, gradient: tf.Tensor): void {
  if (!param) throw new ShapeError(`optimizer: expected a parameter for the gradient "${name}", got none.`);
  if (param.shape.join() !== gradient.shape.join()) {
    throw new ShapeError(
      `optimizer: the gradient of "${name}" must have its shape [${param.shape.join(", ")}], got ` +
        `[${gradient.shape.join(", ")}].`,
    );
  }
}

function checkState(state: OptimizerState, slotNames: readonly string[], method: string): void {
  const expected = Object.keys(state.steps).flatMap((name) => slotNames.map((slot) => `${slot}/${name}`));
  const got = Object.keys(state.tensors);
  if (expected.length !== got.length || expected.some((name) => !Object.hasOwn(state.tensors, name))) {
    throw new RecordError(
      `optimizer: a state of ${method} must hold ${slotNames.join(" and ")} for each of its ` +
        `${Object.keys(state.steps).length} parameters, got ${got.slice(0, 4).join(", ") || "none"}.`,
    );
  }
}
