import type { RaceMeasure } from "../../config/raceConfig";
import { measureNames } from "../../cost/cost";
import type { RaceNetwork, RaceOrigin, RaceRecord } from "../../records/raceRecord";
import { type Rung, rungsOf } from "../../records/raceStandings";
import { palette } from "../frame/theme";

/** How networks of one origin look. */
export interface OriginLook {
  readonly kind: RaceOrigin["kind"];
  readonly name: string;
  readonly color: string;
  readonly symbol: "circle" | "square" | "triangle-up" | "diamond" | "star";
}

/** Origins in the order of a legend; colour and symbol tell them apart. */
export function originLooks(): readonly OriginLook[] {
  return [
    { kind: "random", name: "drawn uniformly", color: palette.grey, symbol: "circle" },
    { kind: "mutation", name: "mutation", color: palette.blue, symbol: "triangle-up" },
    { kind: "fitted", name: "from fitted alphas", color: palette.vermillion, symbol: "diamond" },
    { kind: "alphas", name: "from a search's alphas", color: palette.green, symbol: "square" },
    { kind: "own", name: "entered by hand", color: palette.purple, symbol: "star" },
  ];
}

/** Where a rung stops: `200 steps`, `epoch 4`. */
export function rungEnd(record: RaceRecord, { epoch }: Rung): string {
  return epoch === null ? `${record.config.rungs.steps} steps` : `epoch ${epoch}`;
}

/** Ticks of an axis of rungs: where each stops, and how many networks it has. */
export function rungTicks(record: RaceRecord): { readonly tickvals: number[]; readonly ticktext: string[] } {
  const rungs = rungsOf(record.config);
  return {
    tickvals: rungs.map(({ rung }) => rung),
    ticktext: rungs.map((rung) => `${rungEnd(record, rung)}: ${rung.networks}`),
  };
}

/** What hovers over a network. */
export function networkText({ index, hash, origin }: RaceNetwork): string {
  const parent = origin.parent === null ? "" : ` of network ${origin.parent}`;
  return `network ${index} (${hash.slice(0, 8)}), ${origin.kind}${parent}`;
}

const names: Readonly<Record<RaceMeasure, string>> = {
  ...measureNames,
  elementwise: "element-wise operations",
  realParams: "real parameters",
  binaryParams: "binary weights",
  bits: "bits of storage",
};

/** How a band's measure is written. */
export function raceMeasureName(measure: RaceMeasure): string {
  return names[measure];
}
