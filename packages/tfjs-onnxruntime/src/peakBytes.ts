import type { OnnxNode } from "./onnxModel";

/** Operators whose result lies in the memory of their first input. */
export const views: ReadonlySet<string> = new Set(["Reshape", "Identity"]);

/**
 * Bytes of all values that exist at once, at most, when the operators run in their order and a value goes after its last
 * use. Values that no operator makes do not count.
 */
export function peakBytes(nodes: readonly OnnxNode[], bytesOf: (name: string) => number): number {
  /** The value whose memory a value lies in. */
  const owners = new Map<string, string>();
  const lastUse = new Map<string, number>();
  const ownerOf = (name: string) => owners.get(name) ?? name;
  nodes.forEach(({ op, inputs, outputs }, position) => {
    for (const name of inputs) lastUse.set(ownerOf(name), position);
    for (const name of outputs) {
      if (views.has(op)) owners.set(name, ownerOf(inputs[0] as string));
      else lastUse.set(name, position);
    }
  });
  const ending = new Map<number, string[]>();
  for (const [name, position] of lastUse) {
    const list = ending.get(position);
    if (list) list.push(name);
    else ending.set(position, [name]);
  }
  const made = new Set(nodes.flatMap(({ outputs }) => outputs).filter((name) => !owners.has(name)));
  let [now, peak] = [0, 0];
  nodes.forEach(({ outputs }, position) => {
    for (const name of outputs) if (made.has(name)) now += bytesOf(name);
    peak = Math.max(peak, now);
    for (const name of ending.get(position) ?? []) if (made.has(name)) now -= bytesOf(name);
  });
  return peak;
}
