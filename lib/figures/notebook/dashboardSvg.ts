import { fontFamily } from "../../text/fontFamily";
import { escapeXml } from "../../text/svg";
import { barText, clockText, rateText } from "../../util/progressMeter";
import { ink, palette } from "../frame/theme";
import { cellHeatmap, type HeatmapView, layoutHeatmaps } from "../plots/dashboardHeatmaps";
import { type DashboardLine, type DashboardPoint, linePanel } from "./dashboardPanel";

/** What the dashboard of a search shows. */
export interface DashboardView extends HeatmapView {
  /** What is going on, in a few words. */
  readonly title: string;
  /** Of the whole search, in [0, 1]. */
  readonly share: number;
  /** True where what is drawn was read from a record: nothing runs. */
  readonly stored: boolean;
  readonly remainingSeconds: number | undefined;
  /** Since the start of this run; of a stored search what all its epochs took. */
  readonly elapsedSeconds: number;
  readonly imagesPerSecond: number;
  readonly epochs: number;
  /** Means over the last epoch's worth of steps, wherever in an epoch a point lies. */
  readonly weightLoss: readonly DashboardPoint[];
  readonly alphaLoss: readonly DashboardPoint[];
  /** Share of right answers in as many weight steps. */
  readonly accuracy: number | undefined;
  readonly cost: readonly DashboardPoint[];
  /** Null where the search has none. */
  readonly budget: number | null;
  readonly costName: string;
}

export const dashboardSize = Object.freeze({ width: 1000, height: 330 });

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
 * Draws the dashboard: progress with time left and speed, losses, probabilities of every edge and primitive, of every
 * depth and width, with the scale of their shades, and the expected cost against its budget.
 */
export function dashboardSvg(view: DashboardView): string {
  const { width, height } = dashboardSize;
  const text = (x: number, y: number, value: string, look = "") =>
    `<text x="${x}" y="${y}" ${look}>${escapeXml(value)}</text>`;
  const share = Math.min(1, Math.max(0, view.share));
  const bar = width - 40;
  const panels = { top: 96, height: 186 };
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="${fontFamily}" font-size="11" fill="${ink.text}">
${text(20, 24, view.title, 'font-size="15" font-weight="bold"')}
<rect x="20" y="36" width="${bar}" height="12" rx="2" fill="${ink.grid}"/>
<rect x="20" y="36" width="${(bar * share).toFixed(1)}" height="12" rx="2" fill="${palette.blue}"/>
${text(20, 66, `${Math.floor(100 * share)} %, ${statusText(view)}`)}
${linePanel({
  ...panels,
  left: 62,
  width: 190,
  title: "cross entropy, mean of an epoch",
  epochs: view.epochs,
  lines: [
    { name: "weight split", color: palette.blue, points: view.weightLoss },
    { name: "alpha split", color: palette.vermillion, dash: "5 3", points: view.alphaLoss },
  ],
})}
${cellHeatmap(view, { ...panels, left: 290, width: 280 })}
${layoutHeatmaps(view, { ...panels, left: 600, width: 150 })}
${linePanel({
  ...panels,
  left: 806,
  width: 174,
  title: `expected ${view.costName} per image`,
  epochs: view.epochs,
  lines: [{ name: "expected", color: palette.green, points: view.cost }, ...budgetLine(view)],
  format: costText,
})}
</svg>`;
}

function budgetLine({ budget, epochs }: DashboardView): DashboardLine[] {
  if (budget === null) return [];
  const points: DashboardPoint[] = [
    [0, budget],
    [epochs, budget],
  ];
  return [{ name: "budget", color: ink.soft, dash: "2 3", points }];
}

function statusText(view: DashboardView): string {
  const left = view.share >= 1 || view.stored ? "" : `${clockText(view.remainingSeconds)} left, `;
  const time = view.stored
    ? view.share >= 1
      ? `took ${clockText(view.elapsedSeconds)}`
      : `${clockText(view.elapsedSeconds)} so far`
    : `${left}${clockText(view.elapsedSeconds)} since the start`;
  const speed = view.imagesPerSecond > 0 ? `, ${rateText(view.imagesPerSecond)} images/s` : "";
  const right = view.accuracy === undefined ? "" : `, accuracy ${(100 * view.accuracy).toFixed(1)} %`;
  return `${time}${speed}${right}`;
}

/** `1234567` → `"1.23M"`. */
export function costText(value: number): string {
  const [size, letter] =
    value >= 1e9 ? [1e9, "G"] : value >= 1e6 ? [1e6, "M"] : value >= 1e3 ? [1e3, "k"] : [1, ""];
  return `${rateText(value / size)}${letter}`;
}
