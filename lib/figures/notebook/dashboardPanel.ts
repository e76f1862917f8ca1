import { escapeXml } from "../../text/svg";
import { ink } from "../frame/theme";

/** One number over the course of a search: `x` in epochs. */
export type DashboardPoint = readonly [x: number, y: number];

export interface DashboardLine {
  readonly name: string;
  readonly color: string;
  readonly dash?: string;
  readonly points: readonly DashboardPoint[];
}

export interface LinePanel {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly epochs: number;
  readonly lines: readonly DashboardLine[];
  readonly format?: (value: number) => string;
}

/** A small line chart over epochs as SVG, its `y` axis from just below the least to just above the largest value. */
export function linePanel(panel: LinePanel): string {
  const { left, top, width, height, epochs, format = (value) => value.toFixed(2) } = panel;
  const values = panel.lines.flatMap(({ points }) => points.map(([, y]) => y)).filter(Number.isFinite);
  const [least, most] = values.length > 0 ? [Math.min(...values), Math.max(...values)] : [0, 1];
  const room = (most - least || Math.abs(most) || 1) * 0.08;
  const [low, high] = [least - room, most + room];
  const x = (value: number) => left + (width * value) / Math.max(1, epochs);
  const y = (value: number) => top + height - (height * (value - low)) / (high - low);
  const ticks = [least, (least + most) / 2, most].filter((value, i, all) => i === 0 || value !== all[i - 1]);
  const parts = [`<text x="${left}" y="${top - 8}">${escapeXml(panel.title)}</text>`];
  for (const tick of ticks) {
    const at = y(tick).toFixed(1);
    parts.push(
      `<line x1="${left}" x2="${left + width}" y1="${at}" y2="${at}" stroke="${ink.grid}"/>`,
      `<text x="${left - 5}" y="${y(tick) + 3.5}" font-size="9" text-anchor="end">${escapeXml(format(tick))}</text>`,
    );
  }
  parts.push(
    `<path d="M${left} ${top}V${top + height}H${left + width}" fill="none" stroke="${ink.axis}"/>`,
    `<text x="${left}" y="${top + height + 13}" font-size="9" text-anchor="middle">0</text>`,
    `<text x="${left + width}" y="${top + height + 13}" font-size="9" text-anchor="middle">${epochs}</text>`,
    `<text x="${left + width / 2}" y="${top + height + 13}" font-size="9" text-anchor="middle">epoch</text>`,
  );
  panel.lines.forEach(({ name, color, dash, points }, i) => {
    const line = `stroke="${color}" stroke-width="1.8"${dash ? ` stroke-dasharray="${dash}"` : ""}`;
    const place = points.map(([px, py]) => `${x(px).toFixed(1)},${y(py).toFixed(1)}`);
    if (place.length > 1) parts.push(`<polyline points="${place.join(" ")}" fill="none" ${line}/>`);
    else if (place[0]) {
      const [cx, cy] = place[0].split(",");
      parts.push(`<circle cx="${cx}" cy="${cy}" r="2.5" fill="${color}"/>`);
    }
    const legend = left + i * (width / 2);
    const below = top + height + 29;
    parts.push(
      `<line x1="${legend}" x2="${legend + 18}" y1="${below - 4}" y2="${below - 4}" ${line}/>`,
      `<text x="${legend + 23}" y="${below}" font-size="9.5">${escapeXml(name)}</text>`,
    );
  });
  return parts.join("\n");
}
