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
  const asked = new Map<string, ReadonlySet<string>>(results.map((name) => [name, new Set()]));
  const ask = (name: string, context: ReadonlySet<string>) => {
    const known = asked.get(name);
    asked.set(name, known ? common(known, context) : context);
  };
  const contexts = new Array<ReadonlySet<string>>(nodes.length);
  const counts = new Map<string, number>();
  for (let i = nodes.length - 1; i >= 0; i--) {
    const { op, inputs, outputs } = nodes[i] as OnnxNode;
    const found = outputs.map((name) => asked.get(name)).filter((context) => context !== undefined);
    const context = found.length === 0 ? new Set<string>() : found.reduce(common);
    contexts[i] = context;
    for (const condition of context) counts.set(condition, (counts.get(condition) ?? 0) + 1);
    inputs.forEach((name, place) => {
      ask(name, op === gate && place === 1 ? new Set([...context, inputs[0] as string]) : context);
    });
  }
  // A condition that is known only under others comes after them.
  const under = (condition: string) => asked.get(condition)?.size ?? 0;
  const rank = (a: string, b: string) =>
    under(a) - under(b) || (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || (a < b ? -1 : 1);
  return contexts.map((context) => [...context].sort(rank));
}

function common(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
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
