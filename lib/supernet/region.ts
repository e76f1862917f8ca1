import { type Gate, gated, tf } from "../backend";
import type { BatchStatistics } from "../layers/runningStatistics";
import type { CellPass } from "./cellPass";

/**
 * A part of a forward pass behind a gate ({@link gated}): the statistics of its batch norms come out with its values, and
 * say in which steps there were any.
 *
 * @param inputs everything the part reads that depends on variables, besides `parameters`.
 * @param parameters names of those it reads.
 */
export function inRegion<Inputs extends readonly (tf.Tensor | null)[]>(
  gate: Gate,
  pass: CellPass,
  parameters: readonly string[],
  inputs: Inputs,
  body: (inputs: Inputs, pass: CellPass) => tf.Tensor4D,
): tf.Tensor4D {
  const collected: BatchStatistics = new Map();
  const names: string[] = [];
  const given = [...inputs, ...parameters.map((name) => pass.get(name))];
  const [y, ...statistics] = gated(gate, given, (...entered) => {
    const own = new Map(parameters.map((name, i) => [name, entered[inputs.length + i] as tf.Tensor]));
    const get = (name: string) => own.get(name) ?? pass.get(name);
    const value = body(entered.slice(0, inputs.length) as unknown as Inputs, pass.within(get, collected));
    names.push(...collected.keys());
    const found = [...collected.values()];
    return [value, ...found.flatMap(({ mean, variance, seen }) => [mean, variance, seen ?? tf.scalar(1)])];
  });
  for (const { mean, variance, seen } of collected.values())
    tf.dispose([mean, variance, ...(seen ? [seen] : [])]);
  names.forEach((name, i) => {
    const [mean, variance, seen] = statistics.slice(3 * i, 3 * i + 3).map((value) => tf.keep(value));
    pass.collect?.set(name, {
      mean: mean as tf.Tensor1D,
      variance: variance as tf.Tensor1D,
      seen: seen as tf.Scalar,
    });
  });
  return y as tf.Tensor4D;
}
