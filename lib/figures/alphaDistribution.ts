import type { SearchRecord } from "../run/searchRecord";
import type { Alphas } from "../space/alphas";
import { type AlphaMoment, alphaMoments, type Level, levels } from "./alphaMoments";
import { recordCaption } from "./caption";
import { type Distribution, ridgePanel, violinPanel } from "./distributionPanels";
import type { Figure } from "./figure";
import { figureFrame } from "./figureFrame";
import { kernelDensity } from "./kernelDensity";
import { levelStyle } from "./theme";

const gridPoints = 121;
const mostMoments = 11;

/**
 * How the alphas of each level are distributed over the epochs: one ridge for a moment, the start at the top, or one
 * violin for a moment, the start at the left. Each is a Gaussian kernel density (Silverman's rule, at least 1.5 % of the
 * axis, probabilities mirrored at 0 and 1), scaled to equal height. Ridges show the values themselves as ticks on their
 * base line, violins show median and quartiles.
 *
 * @param of probabilities, or the raw logits.
 */
export function alphaDistribution(
  record: SearchRecord,
  of: "probabilities" | "logits" = "probabilities",
  shape: "ridges" | "violins" = "ridges",
): Figure {
  const moments = evenly(alphaMoments(record), mostMoments);
  const searched = levels.filter((level) => valuesOf((moments[0] as AlphaMoment)[of], level).length > 0);
  const draw = shape === "ridges" ? ridgePanel : violinPanel;
  const panels = searched.map((level, column) => draw(distributionOf(moments, of, level), column));
  const values = of === "logits" ? "raw logits" : "probabilities, at each epoch's temperature,";
  const marks = shape === "ridges" ? "" : " Dots: medians; bars: quartiles.";
  return figureFrame({
    title: `How the ${of} of each level spread out`,
    caption: recordCaption(
      record,
      `All ${values} of a level together; density by a Gaussian kernel, scaled to equal ${shape === "ridges" ? "height" : "width"}.${marks}`,
    ),
    rows: 1,
    columns: searched.length,
    panelWidth: Math.max(220, Math.floor(780 / searched.length)),
    panelHeight: shape === "ridges" ? 60 + 34 * moments.length : 240,
    gapX: 40,
    panels,
  });
}

function distributionOf(
  moments: readonly AlphaMoment[],
  of: "probabilities" | "logits",
  level: Level,
): Distribution {
  const rows = moments.map((moment) => valuesOf(moment[of], level));
  const bounded = of === "probabilities";
  const [low, high] = bounded ? ([0, 1] as const) : spread(rows.flat());
  const pad = (high - low) * (bounded ? 0 : 0.12);
  const grid = Array.from(
    { length: gridPoints },
    (_, i) => low - pad + (i / (gridPoints - 1)) * (high - low + 2 * pad),
  );
  return {
    level,
    color: levelStyle[level].color,
    what: of === "logits" ? "logit" : "probability",
    range: [low - pad, high + pad],
    grid,
    moments: rows.map((values, i) => {
      const heights = kernelDensity(values, grid, (high - low) * 0.015, bounded ? [low, high] : undefined);
      const top = Math.max(...heights);
      const { epochsDone } = moments[i] as AlphaMoment;
      const name = epochsDone === 0 ? "start" : String(epochsDone);
      return { name, values, heights: heights.map((height) => height / top) };
    }),
  };
}

function valuesOf(alphas: Alphas, level: Level): number[] {
  if (level === "cell") return alphas.cells.flat(2);
  return alphas[level].flat();
}

function spread(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return high > low ? [low, high] : [low - 1, high + 1];
}

/** At most `most` of the items, evenly spaced, the first and the last among them. */
function evenly<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  return Array.from(
    { length: most },
    (_, i) => items[Math.round((i * (items.length - 1)) / (most - 1))] as T,
  );
}
