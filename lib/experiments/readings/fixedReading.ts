import { raceAgreement } from "../../analysis/raceAgreement";
import type { Correlation } from "../../analysis/rankCorrelation";
import { armDifference } from "../../frontier/armDifference";
import type { TrainRecord } from "../../records/trainRecord";
import { counted } from "../../util/counted";
import { alphaRanking } from "../alphaRanking";
import { fitRanking } from "../fitRanking";
import type { ComparedBand } from "../fixedComparison";
import { type ComparisonPlan, frontierPlan } from "../frontierPlan";
import { fixedLengths } from "./fixedLengths";
import { accuraciesOf, primaryReading } from "./fixedPrimary";
import { headlineReading } from "./headlineReading";
import { decimalText, markdownTable, pointsText } from "./readingText";

export interface FixedReadingOptions {
  /** The band's name: those of the plan's headlines have another question. */
  readonly name?: string;
  readonly plan?: ComparisonPlan;
  /** Trainings of the space that were there before, for the τ of the races' fitted alphas with them; none by default. */
  readonly earlier?: readonly TrainRecord[];
}

/**
 * What a band of a comparison fixed in advance says so far, as Markdown: what is missing, whether each seed of the race meets the
 * margins, race against random race, how rungs and fitted alphas rank, and what trainings of another length have.
 *
 * @example
 * ```ts
 * const nothing = { races: {}, searches: {}, chosen: {}, draws: [], given: {}, longer: {} };
 * console.log(bars.readings.fixedReading(nothing).startsWith("**Not decided yet.**")); // true
 * ```
 */
export function fixedReading(band: ComparedBand, options: FixedReadingOptions = {}): string {
  const { name, plan = frontierPlan, earlier = [] } = options;
  const headline = plan.headlines.find((one) => one.band === name);
  const decided = headline
    ? [headlineReading(band, headline), fixedLengths(band)]
    : [primaryReading(band, plan), againstRandom(band)];
  const searched = [ranks(band), fits(band, earlier)];
  return [...decided, ...searched, ...(headline ? [] : [fixedLengths(band)])]
    .filter((part) => part !== "")
    .join("\n\n");
}

function againstRandom({ chosen }: ComparedBand): string {
  const arms = [chosen["race"], chosen["random-race"]].map((seeds) =>
    Object.values(seeds ?? {}).map(accuraciesOf),
  ) as [number[][], number[][]];
  if (arms.some(({ length }) => length === 0)) return "";
  const { difference, interval, draws } = armDifference(...arms);
  const seeds = `${arms[0].length} and ${counted(arms[1].length, "seed")}`;
  const how =
    interval === null
      ? `${seeds}; no interval, since one seed has no spread`
      : `95 % bootstrap: ${interval.map(pointsText).join(" to ")}, too narrow with so few seeds; ${draws.toLocaleString("en-US")} resamples of ${seeds} and of their trainings`;
  return `Race over a race of random proposals alone: ${pointsText(difference)} points (${how}).`;
}

/** Of fewer networks an order says nothing: two agree by chance half of the time. */
const leastRanked = 4;

/** A row a rung, a column each later rung that enough networks reached. */
function ranks({ races }: ComparedBand): string {
  const pairs = Object.entries(races).flatMap(([race, record]) =>
    raceAgreement(record)
      .filter(({ networks }) => networks >= leastRanked)
      .map((pair) => ({ ...pair, race })),
  );
  if (pairs.length === 0) return "";
  const later = [...new Set(pairs.map(({ to }) => to))].sort((a, b) => a - b);
  const rows = [...new Set(pairs.map(({ race, from }) => `${race}\n${from}`))].map((key) => {
    const [race, from] = key.split("\n") as [string, string];
    const cells = later.map((rung) => {
      const pair = pairs.find((one) => one.race === race && one.from === Number(from) && one.to === rung);
      return pair ? `${tauText(pair.tau)}, ${pair.networks} networks` : "";
    });
    return [race, `${Number(from) + 1}`, ...cells];
  });
  const head = ["race", "rung", ...later.map((rung) => `with rung ${rung + 1}`)];
  return `Kendall's τ of a rung's scores with those of later ones (95 %), where at least ${leastRanked} networks reached the later one (fewer have no order to speak of):\n\n${markdownTable(head, rows)}`;
}

function fits({ races }: ComparedBand, earlier: readonly TrainRecord[]): string {
  const fitted = Object.entries(races).filter(([, { fit }]) => fit !== null);
  if (fitted.length === 0) return "";
  const known = fitted.map(([, record]) => (earlier.length > 0 ? alphaRanking(record, earlier) : null));
  // Of no other architecture of the space a training is there: nothing to order.
  const any = known.some((one) => one !== null && one.architectures.length > 0);
  const rows = fitted.map(([race, record], i) => {
    const { networks, tau, uniform, tauOfUniform, tauOfOrigin } = fitRanking(record);
    const own = known[i];
    const before = any && own ? [`${tauText(own.tau)}, ${own.architectures.length} architectures`] : [];
    return [
      ...[race, `${networks}`, tauText(tau), tauText(tauOfOrigin)],
      ...[`${tauText(tauOfUniform)}, ${counted(uniform, "draw")}`, ...before],
    ];
  });
  const last = any ? ["τ with the accuracy of earlier trainings"] : [];
  const head = ["alphas fitted to", "networks", "τ of networks left out of the fit"];
  const apart = ["τ of origin alone (uniform draw or not)", "τ of the fit over uniform draws"];
  return markdownTable([...head, ...apart, ...last], rows);
}

function tauText(tau: Pick<Correlation, "value" | "interval"> | null): string {
  if (tau === null) return "–";
  const ends = tau.interval ? ` (${tau.interval.map((end) => decimalText(end)).join(" to ")})` : "";
  return `${decimalText(tau.value)}${ends}`;
}
