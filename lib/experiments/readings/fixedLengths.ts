import type { RunPoint } from "../../frontier/runPoint";
import { sampleSummary } from "../../frontier/sampleSummary";
import type { ComparedBand } from "../fixedComparison";
import { countText, markdownTable, percentText, pointsText } from "./readingText";

/** Trainings of one network by one length. */
export interface LongRuns {
  readonly name: string;
  readonly epochs: number;
  readonly runs: RunPoint[];
}

export const reference = "hand-made";

/** The networks that were trained by another length, each with its trainings by one length. */
export function longRunsOf(longer: ComparedBand["longer"]): LongRuns[] {
  const found = new Map<string, LongRuns>();
  for (const [file, run] of Object.entries(longer)) {
    const [, arm, epochs] = form.exec(file) as unknown as [string, string, string];
    const name = arm.replace(/-(\d+)-winner$/, ", seed $1");
    const key = `${epochs} ${name}`;
    const own = found.get(key) ?? { name, epochs: Number(epochs), runs: [] };
    own.runs.push(run);
    found.set(key, own);
  }
  return [...found.values()];
}

const form = /^[A-Z]-(.+)-s\d+-(\d+)epochs$/;

/**
 * What the trainings of another length say, as Markdown: a table for each length, and how far every network is from the hand-made one of
 * that length.
 */
export function fixedLengths({ longer }: Pick<ComparedBand, "longer">): string {
  const all = longRunsOf(longer);
  const lengths = [...new Set(all.map(({ epochs }) => epochs))].sort((a, b) => a - b);
  return lengths.map((epochs) => tableOf(all.filter((one) => one.epochs === epochs))).join("\n\n");
}

function tableOf(networks: readonly LongRuns[]): string {
  const by = networks.find(({ name }) => name === reference);
  const rows = networks.map(({ name, runs }) => {
    const { bops, flops } = runs[0] as RunPoint;
    const own = accuracyOf(runs);
    const over = by && by.runs !== runs ? pointsText(own.mean - accuracyOf(by.runs).mean) : "–";
    const spread = own.sd === null ? "" : ` ± ${(100 * own.sd).toFixed(1)}`;
    return [
      name,
      `${runs.length}`,
      countText(bops),
      countText(flops),
      `${percentText(own.mean)}${spread}`,
      over,
    ];
  });
  const [{ epochs }] = networks as [LongRuns];
  const head = [
    "network",
    "runs",
    "BOPs",
    "FLOPs",
    `after ${epochs} epochs`,
    "over the hand-made one, points",
  ];
  return markdownTable(head, rows);
}

function accuracyOf(runs: readonly RunPoint[]) {
  return sampleSummary(runs.map(({ accuracy }) => accuracy));
}
