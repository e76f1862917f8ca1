import { sampleSummary } from "../../frontier/sampleSummary";
import type { ComparedBand } from "../fixedComparison";
import type { HeadlinePlan } from "../frontierPlan";
import { type LongRuns, longRunsOf, reference } from "./fixedLengths";
import { listText, percentText, pointsText } from "./readingText";

/**
 * What the headline of a comparison fixed in advance says so far, as Markdown: what is missing, whether the race's network keeps within
 * the shares of the hand-made one's operations, and whether it is as much better as was asked.
 */
export function headlineReading({ longer }: Pick<ComparedBand, "longer">, plan: HeadlinePlan): string {
  const known = longRunsOf(longer).filter(({ epochs }) => epochs === plan.epochs);
  const [chosen, by] = [plan.chosen, reference].map((name) => known.find((one) => one.name === name));
  const { over, share } = plan;
  const asked =
    `Asked: ${pointsText(over)} points over the full-width hand-made network after ${plan.epochs} epochs, with at most ` +
    `${percentText(share.bops)} of its BOPs and ${percentText(share.flops)} of its FLOPs.`;
  if (!chosen || !by) {
    const missing = [
      ...(chosen ? [] : ["of the race's network"]),
      ...(by ? [] : ["of the hand-made network"]),
    ];
    return `**Not decided yet**: missing are trainings ${listText(missing)}. ${asked}`;
  }
  const [own, other] = [chosen, by].map(summary) as [Summary, Summary];
  const shares = (["bops", "flops"] as const).map((cost) => (own[cost] / other[cost]) as number);
  const fits = shares.every((value, i) => value <= ([share.bops, share.flops][i] as number));
  const difference = own.mean - other.mean;
  // Means of shares of 10,000 images: what lies nearer is the rounding of a subtraction.
  const reached = fits && difference >= over - 1e-9;
  const text = ({ mean, sd, seeds }: Summary) =>
    `${percentText(mean)}${sd === null ? "" : ` ± ${(100 * sd).toFixed(1)}`} (${seeds === 1 ? "one seed" : `${seeds} seeds`})`;
  return (
    `**Version ${plan.version} of the headline is ${reached ? "reached" : "not reached"}**: ${pointsText(difference)} points, ${text(own)} against ${text(other)}, with ` +
    `${percentText(shares[0] as number)} of the BOPs and ${percentText(shares[1] as number)} of the FLOPs. ${asked}`
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
