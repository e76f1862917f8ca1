import { roundingOfDifference } from "../../frontier/chosenComparison";
import { sampleSummary } from "../../frontier/sampleSummary";
import type { ComparedBand } from "../fixedComparison";
import type { HeadlinePlan } from "../frontierPlan";
import { type LongRuns, longRunsOf, reference } from "./fixedLengths";
import { listText, percentText, pointsText, seedsText } from "./readingText";

/** The trainings of the race's network and of the hand-made one, as far as they are there. */
export function headlineSides(
  { longer }: Pick<ComparedBand, "longer">,
  plan: HeadlinePlan,
): { readonly chosen?: LongRuns | undefined; readonly by?: LongRuns | undefined } {
  const known = longRunsOf(longer).filter(({ epochs }) => epochs === plan.epochs);
  const [chosen, by] = [plan.chosen, reference].map((name) => known.find((one) => one.name === name));
  return { chosen, by };
}

/** Whether the one is as much better as was asked, within the shares of the other's operations. */
export function headlineOf(chosen: LongRuns, by: LongRuns, { share, over }: HeadlinePlan) {
  const [own, other] = [summary(chosen), summary(by)];
  const bops = own.bops / other.bops;
  const flops = own.flops / other.flops;
  const difference = own.mean - other.mean;
  const reached = bops <= share.bops && flops <= share.flops && difference >= over - roundingOfDifference;
  return { own, other, shares: { bops, flops }, difference, reached };
}

/**
 * What the headline of a comparison fixed in advance says so far, as Markdown: what is missing, whether the race's network keeps within
 * the shares of the hand-made one's operations, and whether it is as much better as was asked.
 */
export function headlineReading(band: Pick<ComparedBand, "longer">, plan: HeadlinePlan): string {
  const { chosen, by } = headlineSides(band, plan);
  const { over, share } = plan;
  const asked =
    `Asked: ${pointsText(over)} points over the full-width hand-made network after ${plan.epochs} epochs, with at most ` +
    `${percentText(share.bops)} of its BOPs and ${percentText(share.flops)} of its FLOPs.`;
  if (!chosen || !by) {
    const missing = [
      ...(chosen ? [] : ["of the race's network"]),
      ...(by ? [] : ["of the hand-made network"]),
    ];
    return `**Not decided yet.** Still missing: trainings ${listText(missing)}. ${asked}`;
  }
  const { own, other, shares, difference, reached } = headlineOf(chosen, by, plan);
  const text = (side: Summary) => `${percentText(side.mean)} (${seedsText(side)})`;
  return (
    `**Version ${plan.version} of the headline is ${reached ? "reached" : "not reached"}**: ${pointsText(difference)} points, ${text(own)} against ${text(other)}, with ` +
    `${percentText(shares.bops)} of the BOPs and ${percentText(shares.flops)} of the FLOPs. ${asked}`
  );
}

interface Summary {
  readonly mean: number;
  readonly sd: number | null;
  readonly seeds: number;
  readonly bops: number;
  readonly flops: number;
}

function summary({ runs }: LongRuns): Summary {
  const { mean, sd } = sampleSummary(runs.map(({ accuracy }) => accuracy));
  const most = (cost: "bops" | "flops") => Math.max(...runs.map((run) => run[cost]));
  return { mean, sd, seeds: runs.length, bops: most("bops"), flops: most("flops") };
}
