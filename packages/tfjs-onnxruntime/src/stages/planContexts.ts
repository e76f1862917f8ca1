import { askedUnder } from "../gatedContexts";
import { sliceArguments } from "../kernels/arrangementKernels";
import type { LazyInput, LazyNode, LazyValue } from "../lazyGraph";
import type { GraphPlan } from "../planGraph";

/** An entry of a list of gates. */
export interface Gate {
  readonly list: LazyValue;
  readonly entry: number;
}

/** Calls under which of a plan's gates: each is needed only where all of its gates are not 0. */
export interface PlanContexts {
  of(node: LazyNode): readonly Gate[];
  /** An entry of what may be part of a list. */
  gate(value: LazyValue, entry: number): Gate;
  /** Whether a call gives what it gets: it hands something to what is under a gate, or out to what is under the same gate. */
  passes(node: LazyNode): boolean;
}

const identities: ReadonlySet<string> = new Set(["BarsGateBack", "BarsFork"]);

export function planContexts({ nodes, results }: GraphPlan): PlanContexts {
  const gates = new Gates(nodes);
  const { places } = askedUnder<LazyValue, Gate>(
    nodes.map((node) => ({
      outputs: node.outputs,
      reads: node.inputs.map(({ value }, i) => ({ value, under: gates.under(node, i) })),
    })),
    results,
  );
  const contexts = new Map(nodes.map((node, i) => [node, places[i] as ReadonlySet<Gate>]));
  return {
    of: (node) => [...(contexts.get(node) as ReadonlySet<Gate>)],
    gate: (value, entry) => gates.of(value, entry),
    passes: (node) =>
      identities.has(node.kernel.name) ||
      (node.kernel.name === "BarsGate" &&
        (contexts.get(node) as ReadonlySet<Gate>).has(gates.of(inputOf(node, "gate")))),
  };
}

const inputOf = ({ names, inputs }: LazyNode, name: string): LazyValue =>
  (inputs[names.indexOf(name)] as LazyInput).value;

/** One object for each gate, wherever in the plan it is cut from its list. */
class Gates {
  readonly #origins = new Map<LazyValue, { readonly value: LazyValue; readonly entry: number }>();
  readonly #known = new Map<LazyValue, Gate[]>();

  constructor(nodes: readonly LazyNode[]) {
    for (const { kernel, names, inputs, attributes, outputs } of nodes) {
      const x = inputs[names.indexOf("x")] ?? inputs[0];
      const [first] = outputs;
      if (!x || !first) continue;
      if (kernel.name === "Slice" && first.size === 1 && x.shape.length === 1) {
        const [begin] = sliceArguments({ shape: x.shape }, attributes);
        this.#origins.set(first, { value: x.value, entry: begin[0] as number });
      } else if (kernel.name === "Unpack" && x.shape.length === 1)
        for (const [entry, output] of outputs.entries()) this.#origins.set(output, { value: x.value, entry });
      else if (identities.has(kernel.name))
        for (const output of outputs) this.#origins.set(output, { value: x.value, entry: 0 });
    }
  }

  /** The gate under which a call reads an input. */
  under(node: LazyNode, i: number): Gate | undefined {
    const name = node.names[i] as string;
    if (node.kernel.name === "BarsGate" && name === "x") return this.of(inputOf(node, "gate"));
    if (node.kernel.name === "BarsSelect" && name.startsWith("part"))
      return this.of(inputOf(node, "gates"), Number(name.slice("part".length)));
    return undefined;
  }

  of(value: LazyValue, entry = 0): Gate {
    let list = value;
    let at = entry;
    for (let origin = this.#origins.get(list); origin; origin = this.#origins.get(list)) {
      at += origin.entry;
      list = origin.value;
    }
    const all = this.#known.get(list) ?? [];
    this.#known.set(list, all);
    const known = all[at] ?? { list, entry: at };
    all[at] = known;
    return known;
  }
}
