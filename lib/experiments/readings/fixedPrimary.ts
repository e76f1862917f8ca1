import { type ChosenComparison, type ChosenRow, chosenComparison } from "../../frontier/chosenComparison";
import type { RunPoint } from "../../frontier/runPoint";
import type { ComparedBand } from "../fixedComparison";
import type { ComparisonPlan } from "../frontierPlan";
import { listText, markdownTable, percentText, pointsText } from "./readingText";

/** What a band of a comparison fixed in advance has so far of what decides. */
export interface FixedPrimary {
  /** In words, what is to be run; empty where all is there. */
  readonly missing: readonly string[];
  /** Of the seeds that are there; null without a race, draws or a hand-made network. */
  readonly comparison: ChosenComparison | null;
}

export function fixedPrimary({ chosen, draws, given }: ComparedBand, plan: ComparisonPlan): FixedPrimary {
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
  if (Object.keys(races).length === 0 || draws.length === 0 || reference.length === 0)
    return { missing, comparison: null };
  const comparison = chosenComparison(
    {
      chosen: Object.fromEntries(Object.entries(races).map(([seed, runs]) => [seed, accuraciesOf(runs)])),
      draws: accuraciesOf(draws),
      reference: accuraciesOf(reference),
    },
    plan.margins,
  );
  return { missing, comparison };
}

/** That as Markdown: a sentence, and a row a seed of the race. */
export function primaryReading(band: ComparedBand, plan: ComparisonPlan): string {
  const { missing, comparison } = fixedPrimary(band, plan);
  const open = missing.length > 0 ? `**Not decided yet**: missing are ${listText(missing)}.` : "";
  if (comparison === null) return open;
  const { rows, holds } = comparison;
  const { overDraws, overReference, p } = plan.margins;
  const asked = `Asked of each seed: ${pointsText(overDraws)} points over the draws' mean, ${pointsText(overReference)} over the hand-made network, p below ${p}.`;
  const verdict = open || `**The primary comparison ${holds ? "holds" : "fails"}.**`;
  return `${verdict} ${asked}\n\n${markdownTable(
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
      `${row.rank} of ${band.draws.length + 1}`,
      pointsText(row.overReference),
      pText(row),
      row.holds ? "yes" : "no",
    ]),
  )}`;
}

export function accuraciesOf(runs: readonly RunPoint[]): number[] {
  return runs.map(({ accuracy }) => accuracy);
}

function pText({ welch }: ChosenRow): string {
  return welch === null ? "–" : welch.p.toPrecision(2);
}
