import { ConfigError } from "../../util/errors";
import type { LatencyFit } from "../latencyStudy";

/**
 * Whether BOPs tell how long a network takes, and what tells it best, in two sentences with the numbers of a study.
 *
 * @throws ConfigError for fits without BOPs.
 *
 * @example
 * ```ts
 * const fit = { tau: 0.5, medianError: 0.3, largeError: 0.8, within15: 0.2, residuals: [] };
 * const fits = [{ predictor: "BOPs", ...fit }, { predictor: "OPs", ...fit, medianError: 0.1 }];
 * console.log(bars.readings.latencyReading(fits).includes("come nearest")); // true
 * ```
 */
export function latencyReading(fits: readonly LatencyFit[]): string {
  const bops = fits.find(({ predictor }) => predictor === "BOPs");
  if (!bops) throw new ConfigError("latencyReading: expected a fit of BOPs, got none.");
  const best = fits.reduce((a, b) => (b.medianError < a.medianError ? b : a));
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  const about = ({ tau, medianError, largeError, within15 }: LatencyFit) =>
    `median error ${percent(medianError)}, one network in ten is off by ${percent(largeError)} or more, ${percent(within15)} of them lie within 15 %${tau === null ? "" : `, Kendall's τ ${tau.toFixed(2)}`}`;
  const own = `A straight line in **BOPs** has a ${about(bops)}.`;
  if (best === bops) return `${own} Nothing else that was tried comes nearer.`;
  return `${own} **${best.predictor}** ${best.predictor.endsWith("s") ? "come" : "comes"} nearest: ${about(best)}.`;
}
