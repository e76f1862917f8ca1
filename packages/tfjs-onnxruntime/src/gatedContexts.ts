import type { OnnxNode } from "./onnxModel";

/**
 * An operator of graphs under construction alone: `y = x` where the truth value `condition` holds, else zeros. What only such
 * operators read becomes a branch that runs where the condition holds ({@link sinkIntoBranches}). Inputs `condition`, `x`.
 */
export const gate = "Gate";

/**
 * Of results of gates the one whose condition holds; exactly one does wherever the result is read. Inputs: conditions and
 * results by turns. Like {@link gate} of graphs under construction alone.
 */
export const choose = "Choose";

/** Under which conditions an operator's results are read: those of more operators first. */
export type Context = readonly string[];

/** The conditions of every operator, place by place: all that its readers have in common. */
export function contextsOf(nodes: readonly OnnxNode[], results: readonly string[]): Context[] {
  const asked = askedUnder(
    nodes.map(({ op, inputs, outputs }) => ({
      outputs,
      reads: inputs.map((value, place) => ({
        value,
        under: op === gate && place === 1 ? inputs[0] : undefined,
      })),
    })),
    results,
  );
  const counts = new Map<string, number>();
  for (const context of asked.places)
    for (const condition of context) counts.set(condition, (counts.get(condition) ?? 0) + 1);
  // A condition that is known only under others comes after them.
  const under = (condition: string) => asked.values.get(condition)?.size ?? 0;
  const rank = (a: string, b: string) =>
    under(a) - under(b) || (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || (a < b ? -1 : 1);
  return asked.places.map((context) => [...context].sort(rank));
}

/** What computes values of others, some of which it reads under a condition. */
export interface Reader<V, C> {
  readonly outputs: readonly V[];
  readonly reads: readonly { readonly value: V; readonly under: C | undefined }[];
}

/**
 * Under which conditions each of the readers is needed, place by place, and each value: those that all who need it have in common.
 *
 * @param results values that are needed in any case.
 */
export function askedUnder<V, C>(
  readers: readonly Reader<V, C>[],
  results: Iterable<V>,
): { readonly places: readonly ReadonlySet<C>[]; readonly values: ReadonlyMap<V, ReadonlySet<C>> } {
  const values = new Map<V, ReadonlySet<C>>();
  const never: ReadonlySet<C> = new Set();
  for (const result of results) values.set(result, never);
  const ask = (value: V, context: ReadonlySet<C>) => {
    const known = values.get(value);
    values.set(value, known ? common(known, context) : context);
  };
  const places = new Array<ReadonlySet<C>>(readers.length);
  for (let i = readers.length - 1; i >= 0; i--) {
    const { outputs, reads } = readers[i] as Reader<V, C>;
    const found = outputs.map((value) => values.get(value)).filter((context) => context !== undefined);
    const context = found.length === 0 ? never : found.reduce(common<C>);
    places[i] = context;
    for (const { value, under } of reads)
      ask(value, under === undefined || context.has(under) ? context : new Set([...context, under]));
  }
  return { places, values };
}

function common<C>(a: ReadonlySet<C>, b: ReadonlySet<C>): ReadonlySet<C> {
  if (a === b) return a;
  return new Set([...a].filter((condition) => b.has(condition)));
}

/**
 * Results of gates, and sums of such, that may be a scalar 0 where they are 0: everything that reads them adds them to a whole
 * value, or to another of them whose sum may. Adding a scalar to a scalar costs nothing.
 *
 * @param shapeOf shape in memory of a value.
 */
export function scalarZeros(
  nodes: readonly OnnxNode[],
  results: readonly string[],
  shapeOf: (name: string) => string,
): Set<string> {
  const zeroable = new Set<string>();
  for (const { op, inputs, outputs } of nodes) {
    const sum = op === "Add" && inputs.every((name) => zeroable.has(name) && inputs[0] !== inputs[1]);
    if (op === gate || sum) zeroable.add(outputs[0] as string);
  }
  const refused = new Set(results);
  const narrow = new Set<string>();
  for (const { op, inputs, outputs } of nodes.toReversed()) {
    const [result] = outputs as [string];
    if (zeroable.has(result) && !refused.has(result)) narrow.add(result);
    const refuse = (names: readonly string[]) => {
      for (const name of names) refused.add(name);
    };
    const alike = inputs.every((name) => shapeOf(name) === shapeOf(result));
    if (narrow.has(result) && alike) refuse(op === gate ? [inputs[0] as string] : []);
    else if (op === "Add" && alike && inputs[0] !== inputs[1]) {
      // One of two gets its whole shape, so that the sum has it.
      const [a, b] = inputs as [string, string];
      if (zeroable.has(a) && zeroable.has(b)) refuse([a]);
    } else if (op !== choose) refuse(inputs);
  }
  return narrow;
}
