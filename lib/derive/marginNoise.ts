import type { GenotypeChoice } from "../space/genotype";
import { alphasAt, type SearchAlphas, type StoredEpoch } from "./alphasAt";
import { type Confidence, confidenceOf } from "./confidence";
import type { ProbabilityOptions } from "./deriveRule";
import { probabilitiesOf } from "./probabilitiesOf";

/** Epochs up to the one looked at whose margins are compared. */
export const noiseEpochs = 5;

/**
 * How much each margin of a choice moves from epoch to epoch: the standard deviation (n − 1) of that margin over the last
 * {@link noiseEpochs} epochs up to `epoch` in which alphas moved, or over as many as there are. A margin that is smaller
 * than this is within noise: a search stopped an epoch earlier or later could have decided otherwise. Null where fewer than
 * two epochs are known. This library's own measure; it says nothing of other seeds.
 *
 * @returns in the lists of {@link Confidence}.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype, rule } = bars.derive(bars.deriveInputOf(record));
 * const noise = bars.derivation.marginNoise(record, "last", genotype, { method: "softmax", temperature: 1 });
 * console.log(noise.cells[0].length); // 3
 * ```
 */
export function marginNoise(
  record: SearchAlphas,
  epoch: StoredEpoch,
  choice: GenotypeChoice,
  { method, temperature }: Pick<ProbabilityOptions, "method" | "temperature">,
): NoiseOfMargins | null {
  const { space } = record.config;
  const last = lastOf(record, epoch);
  const moved = record.epochs.filter((entry) => !entry.warmup && entry.epoch <= last).slice(-noiseEpochs);
  if (moved.length < 2) return null;
  const margins = moved.map((entry) =>
    confidenceOf(space, probabilitiesOf(alphasAt(record, entry.epoch), method, temperature), choice),
  );
  const level = (name: "depth" | "width") =>
    (margins[0] as Confidence)[name].map((first, i) =>
      first === null ? null : deviation(margins.map((one) => one[name][i] as number)),
    );
  return {
    cells: (margins[0] as Confidence).cells.map((edges, group) =>
      edges.map((_, edge) => deviation(margins.map(({ cells }) => cells[group]?.[edge] as number))),
    ),
    depth: level("depth"),
    width: level("width"),
    epochs: moved.length,
  };
}

/** Standard deviations of margins, and over how many epochs. */
export interface NoiseOfMargins extends Confidence {
  readonly epochs: number;
}

function lastOf({ epochs }: Pick<SearchAlphas, "epochs">, epoch: StoredEpoch): number {
  if (epoch === "start") return -1;
  if (epoch === "last") return epochs.at(-1)?.epoch ?? -1;
  return typeof epoch === "number" ? epoch : epoch.to;
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
