import type { ComparedBand } from "../fixedComparison";
import { type ComparisonPlan, frontierPlan, type HeadlinePlan } from "../frontierPlan";
import { fixedPrimary } from "./fixedPrimary";
import { headlineOf, headlineSides } from "./headlineReading";
import { listText, markdownTable, percentText, pointsText } from "./readingText";

/**
 * A comparison fixed in advance at a glance, as Markdown: a row a band and a version of the headline, with what was asked, how it
 * stands, and by how much.
 *
 * @param bands of `fixedComparison`.
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
  const headlines = new Map(plan.headlines.map((one) => [one.band, one]));
  const rows = Object.entries(bands).map(([name, band]) => {
    const headline = headlines.get(name);
    return headline ? headlineRow(band, headline) : bandRow(name, band, plan);
  });
  return rows.length === 0 ? "" : markdownTable(["what", "asked", "state", "so far"], rows);
}

function bandRow(name: string, band: ComparedBand, plan: ComparisonPlan): string[] {
  const { missing, comparison } = fixedPrimary(band, plan);
  const { overDraws, overReference } = plan.margins;
  const asked = `each of ${plan.searchSeeds.length} races ${pointsText(overDraws)} points over random draws, ${pointsText(overReference)} over the hand-made network`;
  const what = [`band ${name}`, costs(band)].filter((part) => part !== "").join(", ");
  const rows = comparison?.rows ?? [];
  const range = (of: "overDraws" | "overReference") => {
    const values = rows.map((row) => row[of]);
    const ends = [Math.min(...values), Math.max(...values)].map(pointsText);
    return [...new Set(ends)].join(" to ");
  };
  const found =
    rows.length === 0
      ? "–"
      : `${range("overDraws")} and ${range("overReference")}; ${rows.filter(({ holds }) => holds).length} of ${rows.length} meet all`;
  const state =
    missing.length > 0
      ? `open: missing are ${listText(missing)}`
      : comparison?.holds
        ? "**holds**"
        : "**fails**";
  return [what, asked, state, found];
}

function headlineRow(band: ComparedBand, plan: HeadlinePlan): string[] {
  const what = `headline, version ${plan.version}, ${plan.epochs} epochs`;
  const asked = `${pointsText(plan.over)} points over the full-width hand-made network, at most ${percentText(plan.share.bops)} of its BOPs`;
  const { chosen, by } = headlineSides(band, plan);
  if (!chosen || !by) return [what, asked, "open", "–"];
  const { reached, difference, seeds } = headlineOf(chosen, by, plan);
  const each = seeds.map((count) => (count === 1 ? "one seed" : `${count} seeds`));
  return [
    what,
    asked,
    reached ? "**reached**" : "**not reached**",
    `${pointsText(difference)} (${[...new Set(each)].join(" and ")})`,
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
