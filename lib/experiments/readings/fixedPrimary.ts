import { type ChosenRow, chosenComparison, roundingOfDifference } from "../../frontier/chosenComparison";
import type { RunPoint } from "../../frontier/runPoint";
import type { ComparedBand } from "../fixedComparison";
import type { ComparisonPlan } from "../frontierPlan";
import { listText, markdownTable, percentText, pointsText } from "./readingText";

/** What a band of a comparison fixed in advance has so far of what decides. */
export interface FixedPrimary {
  /** In words, what is to be run; empty where all is there. */
  readonly missing: readonly string[];
  /** The planned seeds of the race that have a training, and whether all of a seed's are there; none without draws or a hand-made network. */
  readonly rows: readonly (ChosenRow & { readonly complete: boolean })[];
  /** One seed that fails a margin decides, once all that the margin is of is there; that all hold, the last training does. */
  readonly state: "holds" | "fails" | "open";
}

export function fixedPrimary(band: ComparedBand, plan: ComparisonPlan): FixedPrimary {
  const { draws, given } = band;
  const races = band.chosen["race"] ?? {};
  const reference = given["hand-made"] ?? [];
  const { length: trainings } = plan.trainingSeeds;
  const runsOf = (seed: number) => races[seed] ?? [];
  const missing = missingOf(band, plan);
  const known = plan.searchSeeds.filter((seed) => runsOf(seed).length > 0);
  if (known.length === 0 || draws.length === 0 || reference.length === 0)
    return { missing, rows: [], state: "open" };
  const { rows } = chosenComparison(
    {
      chosen: Object.fromEntries(known.map((seed) => [`${seed}`, accuraciesOf(runsOf(seed))])),
      draws: accuraciesOf(draws),
      reference: accuraciesOf(reference),
    },
    plan.margins,
  );
  const judged = rows.map((row) => ({ ...row, complete: row.n >= trainings }));
  // What is held against trainings that are all there does not change any more.
  const fails = judged.some(
    (row) =>
      row.complete &&
      ((reference.length >= trainings && !overReference(row, plan)) ||
        (draws.length >= plan.draws && row.overDraws < plan.margins.overDraws - roundingOfDifference)),
  );
  return { missing, rows: judged, state: fails ? "fails" : missing.length > 0 ? "open" : "holds" };
}

function overReference({ overReference: over, welch }: ChosenRow, { margins }: ComparisonPlan): boolean {
  return over >= margins.overReference - roundingOfDifference && welch !== null && welch.p < margins.p;
}

function missingOf({ races, chosen, draws, given }: ComparedBand, plan: ComparisonPlan): string[] {
  const { length: trainings } = plan.trainingSeeds;
  const seedsText = (seeds: readonly number[]) =>
    `${seeds.length === 1 ? "the race with seed" : "races with seeds"} ${listText(seeds.map(String))}`;
  const unfinished = plan.searchSeeds.filter((seed) => (chosen["race"]?.[seed]?.length ?? 0) < trainings);
  const unrun = unfinished.filter((seed) => races[`race-${seed}`] === undefined);
  const untrained = unfinished.filter((seed) => races[`race-${seed}`] !== undefined);
  return [
    ...(unrun.length > 0 ? [`${seedsText(unrun)} and the trainings of what wins`] : []),
    ...(untrained.length > 0 ? [`trainings of the winner of ${seedsText(untrained)}`] : []),
    ...(draws.length < plan.draws ? [`${plan.draws - draws.length} of ${plan.draws} draws`] : []),
    ...((given["hand-made"]?.length ?? 0) < trainings ? ["trainings of the hand-made network"] : []),
  ];
}

/** That as Markdown: a sentence, and a row a seed of the race. */
export function primaryReading(band: ComparedBand, plan: ComparisonPlan): string {
  const { missing, rows, state } = fixedPrimary(band, plan);
  const open = missing.length > 0 ? `missing: ${missing.join("; ")}.` : "";
  const verdict = state === "open" ? "**Not decided yet.**" : `**The primary comparison ${state}.**`;
  const sentence = open === "" ? verdict : `${verdict} Still ${open}`;
  if (rows.length === 0) return sentence;
  const { overDraws, overReference, p } = plan.margins;
  const asked = `Asked of each seed: ${pointsText(overDraws)} points over the draws' mean, ${pointsText(overReference)} over the hand-made network, p below ${p}.`;
  return `${sentence} ${asked}\n\n${markdownTable(
    [
      "race seed",
      "mean, %",
      "over draws' mean",
      "over the best draw",
      "rank among draws",
      "over the hand-made one",
      "Welch p",
      "meets all",
    ],
    rows.map((row) => [
      row.name,
      percentText(row.mean),
      pointsText(row.overDraws),
      pointsText(row.overBest),
      `${row.rank} of ${band.draws.length + 1}`,
      pointsText(row.overReference),
      pText(row),
      row.complete ? (row.holds ? "yes" : "no") : `${row.n} of ${plan.trainingSeeds.length} trainings`,
    ]),
  )}`;
}

export function accuraciesOf(runs: readonly RunPoint[]): number[] {
  return runs.map(({ accuracy }) => accuracy);
}

function pText({ welch }: ChosenRow): string {
  return welch === null ? "–" : welch.p.toPrecision(2);
}
