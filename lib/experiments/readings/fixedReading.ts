import { raceAgreement } from "../../analysis/raceAgreement";
import type { Correlation } from "../../analysis/rankCorrelation";
import { armDifference } from "../../frontier/armDifference";
import { type ChosenRow, chosenComparison } from "../../frontier/chosenComparison";
import type { RunPoint } from "../../frontier/runPoint";
import type { TrainRecord } from "../../records/trainRecord";
import { counted } from "../../util/counted";
import { alphaRanking } from "../alphaRanking";
import { fitRanking } from "../fitRanking";
import type { ComparedBand } from "../fixedComparison";
import { type ComparisonPlan, frontierPlan } from "../frontierPlan";
import { fixedLengths } from "./fixedLengths";
import { headlineReading } from "./headlineReading";
import { decimalText, listText, percentText, pointsText } from "./readingText";

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
 * console.log(bars.readings.fixedReading(nothing).startsWith("**Not decided yet**")); // true
 * ```
 */
export function fixedReading(band: ComparedBand, options: FixedReadingOptions = {}): string {
  const { name, plan = frontierPlan, earlier = [] } = options;
  const headline = plan.headlines.find((one) => one.band === name);
  const decided = headline
    ? [headlineReading(band, headline), fixedLengths(band)]
    : [primary(band, plan), againstRandom(band)];
  const searched = [ranks(band), fits(band, earlier)];
  return [...decided, ...searched, ...(headline ? [] : [fixedLengths(band)])]
    .filter((part) => part !== "")
    .join("\n\n");
}

function primary({ chosen, draws, given }: ComparedBand, plan: ComparisonPlan): string {
  const races = chosen["race"] ?? {};
  const reference = given["hand-made"] ?? [];
  const { length: trainings } = plan.trainingSeeds;
  const unfinished = plan.searchSeeds.filter((seed) => (races[seed]?.length ?? 0) < trainings);
  const missing = [
    ...(unfinished.length > 0
      ? [
          `trainings of the ${unfinished.length === 1 ? "race with seed" : "races with seeds"} ${listText(unfinished.map(String))}`,
        ]
      : []),
    ...(draws.length < plan.draws ? [`${plan.draws - draws.length} of ${plan.draws} draws`] : []),
    ...(reference.length < trainings ? ["trainings of the hand-made network"] : []),
  ];
  const open = missing.length > 0 ? `**Not decided yet**: missing are ${listText(missing)}.` : "";
  if (Object.keys(races).length === 0 || draws.length === 0 || reference.length === 0) return open;
  const { rows, holds } = chosenComparison(
    {
      chosen: Object.fromEntries(Object.entries(races).map(([seed, runs]) => [seed, accuraciesOf(runs)])),
      draws: accuraciesOf(draws),
      reference: accuraciesOf(reference),
    },
    plan.margins,
  );
  const { overDraws, overReference, p } = plan.margins;
  const asked = `Asked of each seed: ${pointsText(overDraws)} points over the draws' mean, ${pointsText(overReference)} over the hand-made network, p below ${p}.`;
  const verdict = open || `**The primary comparison ${holds ? "holds" : "fails"}.**`;
  return `${verdict} ${asked}\n\n${table(
    [
      "race seed",
      "mean, %",
      "over draws",
      "rank among draws",
      "over the hand-made one",
      "Welch p",
      "meets all",
    ],
    rows.map((row) => [
      row.name,
      percentText(row.mean),
      pointsText(row.overDraws),
      `${row.rank} of ${draws.length + 1}`,
      pointsText(row.overReference),
      pText(row),
      row.holds ? "yes" : "no",
    ]),
  )}`;
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

function ranks({ races }: ComparedBand): string {
  const rows = Object.entries(races).flatMap(([race, record]) =>
    raceAgreement(record)
      .filter(({ networks }) => networks > 0)
      .map(({ from, to, networks, tau }) => {
        const text = networks < leastRanked ? "too few" : tauText(tau);
        return [race, `${from + 1}`, `${to + 1}`, `${networks}`, text];
      }),
  );
  return rows.length === 0
    ? ""
    : table(["race", "rung", "against rung", "networks", "Kendall's τ (95 %)"], rows);
}

function fits({ races }: ComparedBand, earlier: readonly TrainRecord[]): string {
  const rows = Object.entries(races).flatMap(([race, record]) => {
    if (record.fit === null) return [];
    const { networks, tau, uniform, tauOfUniform, tauOfOrigin } = fitRanking(record);
    const known = earlier.length > 0 ? alphaRanking(record, earlier) : null;
    const before = known ? [`${tauText(known.tau)}, ${known.architectures.length} architectures`] : [];
    return [
      [
        ...[race, `${networks}`, tauText(tau), tauText(tauOfOrigin)],
        ...[`${tauText(tauOfUniform)}, ${counted(uniform, "draw")}`, ...before],
      ],
    ];
  });
  if (rows.length === 0) return "";
  const last = earlier.length > 0 ? ["τ with the accuracy of earlier trainings"] : [];
  const head = ["alphas fitted to", "networks", "τ of networks left out of the fit"];
  const apart = ["τ of origin alone (uniform draw or not)", "τ of the fit over uniform draws"];
  return table([...head, ...apart, ...last], rows);
}

function accuraciesOf(runs: readonly RunPoint[]): number[] {
  return runs.map(({ accuracy }) => accuracy);
}

function pText({ welch }: ChosenRow): string {
  return welch === null ? "–" : welch.p.toPrecision(2);
}

function tauText(tau: Pick<Correlation, "value" | "interval"> | null): string {
  if (tau === null) return "–";
  const ends = tau.interval ? ` (${tau.interval.map((end) => decimalText(end)).join(" to ")})` : "";
  return `${decimalText(tau.value)}${ends}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
