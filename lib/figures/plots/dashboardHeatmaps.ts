import type { Alphas } from "../../space/alphas";
import { escapeXml } from "../../text/svg";
import { ink, probabilityScale } from "../frame/theme";

/** What the heat maps of a running search show, and what their rows and columns are called. */
export interface HeatmapView {
  /** `cells` as `[group][edge][primitive]`, `depth` as `[stage][cells]`, `width` as `[width][choice]`, in [0, 1]. */
  readonly probabilities: Pick<Alphas, "cells" | "depth" | "width">;
  readonly edges: readonly string[];
  readonly primitives: readonly string[];
  readonly widthChoices: readonly number[];
  /** What each row of widths is of (`widthNames`). */
  readonly widthNames: readonly string[];
}

interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The probabilities of every edge and primitive: one block for each group of cells. */
export function cellHeatmap(view: HeatmapView, { left, top, width, height }: Place): string {
  const { edges, primitives } = view;
  const { cells } = view.probabilities;
  const groups = Math.max(1, cells.length);
  const [gap, labels, foot] = [8, 46, 72];
  const cellWidth = Math.min(
    26,
    (width - labels - gap * (groups - 1)) / (groups * Math.max(1, primitives.length)),
  );
  const cellHeight = Math.min(22, (height - foot) / Math.max(1, edges.length));
  const narrow = cellWidth < 14;
  const parts = [`<text x="${left}" y="${top - 8}">cells: probability of each operation</text>`];
  cells.forEach((rows, group) => {
    const x0 = left + labels + group * (primitives.length * cellWidth + gap);
    const y0 = top + 14;
    if (group === 0 && cellHeight >= 7.5) parts.push(rowNames(edges, x0, y0, cellHeight));
    parts.push(squares(rows, x0, y0, cellWidth, cellHeight));
    parts.push(`<text x="${x0}" y="${top + 9}" font-size="9" fill="${ink.soft}">group ${group}</text>`);
    const below = y0 + edges.length * cellHeight + 8;
    if (cellWidth >= 8)
      primitives.forEach((name, i) => {
        const x = x0 + (i + 0.5) * cellWidth + (narrow ? 2.5 : 2);
        const tilt = narrow ? 90 : 45;
        parts.push(
          `<text transform="translate(${x.toFixed(1)} ${below}) rotate(-${tilt})" font-size="${narrow ? 7.5 : 8.5}" text-anchor="end">${escapeXml(name)}</text>`,
        );
      });
  });
  return parts.join("\n");
}

/** The probabilities of every depth and width, one row a stage or cell, and below them the scale of all shades. */
export function layoutHeatmaps(view: HeatmapView, { left, top, width, height }: Place): string {
  const { depth, width: widths } = view.probabilities;
  const deepest = Math.max(0, ...depth.map((row) => row.length));
  const each = (height - 46) / 2;
  const cells = Array.from({ length: deepest }, (_, i) => `${i}`);
  return [
    levelHeatmap(
      { title: "depth: cells in each stage", names: depth.map((_, stage) => `stage ${stage}`) },
      depth,
      cells,
      { left, top, width, height: each },
    ),
    levelHeatmap(
      { title: "width: share of the channels", names: view.widthNames },
      widths,
      view.widthChoices.map(String),
      { left, top: top + each + 10, width, height: each },
    ),
    probabilityLegend(left, top + height - 16, width),
  ].join("\n");
}

/** One level of the layout; stages that have no choice have no row of squares. */
function levelHeatmap(
  { title, names }: { readonly title: string; readonly names: readonly string[] },
  rows: readonly (readonly number[])[],
  columns: readonly string[],
  { left, top, width, height }: Place,
): string {
  const parts = [`<text x="${left}" y="${top - 8}">${title}</text>`];
  if (rows.every((row) => row.length === 0)) {
    parts.push(`<text x="${left}" y="${top + 12}" font-size="9" fill="${ink.soft}">not searched</text>`);
    return parts.join("\n");
  }
  const [labels, foot] = [38, 22];
  const x0 = left + labels;
  const cellWidth = Math.min(26, (width - labels) / Math.max(1, columns.length));
  const cellHeight = Math.min(18, (height - foot) / Math.max(1, rows.length));
  parts.push(rowNames(names, x0, top, cellHeight), squares(rows, x0, top, cellWidth, cellHeight));
  const below = top + rows.length * cellHeight + 9;
  columns.forEach((name, i) => {
    const x = (x0 + (i + 0.5) * cellWidth).toFixed(1);
    parts.push(`<text x="${x}" y="${below.toFixed(1)}" font-size="8.5" text-anchor="middle">${name}</text>`);
  });
  return parts.join("\n");
}

/** A bar of all shades with its numbers. */
function probabilityLegend(left: number, top: number, width: number): string {
  const steps = 40;
  const step = width / steps;
  const bar = Array.from({ length: steps }, (_, i) => {
    const x = (left + i * step).toFixed(1);
    // A hair wider than its step, so that no background shows between two shades.
    return `<rect x="${x}" y="${top}" width="${(step + 0.4).toFixed(1)}" height="8" fill="${shade(i / (steps - 1))}"/>`;
  });
  const numbers = [0, 0.25, 0.5, 0.75, 1].map((value) => {
    const anchor = value === 0 ? "start" : value === 1 ? "end" : "middle";
    return `<text x="${(left + value * width).toFixed(1)}" y="${top + 18}" font-size="8.5" text-anchor="${anchor}">${value}</text>`;
  });
  return [
    `<text x="${left}" y="${top - 4}" font-size="9">probability</text>`,
    ...bar,
    `<rect x="${left}" y="${top}" width="${width}" height="8" fill="none" stroke="${ink.axis}" stroke-width="0.6"/>`,
    ...numbers,
  ].join("\n");
}

function rowNames(names: readonly string[], right: number, top: number, height: number): string {
  const size = Math.min(8.5, height);
  return names
    .map(
      (name, i) =>
        `<text x="${right - 4}" y="${(top + (i + 0.5) * height + 3).toFixed(1)}" font-size="${size}" text-anchor="end">${escapeXml(name)}</text>`,
    )
    .join("\n");
}

function squares(
  rows: readonly (readonly number[])[],
  left: number,
  top: number,
  width: number,
  height: number,
): string {
  return rows
    .flatMap((row, y) =>
      row.map((p, x) => {
        const at = `x="${(left + x * width).toFixed(1)}" y="${(top + y * height).toFixed(1)}"`;
        const size = `width="${(width - 0.6).toFixed(1)}" height="${(height - 0.6).toFixed(1)}"`;
        return `<rect ${at} ${size} fill="${shade(p)}" stroke="${ink.grid}" stroke-width="0.4"/>`;
      }),
    )
    .join("\n");
}

/** The colour of a probability on the scale of all heat maps. */
export function shade(p: number): string {
  const at = Math.min(1, Math.max(0, p));
  const above = Math.max(
    1,
    probabilityScale().findIndex(([stop]) => stop >= at),
  );
  const [[low, from], [high, to]] = [probabilityScale()[above - 1], probabilityScale()[above]] as [
    readonly [number, string],
    readonly [number, string],
  ];
  const t = (at - low) / (high - low);
  const channel = (color: string, i: number) => Number.parseInt(color.slice(1 + 2 * i, 3 + 2 * i), 16);
  const mixed = [0, 1, 2].map((i) => Math.round(channel(from, i) + t * (channel(to, i) - channel(from, i))));
  return `rgb(${mixed.join(",")})`;
}
