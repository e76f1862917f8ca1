import { adamUpdate, sgdMomentumUpdate, type tf } from "../backend";
import { type BuiltInOptimizer, type OptimizerFacts, optimizers } from "../config/optimizers";
import { ConfigError, ShapeError } from "../util/errors";
import { bopUpdate } from "./bopUpdate";

/** What one step of one parameter reads. Tensors have one shape and stay as they are. */
export interface UpdateInput {
  readonly param: tf.Tensor;
  /** Clipped already, where the settings say so; without weight decay. */
  readonly gradient: tf.Tensor;
  /** What the rule remembers of the parameter, in the order of its `memory`; zeros before the first step. */
  readonly memory: readonly tf.Tensor[];
  readonly learningRate: number;
  /** Steps of this parameter, this one among them: 1 is the first. */
  readonly step: number;
  /** L2 that belongs into the gradient; 0 for parameters that do not decay. */
  readonly weightDecay: number;
  readonly settings: UpdateSettings;
}

/** Settings of an optimizer that rules may read. */
export interface UpdateSettings {
  readonly momentum: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Of trainings alone; 0 in searches. */
  readonly bopGamma: number;
  readonly bopThreshold: number;
}

/** One step: the parameter's new value, then what is remembered, in order. Pure tensor operations: a step is compiled. */
export type UpdateRule = (input: UpdateInput) => readonly tf.Tensor[];

const builtIn = {
  sgd: ({ param, gradient, memory, learningRate, weightDecay, settings: { momentum } }) =>
    sgdMomentumUpdate(param, gradient, memory[0] as tf.Tensor, { learningRate, momentum, weightDecay }),
  adam({ param, gradient, memory, learningRate, step, weightDecay, settings }) {
    const { beta1, beta2, epsilon } = settings;
    const [mean, square] = memory as [tf.Tensor, tf.Tensor];
    const numbers = { learningRate, beta1, beta2, epsilon, step, weightDecay };
    return adamUpdate(param, gradient, mean, square, numbers);
  },
  bop: ({ param, gradient, memory, settings: { bopGamma: gamma, bopThreshold: threshold } }) =>
    bopUpdate(param, gradient, memory[0] as tf.Tensor, { gamma, threshold }),
} satisfies Readonly<Record<BuiltInOptimizer, UpdateRule>>;

/**
 * One step by an optimizer of the library, or of `defineOptimizer`.
 *
 * @throws ConfigError for an unknown name; ShapeError where a rule of the user's own gives other tensors than it must.
 */
export function updated(method: string, input: UpdateInput): readonly tf.Tensor[] {
  if (Object.hasOwn(builtIn, method)) return builtIn[method as BuiltInOptimizer](input);
  const { update, memory } = optimizers.get(method) as OptimizerFacts & { readonly update: UpdateRule };
  const result = update(input);
  const shape = input.param.shape.join(", ");
  const shapes = Array.isArray(result) ? result.map((tensor) => tensor?.shape?.join(", ") ?? "none") : [];
  if (shapes.length !== memory.length + 1 || shapes.some((own) => own !== shape)) {
    throw new ShapeError(
      `optimizer "${method}": update must return ${memory.length + 1} tensors of shape [${shape}] (the new value${memory.map((slot) => `, ${slot}`).join("")}), got ${shapes.map((own) => `[${own}]`).join(", ") || "none"}.`,
    );
  }
  return result;
}

/** An optimizer to define. */
export interface OptimizerSpec extends Pick<OptimizerFacts, "name" | "version" | "formula"> {
  /** Paper it comes from; left out: "ours". */
  readonly source?: string;
  /** Names of what it remembers of each parameter; left out: nothing. */
  readonly memory?: readonly string[];
  /** Whether it is for weights that are −1 and +1; left out: false. */
  readonly binary?: boolean;
  readonly update: UpdateRule;
}

/**
 * Makes an optimizer of one's own known by name to searches and trainings: `optimizer: { method: name }`. Checkpoints
 * hold what it remembers; records name it with its version, and who resumes them must have defined it.
 *
 * @returns the optimizer, as the table holds it.
 * @throws ConfigError for a name that is taken or no identifier, a version that is no integer from 1, or a part that is
 * missing.
 *
 * @example
 * ```ts
 * bars.defineOptimizer({
 *   name: "sign_step",
 *   formula: "w - lr sign(g)",
 *   update: ({ param, gradient, learningRate }) => [
 *     bars.tf.sub(param, bars.tf.mul(learningRate, bars.tf.sign(gradient))),
 *   ],
 * });
 * console.log(bars.trainConfig({ optimizer: { method: "sign_step" } }).optimizer.method); // sign_step
 * ```
 */
export function defineOptimizer(spec: OptimizerSpec): OptimizerFacts {
  const { name, version = 1, formula, source = "ours", memory = [], binary = false, update } = spec;
  const fail = (what: string, got: unknown): never => {
    throw new ConfigError(`defineOptimizer: ${JSON.stringify(name)}: ${what}, got ${JSON.stringify(got)}.`);
  };
  if (typeof update !== "function")
    fail("update must be a function of { param, gradient, memory, ... }", update);
  if (typeof formula !== "string" || formula === "") fail("formula must be a text", formula);
  const named = Array.isArray(memory) && memory.every((slot) => /^[a-z][a-z0-9_]*$/i.test(slot));
  if (!named || new Set(memory).size < memory.length)
    fail("memory must be a list of different names of letters, digits and _", memory);
  return optimizers.define<OptimizerFacts & { readonly update: UpdateRule }>({
    name,
    version,
    formula,
    source,
    memory: [...memory],
    binary,
    update,
  });
}
