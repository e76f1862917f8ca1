import type { RaceRecord } from "../records/raceRecord";
import { resultIn, rungsOf } from "../records/raceStandings";
import { type Correlation, kendall } from "./rankCorrelation";

/** How two rungs of a race rank the networks that ran both. */
export interface RungAgreement {
  /** Counted from 0. */
  readonly from: number;
  readonly to: number;
  /** Networks that ran both and did not diverge. */
  readonly networks: number;
  /** Kendall's τ_b of their scores; null where fewer than two, or scores that do not differ. */
  readonly tau: Correlation | null;
}

/**
 * Kendall's rank correlation of the scores of every two rungs, over the networks that ran both: whether what a rung
 * chose by is what shows later.
 *
 * The networks of a later rung are the best of the one before, so their scores there lie close together: τ within such a
 * choice is smaller than over all networks.
 *
 * @example
 * ```ts
 * const record = bars.records.readRaceRecord("data/records/race-small-seed0.json");
 * const [row] = bars.analysis.raceAgreement(record);
 * console.log(row.from, row.to, row.networks); // 0 1 3
 * ```
 */
export function raceAgreement({
  config,
  networks,
}: Pick<RaceRecord, "config" | "networks">): RungAgreement[] {
  const rungs = rungsOf(config);
  return rungs.flatMap(({ rung: from }) =>
    rungs.slice(from + 1).map(({ rung: to }) => {
      const pairs = networks.flatMap((network) => {
        const [a, b] = [resultIn(network, from)?.score ?? null, resultIn(network, to)?.score ?? null];
        return a === null || b === null ? [] : [[a, b] as const];
      });
      const tau =
        pairs.length < 2
          ? null
          : kendall(
              pairs.map(([a]) => a),
              pairs.map(([, b]) => b),
            );
      return { from, to, networks: pairs.length, tau };
    }),
  );
}
