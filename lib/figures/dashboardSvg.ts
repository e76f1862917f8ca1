import { escapeXml as escapedXml } from "../space/svg";
import { barText, clockText, rateText } from "../util/progressMeter";
import { type DashboardPoint, linePanel } from "./dashboardPanel";
import { fontFamily } from "./fonts";
import { ink, palette, probabilityScale } from "./theme";

/** What the dashboard of a running search shows. */
export interface DashboardView {
  /** What is going on, in a few words. */
  readonly title: string;
  /** Of the whole search, in [0, 1]. */
  readonly share: number;
  readonly remainingSeconds: number | undefined;
  readonly elapsedSeconds: number;
  readonly imagesPerSecond: number;
  readonly epochs: number;
  readonly weightLoss: readonly DashboardPoint[];
  readonly alphaLoss: readonly DashboardPoint[];
  /** Share of right answers in the weight steps of the epoch so far. */
  readonly accuracy: number | undefined;
  readonly cost: readonly DashboardPoint[];
  readonly budget: number;
  readonly costName: string;
  /** `[group][edge][primitive]`, in [0, 1]. */
  readonly probabilities: readonly (readonly (readonly number[])[])[];
  readonly edges: readonly string[];
  readonly primitives: readonly string[];
}

export const dashboardSize = Object.freeze({ width: 900, height: 330 });

/** The dashboard in one line of text: for logs, and for readers who cannot see the picture. */
export function dashboardText(view: DashboardView): string {
  const loss = (points: readonly DashboardPoint[]) => points.at(-1)?.[1].toFixed(3);
  const parts = [
    `${barText(view.share)} ${view.title}`,
    `${Math.floor(100 * view.share)} %, ${statusText(view)}`,
    ...(loss(view.weightLoss) ? [`weight loss ${loss(view.weightLoss)}`] : []),
    ...(loss(view.alphaLoss) ? [`alpha loss ${loss(view.alphaLoss)}`] : []),
    ...(view.cost.length > 0 ? [`expected ${view.costName} ${costText(view.cost.at(-1)?.[1] ?? 0)}`] : []),
  ];
  return parts.join(", ");
}

/**
 * Draws the dashboard: progress with time left and speed, losses, probabilities of every edge and primitive, and the
 * expected cost against its budget.
 */
export function dashboardSvg(view: DashboardView): string {
  const { width, height } = dashboardSize;
  const text = (x: number, y: number, value: string, look = "") =>
    `<text x="${x}" y="${y}" ${look}>${escapedXml(value)}</text>`;
  const share = Math.min(1, Math.max(0, view.share));
  const bar = width - 40;
  const panels = { top: 96, height: 186 };
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="${fontFamily}" font-size="11" fill="${ink.text}">
${text(20, 24, view.title, 'font-size="15" font-weight="bold"')}
<rect x="20" y="36" width="${bar}" height="12" rx="2" fill="${ink.grid}"/>
<rect x="20" y="36" width="${(bar * share).toFixed(1)}" height="12" rx="2" fill="${palette.blue}"/>
${text(20, 66, `${Math.floor(100 * share)} %, ${statusText(view)}`)}
${linePanel({
  ...panels,
  left: 62,
  width: 210,
  title: "cross entropy",
  epochs: view.epochs,
  lines: [
    { name: "weight split", color: palette.blue, points: view.weightLoss },
    { name: "alpha split", color: palette.vermillion, dash: "5 3", points: view.alphaLoss },
  ],
})}
${heatmap(view, 334, panels.top, 290, panels.height)}
${linePanel({
  ...panels,
  left: 690,
  width: 190,
  title: `expected ${view.costName} per image`,
  epochs: view.epochs,
  lines: [
    { name: "expected", color: palette.green, points: view.cost },
    {
      name: "budget",
      color: ink.soft,
      dash: "2 3",
      points: [
        [0, view.budget],
        [view.epochs, view.budget],
      ],
    },
  ],
  format: costText,
})}
</svg>`;
}

function statusText(view: DashboardView): string {
  const left = view.share >= 1 ? "" : `${clockText(view.remainingSeconds)} left, `;
  const speed = view.imagesPerSecond > 0 ? `, ${rateText(view.imagesPerSecond)} images/s` : "";
  const right = view.accuracy === undefined ? "" : `, accuracy ${(100 * view.accuracy).toFixed(1)} %`;
  return `${left}${clockText(view.elapsedSeconds)} since the start${speed}${right}`;
}

/** `1234567` → `"1.23M"`. */
export function costText(value: number): string {
  const [size, letter] =
    value >= 1e9 ? [1e9, "G"] : value >= 1e6 ? [1e6, "M"] : value >= 1e3 ? [1e3, "k"] : [1, ""];
  return `${rateText(value / size)}${letter}`;
}

function heatmap(view: DashboardView, left: number, top: number, width: number, height: number): string {
  const { probabilities, edges, primitives } = view;
  const groups = Math.max(1, probabilities.length);
  const [gap, labels, foot] = [8, 46, 72];
  const cellWidth = Math.min(
    26,
    (width - labels - gap * (groups - 1)) / (groups * Math.max(1, primitives.length)),
  );
  const cellHeight = Math.min(22, (height - foot) / Math.max(1, edges.length));
  const shown = cellHeight >= 7.5;
  const narrow = cellWidth < 14;
  const parts = [`<text x="${left}" y="${top - 8}">probabilities: darker is likelier</text>`];
  probabilities.forEach((rows, group) => {
    const x0 = left + labels + group * (primitives.length * cellWidth + gap);
    rows.forEach((row, edge) => {
      const y = top + 14 + edge * cellHeight;
      if (group === 0 && shown)
        parts.push(
          `<text x="${x0 - 4}" y="${y + cellHeight / 2 + 3}" font-size="${Math.min(8.5, cellHeight)}" text-anchor="end">${edges[edge]}</text>`,
        );
      row.forEach((p, i) => {
        const at = `x="${(x0 + i * cellWidth).toFixed(1)}" y="${y.toFixed(1)}"`;
        const size = `width="${(cellWidth - 0.6).toFixed(1)}" height="${(cellHeight - 0.6).toFixed(1)}"`;
        parts.push(`<rect ${at} ${size} fill="${shade(p)}" stroke="${ink.grid}" stroke-width="0.4"/>`);
      });
    });
    parts.push(`<text x="${x0}" y="${top + 9}" font-size="9" fill="${ink.soft}">group ${group}</text>`);
    const below = top + 14 + edges.length * cellHeight + 8;
    if (cellWidth >= 8)
      primitives.forEach((name, i) => {
        const x = x0 + (i + 0.5) * cellWidth + (narrow ? 2.5 : 2);
        const tilt = narrow ? 90 : 45;
        parts.push(
          `<text transform="translate(${x.toFixed(1)} ${below}) rotate(-${tilt})" font-size="${narrow ? 7.5 : 8.5}" text-anchor="end">${escapedXml(name)}</text>`,
        );
      });
  });
  return parts.join("\n");
}

/** The colour of a probability on the scale of all heat maps. */
function shade(p: number): string {
  const at = Math.min(1, Math.max(0, p));
  const above = Math.max(
    1,
    probabilityScale.findIndex(([stop]) => stop >= at),
  );
  const [[low, from], [high, to]] = [probabilityScale[above - 1], probabilityScale[above]] as [
    readonly [number, string],
    readonly [number, string],
  ];
  const t = (at - low) / (high - low);
  const channel = (color: string, i: number) => Number.parseInt(color.slice(1 + 2 * i, 3 + 2 * i), 16);
  const mixed = [0, 1, 2].map((i) => Math.round(channel(from, i) + t * (channel(to, i) - channel(from, i))));
  return `rgb(${mixed.join(",")})`;
}
