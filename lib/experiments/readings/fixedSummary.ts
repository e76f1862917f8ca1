import type { ComparedBand } from "../fixedComparison";
import { type ComparisonPlan, frontierPlan, type HeadlinePlan } from "../frontierPlan";
import { fixedPrimary } from "./fixedPrimary";
import { differenceText, headlineOf, headlineSides } from "./headlineReading";
import { markdownTable, percentText, pointsText, seedsText } from "./readingText";

/**
 * A comparison fixed in advance at a glance, as Markdown: what is asked, and a row a band of cost and a version of the headline, with how
 * it stands, and by how much.
 *
 * @param bands of `fixedComparison`; those of the plan that have no record yet are said not to be begun.
 * @returns empty where there is no record at all.
 *
 * @example
 * ```ts
 * const bands = bars.experiments.fixedComparison("data/records/protocol");
 * bars.showMarkdown(bars.readings.fixedSummary(bands));
 * ```
 */
export function fixedSummary(
  bands: Readonly<Record<string, ComparedBand>>,
  plan: ComparisonPlan = frontierPlan,
): string {
  if (Object.keys(bands).length === 0) return "";
  const rows = [
    ...plan.bands.map((name) => bandRow(name, bands[name], plan)),
    ...plan.headlines.map((headline) => headlineRow(bands[headline.band], headline, plan)),
  ];
  return `${askedText(plan)}\n\n${markdownTable(["what", "state", "so far, points"], rows)}`;
}

function askedText({ margins, searchSeeds, headlines }: ComparisonPlan): string {
  const { overDraws, overReference, p } = margins;
  const each = headlines.map(
    ({ over, share, epochs }) =>
      `${pointsText(over)} over the full-width hand-made network after ${epochs} epochs, with at most ${percentText(share.bops)} of its BOPs and ${percentText(share.flops)} of its FLOPs`,
  );
  const parts = [
    `of a band, from each of ${searchSeeds.length} races, ${pointsText(overDraws)} points over the mean of random draws and ${pointsText(overReference)} over the hand-made network, p below ${p}`,
    ...[...new Set(each)].map((one) => `of the headline ${one}`),
  ];
  return `Asked: ${parts.join("; ")}.`;
}

function bandRow(name: string, band: ComparedBand | undefined, plan: ComparisonPlan): string[] {
  if (!band) return [`band ${name}`, "not begun", "–"];
  const { missing, rows, state } = fixedPrimary(band, plan);
  const complete = rows.filter((row) => row.complete);
  const range = (of: "overDraws" | "overReference") => {
    const values = complete.map((row) => row[of]);
    const ends = [Math.min(...values), Math.max(...values)].map(pointsText);
    return [...new Set(ends)].join(" to ");
  };
  const holding = complete.filter(({ holds }) => holds).length;
  const found =
    complete.length === 0
      ? "–"
      : `${range("overDraws")} over draws, ${range("overReference")} over the hand-made network; ${holding} of ${complete.length} ${complete.length === 1 ? "race meets" : "races meet"} all`;
  const decided = state === "open" ? state : `**${state}**`;
  const what = [`band ${name}`, costs(band)].filter((part) => part !== "").join(", ");
  return [what, missing.length > 0 ? `${decided}; missing: ${missing.join("; ")}` : decided, found];
}

function headlineRow(
  band: ComparedBand | undefined,
  headline: HeadlinePlan,
  { trainingSeeds }: ComparisonPlan,
): string[] {
  const what = `headline, version ${headline.version}`;
  const sides = headlineSides(band ?? { longer: {} }, headline);
  if (!("by" in sides)) return [what, "open", "–"];
  const { own, other, reached, ...found } = headlineOf(sides, headline);
  const state = reached ? "**reached**" : "**not reached**";
  const all = own.seeds >= trainingSeeds.length;
  return [
    what,
    all ? state : `${state} with the seeds so far`,
    `${differenceText(found)} (${percentText(own.mean)}, ${seedsText(own)}, against ${percentText(other.mean)}, ${seedsText(other)})`,
  ];
}

/** What the band's races allow, e.g. `2.4 to 3 M BOPs`. */
function costs({ races }: ComparedBand): string {
  const [race] = Object.values(races);
  if (!race) return "";
  const { measure, atLeast, atMost } = race.config.band;
  const text = (value: number) => `${Number((value / 1e6).toPrecision(3))}`;
  const unit = { bops: "BOPs", ops: "OPs", flops: "FLOPs" }[measure as string] ?? measure;
  return `${text(atLeast)} to ${text(atMost)} M ${unit}`;
}
