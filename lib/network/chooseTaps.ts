import { ConfigError } from "../util/errors";
import { nearNames } from "../util/nearNames";
import type { Trainable } from "./trainable";

/**
 * The taps of a network that some names or patterns mean, in the network's order. `*` in a pattern stands for any
 * letters: `cell*.output`, `*.bits`. An empty list means all.
 *
 * @throws ConfigError for a name or pattern that fits no tap, listing the nearest.
 *
 * @example
 * ```ts
 * const network = { name: "tiny", taps: ["stem", "cell0.output", "cell1.output", "logits"] };
 * console.log(bars.networks.chooseTaps(network, ["cell*.output"])); // ["cell0.output","cell1.output"]
 * ```
 */
export function chooseTaps(network: Pick<Trainable, "name" | "taps">, wanted: readonly string[]): string[] {
  if (wanted.length === 0) return [...network.taps];
  const chosen = new Set<string>();
  for (const name of wanted) {
    const fits = matcher(name);
    const found = network.taps.filter(fits);
    if (found.length === 0) {
      throw new ConfigError(
        `${network.name}: no tap is named "${name}". Near ones: ${nearNames(name, network.taps).join(", ")} (${network.taps.length} in all: network.taps).`,
      );
    }
    for (const tap of found) chosen.add(tap);
  }
  return network.taps.filter((tap) => chosen.has(tap));
}

function matcher(pattern: string): (name: string) => boolean {
  if (!pattern.includes("*")) return (name) => name === pattern;
  const parts = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const whole = new RegExp(`^${parts.join(".*")}$`);
  return (name) => whole.test(name);
}
