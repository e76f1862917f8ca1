import { type Level, levels } from "../../config/samplers";
import type { SearchRecord } from "../../records/searchRecord";
import type { Alphas } from "../../space/alphas";
import { recordCaption } from "../frame/caption";
import type { Figure } from "../frame/figure";
import { figureFrame } from "../frame/figureFrame";
import { levelStyle } from "../frame/theme";
import { type AlphaMoment, alphaMoments } from "./alphaMoments";
import { type Distribution, type LevelValues, ridgePanel, violinPanel } from "./distributionPanels";
import { dotColumns, dotRows } from "./dotPanels";
import { kernelDensity } from "./kernelDensity";

const gridPoints = 121;
const mostMoments = 11;

/** Fewest values that a density says more of than the values themselves. */
const fewestForDensity = 50;

/**
 * How the alphas of each level are distributed over the epochs, one row (`"ridges"`, the start at the top) or one column
 * (`"violins"`, the start at the left) for a moment. A level of fewer than 50 values shows every value as a dot, stacked
 * where dots would meet. Of more values it shows a Gaussian kernel density (Silverman's rule, at least 1.5 % of the axis,
 * probabilities mirrored at 0 and 1), scaled to equal height: ridges with the values as ticks on their base line, violins
 * with median and quartiles.
 *
 * @param of probabilities, or the raw logits.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const figure = bars.figures.alphaDistribution(record);
 * console.log(figure.data.length > 0); // true
 * ```
 */
export function alphaDistribution(
  record: SearchRecord,
  of: "probabilities" | "logits" = "probabilities",
  shape: "ridges" | "violins" = "ridges",
): Figure {
  const moments = evenly(alphaMoments(record), mostMoments);
  const searched = levels
    .map((level) => levelValues(moments, of, level))
    .filter((level) => countOf(level) > 0);
  const [draw, dots] = shape === "ridges" ? [ridgePanel, dotRows] : [violinPanel, dotColumns];
  const panels = searched.map((level, column) =>
    isFew(level) ? dots(level, column) : draw(distributionOf(level, of), column),
  );
  const values = of === "logits" ? "raw logits" : "probabilities, at each epoch's temperature,";
  return figureFrame({
    title: `How the ${of} of each level spread out`,
    caption: recordCaption(record, `All ${values} of a level together. ${marksText(searched, shape)}`),
    rows: 1,
    columns: searched.length,
    panelWidth: Math.max(220, Math.floor(780 / searched.length)),
    panelHeight: shape === "ridges" ? 60 + 34 * moments.length : 240,
    gapX: 40,
    panels,
  });
}

const countOf = ({ moments }: LevelValues) => moments[0]?.values.length ?? 0;
const isFew = (level: LevelValues) => countOf(level) < fewestForDensity;

/** What the marks of the levels mean. */
function marksText(drawn: readonly LevelValues[], shape: "ridges" | "violins"): string {
  const names = (some: readonly LevelValues[]) => some.map(({ level }) => level).join(", ");
  const few = drawn.filter(isFew);
  const many = drawn.filter((level) => !isFew(level));
  const on = shape === "ridges" ? "on" : "beside";
  const alone = shape === "ridges" ? "; \u00d7: how many one dot stands for, where all are at one place" : "";
  const size = shape === "ridges" ? "height" : "width";
  const marks = shape === "ridges" ? "ticks: the values" : "white dots: medians; bars: quartiles";
  return [
    ...(few.length > 0
      ? [`${names(few)}: one dot a value, dots that would meet stacked ${on} each other${alone}.`]
      : []),
    ...(many.length > 0
      ? [`${names(many)}: density by a Gaussian kernel, scaled to equal ${size}; ${marks}.`]
      : []),
  ].join(" ");
}

function levelValues(
  moments: readonly AlphaMoment[],
  of: "probabilities" | "logits",
  level: Level,
): LevelValues {
  const rows = moments.map((moment) => valuesOf(moment[of], level));
  const bounded = of === "probabilities";
  const [low, high] = bounded ? ([0, 1] as const) : spread(rows.flat());
  const pad = (high - low) * (bounded ? 0 : 0.12);
  return {
    level,
    color: levelStyle[level].color,
    what: of === "logits" ? "logit" : "probability",
    range: [low - pad, high + pad],
    moments: moments.map(({ epochsDone }, i) => ({
      name: epochsDone === 0 ? "start" : String(epochsDone),
      values: rows[i] as number[],
    })),
  };
}

function distributionOf(level: LevelValues, of: "probabilities" | "logits"): Distribution {
  const [from, to] = level.range;
  const grid = Array.from({ length: gridPoints }, (_, i) => from + (i / (gridPoints - 1)) * (to - from));
  const [low, high] = of === "probabilities" ? [0, 1] : spread(level.moments.flatMap(({ values }) => values));
  return {
    ...level,
    grid,
    moments: level.moments.map(({ name, values }) => {
      const bounds = of === "probabilities" ? ([low, high] as [number, number]) : undefined;
      const heights = kernelDensity(values, grid, (high - low) * 0.015, bounds);
      const top = Math.max(...heights);
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
