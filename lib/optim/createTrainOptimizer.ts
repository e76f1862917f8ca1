import { tf } from "../backend";
import { optimizers } from "../config/optimizers";
import type { TrainOptimizerConfig } from "../config/trainConfig";
import { checkTensor } from "../util/checkTensors";
import { RecordError, ShapeError } from "../util/errors";
import type { StoredTensor } from "../util/tensorFile";
import { bounded } from "./bounded";
import { updated } from "./updateRules";

/** A parameter as its layer declares it. */
export interface OptimizedParameter {
  readonly name: string;
  readonly shape: readonly number[];
  readonly role: "latent" | "real" | "scale" | "offset";
}

/** Rates of one step. */
export interface StepRates {
  readonly learningRate: number;
  /** Bop's γ. */
  readonly bopGamma: number;
}

/** What an optimizer remembers, as plain arrays. */
export interface StoredOptimizer {
  /** "velocity/<name>" (SGD), "mean/<name>" and "square/<name>" (Adam), "flip/<name>" (Bop). */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly steps: number;
}

/** The update rule of a training, with its state. */
export interface TrainOptimizer {
  /**
   * One step of all parameters, clipped where the settings say so. Gradients stay with the caller; nothing is read
   * from the engine.
   * @throws ShapeError if a parameter has no gradient, or one of another shape.
   */
  step(
    params: Readonly<Record<string, tf.Variable>>,
    gradients: Readonly<Record<string, tf.Tensor>>,
    rates: StepRates,
  ): void;
  stored(): Promise<StoredOptimizer>;
  /** Puts back what {@link stored} gave. @throws RecordError if it is another rule's or of other parameters. */
  restore(stored: StoredOptimizer, place: string): void;
  dispose(): void;
}

/** Parameters that move by one rule, side by side in one vector: a step is a few operations however many there are. */
interface Pack {
  readonly method: string;
  readonly weightDecay: number;
  /** 0: none. */
  readonly bound: number;
  readonly members: readonly OptimizedParameter[];
  readonly sizes: readonly number[];
  /** By slot; empty before the first step. */
  memory: tf.Tensor[];
}

/**
 * Builds the update rule of some settings: one for all parameters, or one for binary weights (Bop) and Adam for the rest.
 * Formulas: `lib/config/optimizers`.
 *
 * Weight decay acts on parameters of role "real" (kernels, the classifier), and on "latent" ones where
 * `config.decayLatent`; never on scales and shifts. Where `config.latentBound` is not 0, parameters of role "latent" are held
 * within it after the step: `w ← max(−bound, min(w, bound))`. Clipping scales all gradients by `min(1, clipNorm / norm)` with
 * `norm` their L2 norm (arXiv:1211.5063), those of weights that are −1 and +1 excepted: a flip depends on their size.
 */
export function createTrainOptimizer(
  config: TrainOptimizerConfig,
  parameters: readonly OptimizedParameter[],
): TrainOptimizer {
  const packs = packsOf(config, parameters);
  let steps = 0;

  const update = (pack: Pack, param: tf.Tensor, gradient: tf.Tensor, rates: StepRates): tf.Tensor[] => {
    const { weightDecay, memory } = pack;
    const { learningRate } = rates;
    const old = slotsOf(pack.method).map((_, i) => memory[i] ?? tf.zerosLike(param));
    const settings = { ...config, bopGamma: rates.bopGamma };
    const input = { param, gradient, memory: old, learningRate, step: steps + 1, weightDecay, settings };
    return [...updated(pack.method, input)];
  };

  const dispose = () => {
    for (const pack of packs) {
      tf.dispose(pack.memory);
      pack.memory = [];
    }
    steps = 0;
  };

  return {
    step(params, gradients, rates) {
      for (const { name, shape } of parameters) checkGradient(name, shape, gradients[name]);
      tf.tidy(() => {
        const flat = packs.map(({ members }) =>
          joined(members.map(({ name }) => gradients[name] as tf.Tensor)),
        );
        const clipped = config.clipNorm > 0 ? clip(flat, packs, config.clipNorm) : flat;
        for (const [i, pack] of packs.entries()) {
          const param = joined(pack.members.map(({ name }) => params[name] as tf.Tensor));
          const [next, ...memory] = update(pack, param, clipped[i] as tf.Tensor, rates);
          cut(bounded(next as tf.Tensor, pack.bound), pack).forEach((value, k) => {
            const { name } = pack.members[k] as OptimizedParameter;
            (params[name] as tf.Variable).assign(value as never);
          });
          tf.dispose(pack.memory);
          pack.memory = memory.map((tensor) => tf.keep(tensor));
        }
      });
      steps += 1;
    },
    async stored() {
      const tensors = new Map<string, StoredTensor>();
      for (const pack of packs) {
        for (const [s, memory] of pack.memory.entries()) {
          const values = (await memory.data()) as Float32Array;
          let from = 0;
          for (const [k, { name, shape }] of pack.members.entries()) {
            const size = pack.sizes[k] as number;
            const slot = slotsOf(pack.method)[s] as string;
            tensors.set(`${slot}/${name}`, { shape, values: values.slice(from, from + size) });
            from += size;
          }
        }
      }
      return { tensors, steps };
    },
    restore(stored, place) {
      checkStored(packs, stored, place);
      dispose();
      for (const pack of packs) pack.memory = stored.steps === 0 ? [] : recalled(pack, stored);
      steps = stored.steps;
    },
    dispose,
  };
}

/** What a rule remembers of each parameter. */
const slotsOf = (method: string): readonly string[] => optimizers.get(method).memory;

function packsOf(config: TrainOptimizerConfig, parameters: readonly OptimizedParameter[]): Pack[] {
  const { binary } = optimizers.get(config.method);
  const usual = binary ? "adam" : config.method;
  const rulesOf = ({ role }: OptimizedParameter): Omit<Pack, "members" | "sizes" | "memory"> => {
    const latent = role === "latent";
    if (latent && binary) return { method: config.method, weightDecay: 0, bound: 0 };
    const decays = role === "real" || (latent && config.decayLatent);
    const bound = latent ? (config.latentBound ?? 0) : 0;
    return { method: usual, weightDecay: decays ? config.weightDecay : 0, bound };
  };
  const packs = new Map<string, Pack & { members: OptimizedParameter[]; sizes: number[] }>();
  for (const parameter of parameters) {
    const rules = rulesOf(parameter);
    const key = JSON.stringify(rules);
    const pack = packs.get(key) ?? { ...rules, members: [], sizes: [], memory: [] };
    pack.members.push(parameter);
    pack.sizes.push(parameter.shape.reduce((product, extent) => product * extent, 1));
    packs.set(key, pack);
  }
  return [...packs.values()];
}

function joined(tensors: readonly tf.Tensor[]): tf.Tensor {
  const flat = tensors.map((tensor) => tf.reshape(tensor, [-1]));
  return flat.length === 1 ? (flat[0] as tf.Tensor) : tf.concat(flat);
}

/** A pack's vector as its members' tensors. */
function cut(vector: tf.Tensor, { sizes, members }: Pack): tf.Tensor[] {
  const parts = sizes.length === 1 ? [vector] : tf.split(vector, [...sizes]);
  return parts.map((part, k) => tf.reshape(part, [...(members[k] as OptimizedParameter).shape]));
}

function clip(flat: readonly tf.Tensor[], packs: readonly Pack[], maxNorm: number): tf.Tensor[] {
  const clips = (i: number) => !optimizers.get((packs[i] as Pack).method).binary;
  const squares = flat.filter((_, i) => clips(i)).map((gradient) => tf.sum(tf.square(gradient)));
  const norm = squares.length > 0 ? tf.sqrt(tf.addN(squares)) : tf.scalar(0);
  // maximum() keeps the quotient at 1 or below, and defined for an all-zero gradient.
  const factor = tf.div(maxNorm, tf.maximum(norm, maxNorm));
  return flat.map((gradient, i) => (clips(i) ? tf.mul(gradient, factor) : gradient));
}

function checkGradient(name: string, shape: readonly number[], gradient: tf.Tensor | undefined): void {
  if (gradient && gradient.shape.join() === shape.join()) return;
  const got = gradient ? `[${gradient.shape.join(", ")}]` : "none";
  throw new ShapeError(
    `optimizer: the gradient of "${name}" must have its shape [${shape.join(", ")}], got ${got}.`,
  );
}

/**
 * Checks a stored state before it is used: what every parameter remembers, of its shape and finite, and nothing else.
 * @throws RecordError if it is another rule's or of other parameters.
 */
function checkStored(packs: readonly Pack[], { tensors, steps }: StoredOptimizer, place: string): void {
  const known = new Set<string>();
  for (const { method, members, sizes } of steps === 0 ? [] : packs) {
    for (const slot of slotsOf(method)) {
      for (const [k, member] of members.entries()) {
        const name = `${slot}/${member.name}`;
        const stored = tensors.get(name);
        const size = sizes[k] as number;
        if (stored?.values.length !== size) {
          throw new RecordError(
            `${place}: the checkpoint of a training by ${method} must hold "${name}" with ${size} numbers, got ${stored ? stored.values.length : "none"}.`,
          );
        }
        checkTensor(stored, name, member.shape, place);
        known.add(name);
      }
    }
  }
  const extra = [...tensors.keys()].find((name) => !known.has(name));
  if (extra === undefined) return;
  throw new RecordError(
    `${place}: the checkpoint of a training after ${steps} steps holds "${extra}", which its optimizer does not remember.`,
  );
}

/** The vectors of a pack, put together again. */
function recalled(pack: Pack, { tensors }: StoredOptimizer): tf.Tensor[] {
  return slotsOf(pack.method).map((slot) => {
    const values = new Float32Array(pack.sizes.reduce((sum, size) => sum + size, 0));
    let from = 0;
    for (const { name } of pack.members) {
      const stored = tensors.get(`${slot}/${name}`) as StoredTensor;
      values.set(stored.values, from);
      from += stored.values.length;
    }
    return tf.keep(tf.tensor1d(values));
  });
}
