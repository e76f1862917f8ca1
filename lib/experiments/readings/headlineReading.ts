import { roundingOfDifference } from "../../frontier/chosenComparison";
import type { RunPoint } from "../../frontier/runPoint";
import { sampleSummary } from "../../frontier/sampleSummary";
import type { ComparedBand } from "../fixedComparison";
import type { HeadlinePlan } from "../frontierPlan";
import { type LongRuns, longRunsOf, reference } from "./fixedLengths";
import { listText, percentText, pointsText, seedsText } from "./readingText";

/** The trainings that a headline compares: those of the race's network and of the hand-made one with the seeds that both have. */
export interface HeadlineSides {
  readonly chosen: LongRuns;
  readonly by: LongRuns;
}

/** What is compared, or what trainings are missing for that, e.g. `of the race's network`. */
export function headlineSides(
  { longer }: Pick<ComparedBand, "longer">,
  plan: HeadlinePlan,
): HeadlineSides | readonly string[] {
  const known = longRunsOf(longer).filter(({ epochs }) => epochs === plan.epochs);
  const [chosen, by] = [plan.chosen, reference].map((name) => known.find((one) => one.name === name));
  if (!chosen || !by) {
    return [...(chosen ? [] : ["of the race's network"]), ...(by ? [] : ["of the hand-made network"])];
  }
  const both = { chosen: withSeedsOf(chosen, by), by: withSeedsOf(by, chosen) };
  return both.by.runs.length === 0 ? ["of both networks with the same seed"] : both;
}

/** A network's trainings with the seeds of another's, in the order of seeds. */
function withSeedsOf(one: LongRuns, other: LongRuns): LongRuns {
  const seeds = new Set(other.runs.map(({ seed }) => seed));
  const runs = one.runs.filter(({ seed }) => seeds.has(seed)).sort((a, b) => a.seed - b.seed);
  return { ...one, runs };
}

/**
 * Whether the one is as much better as was asked, within the shares of the other's operations. The difference is the mean of the seeds'
 * differences.
 */
export function headlineOf({ chosen, by }: HeadlineSides, { share, over }: HeadlinePlan) {
  const [own, other] = [summary(chosen), summary(by)];
  const bops = own.bops / other.bops;
  const flops = own.flops / other.flops;
  const each = chosen.runs.map(({ accuracy }, i) => accuracy - (by.runs[i] as RunPoint).accuracy);
  const { mean: difference, sd } = sampleSummary(each);
  const reached = bops <= share.bops && flops <= share.flops && difference >= over - roundingOfDifference;
  return { own, other, shares: { bops, flops }, difference, sd, reached };
}

/** `+3.0`, with the standard deviation over seeds where there are several. */
export function differenceText({ difference, sd }: Pick<ReturnType<typeof headlineOf>, "difference" | "sd">) {
  return `${pointsText(difference)}${sd === null ? "" : ` ± ${(100 * sd).toFixed(1)}`}`;
}

/**
 * What the headline of a comparison fixed in advance says so far, as Markdown: what is missing, whether the race's network keeps within
 * the shares of the hand-made one's operations, and whether it is as much better as was asked.
 */
export function headlineReading(band: Pick<ComparedBand, "longer">, plan: HeadlinePlan): string {
  const sides = headlineSides(band, plan);
  const { over, share } = plan;
  const asked =
    `Asked: ${pointsText(over)} points over the full-width hand-made network after ${plan.epochs} epochs, with at most ` +
    `${percentText(share.bops)} of its BOPs and ${percentText(share.flops)} of its FLOPs.`;
  if (!("by" in sides)) {
    return `**Not decided yet.** Still missing: trainings ${listText(sides)}. ${asked}`;
  }
  const { own, other, shares, reached, ...found } = headlineOf(sides, plan);
  const text = (side: Summary) => `${percentText(side.mean)} (${seedsText(side)})`;
  return (
    `**Version ${plan.version} of the headline is ${reached ? "reached" : "not reached"}**: ${differenceText(found)} points, ${text(own)} against ${text(other)}, with ` +
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
