import { fold, normal, randomKey } from "../../lib/random/randomKey";
import { type Table, table } from "../../lib/records/table";

/** What the alphas of a made-up search are told: three levels, or cells alone. */
export function madeUpSignal(levels: readonly string[] = ["cell", "depth", "width"]): Table {
  const names = ["level", "place", "choice", "probability", "pull", "deviation", "signal", "drop", "keep"];
  const columns = names.map((name) => ({ name, unit: null, description: name }));
  const rows = levels.flatMap((level, l) =>
    [0, 1, 2, 3].flatMap((place) =>
      ["none", "skip_connect", "bin_conv_3x3"].map((choice, k) => {
        const [a, b, c] = normal(fold(randomKey(l), 3 * place + k), 3) as unknown as [number, number, number];
        const deviation = Math.abs(c) / 100;
        return {
          ...{ level, place: `place ${place}`, choice, probability: 1 / 3 },
          ...{ pull: a / 100, deviation, signal: Math.abs(a / c), drop: b, keep: (a + b) / 2 },
        };
      }),
    ),
  );
  return table("What the alphas are told", columns, rows, { sources: [], notes: ["Made-up numbers."] });
}
