import type { RaceConfig } from "../../config/raceConfig";
import type { RaceNetwork, RaceRecord } from "../../records/raceRecord";
import {
  bestOf,
  entrants,
  finalists,
  isComplete,
  isDecided,
  ranking,
  resultIn,
  rungsOf,
  scoreAgain,
  sound,
  trainedAgain,
} from "../../records/raceStandings";
import { fontFamily } from "../../text/fontFamily";
import { escapeXml } from "../../text/svg";
import { barText, clockText } from "../../util/progressMeter";
import { ink, palette } from "../frame/theme";
import { originLooks, raceMeasureName, rungEnd } from "../plots/raceFigures";

/** What the dashboard of a race shows. */
export interface RaceView {
  /** What is going on, in a few words. */
  readonly title: string;
  /** Of the whole race, in [0, 1]. */
  readonly share: number;
  readonly remainingSeconds: number | undefined;
  readonly elapsedSeconds: number;
  /** Null before the first network is proposed. */
  readonly record: RaceRecord | null;
}

export const raceDashboardSize = Object.freeze({ width: 1000, height: 330 });

/** The dashboard in one line of text: for logs, and for readers who cannot see the picture. */
export function raceDashboardText(view: RaceView): string {
  const parts = [`${barText(view.share)} ${view.title}`, statusText(view), ...bestTexts(view.record)];
  return parts.join(", ");
}

/**
 * Draws the dashboard: progress with time left, the ladder of rungs with how many networks each has and how many have run
 * it, the losses of the first rung, and the accuracies of the later ones.
 */
export function raceDashboardSvg(view: RaceView): string {
  const { width, height } = raceDashboardSize;
  const bar = width - 40;
  const share = Math.min(1, Math.max(0, view.share));
  const { record } = view;
  const panels = record === null ? "" : [ladder(record), losses(record), accuracies(record)].join("\n");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="${fontFamily}" font-size="11" fill="${ink.text}">
<text x="20" y="24" font-size="15" font-weight="bold">${escapeXml(view.title)}</text>
<rect x="20" y="36" width="${bar}" height="12" rx="2" fill="${ink.grid}"/>
<rect x="20" y="36" width="${(bar * share).toFixed(1)}" height="12" rx="2" fill="${palette.blue}"/>
<text x="20" y="66">${escapeXml([statusText(view), ...bestTexts(record)].join(", "))}</text>
${panels}
</svg>`;
}

function statusText({ share, remainingSeconds, elapsedSeconds }: RaceView): string {
  const left = share >= 1 ? "" : `${clockText(remainingSeconds)} left, `;
  return `${Math.floor(100 * Math.min(1, share))} %, ${left}${clockText(elapsedSeconds)} since the start`;
}

function bestTexts(record: RaceRecord | null): string[] {
  if (record === null) return [];
  const { config, networks } = record;
  if (finalists(config, networks).length > 0) {
    const { done, all } = trainedAgain(config, networks);
    const trained = `${done} / ${all} trainings with other seeds`;
    const won = isDecided(config, networks) ? bestOf(config, networks) : undefined;
    return won
      ? [trained, `best network ${won.index}: ${meanText(config, won)}, ${costText(config, won)}`]
      : [trained];
  }
  const rung = rungsOf(record.config).findLastIndex((one) => sound(record.networks, one.rung).length > 0);
  const best = rung < 0 ? undefined : sound(record.networks, rung)[0];
  if (best === undefined) return [];
  const result = resultIn(best, rung);
  const reached = result?.heldOut
    ? `${(100 * result.heldOut.accuracy).toFixed(1)} % of held-out images`
    : `training loss ${result?.loss?.mean.toFixed(3)}`;
  return [`best so far network ${best.index}: ${reached}, ${costText(config, best)}`];
}

function meanText(config: RaceConfig, network: RaceNetwork): string {
  const score = scoreAgain(config, network) ?? Number.NaN;
  return `mean ${(100 * score).toFixed(1)} % of held-out images`;
}

function costText({ band }: RaceConfig, { cost }: RaceNetwork): string {
  return `${Math.round(cost[band.measure]).toLocaleString("en-US")} ${raceMeasureName(band.measure)}`;
}

const top = 96;
const tall = 186;

/** A row for each rung, as wide as it has networks: those that ran it are dark. */
function ladder(record: RaceRecord): string {
  const { config, networks } = record;
  const rungs = rungsOf(config);
  const [left, wide] = [110, 190];
  const pitch = tall / rungs.length;
  const parts = [`<text x="20" y="${top - 8}">networks in each rung: done / all</text>`];
  for (const rung of rungs) {
    const open = rung.rung === 0 || isComplete(config, networks, rung.rung - 1);
    const all = rung.rung > 0 && open ? entrants(config, networks, rung.rung).length : rung.networks;
    const done = ranking(networks, rung.rung).length;
    const y = top + rung.rung * pitch;
    const size = (count: number) => ((wide * count) / config.rungs.networks).toFixed(1);
    const high = Math.min(22, pitch - 8).toFixed(1);
    parts.push(
      `<text x="${left - 8}" y="${(y + 15).toFixed(1)}" text-anchor="end">${escapeXml(rungEnd(record, rung))}</text>`,
      `<rect x="${left}" y="${y.toFixed(1)}" width="${size(all)}" height="${high}" fill="${ink.grid}"/>`,
      `<rect x="${left}" y="${y.toFixed(1)}" width="${size(done)}" height="${high}" fill="${palette.blue}"/>`,
      `<text x="${(left + Number(size(all)) + 5).toFixed(1)}" y="${(y + 15).toFixed(1)}">${done} / ${all}</text>`,
    );
  }
  return parts.join("\n");
}

interface Mark {
  readonly x: number;
  readonly y: number;
  readonly color: string;
}

interface MarkPanel {
  readonly left: number;
  readonly width: number;
  readonly title: string;
  readonly most: number;
  readonly ticks: readonly (readonly [at: number, text: string])[];
  readonly xTitle: string;
  readonly marks: readonly Mark[];
  readonly format: (value: number) => string;
  /** Whether small values stand high. */
  readonly turned: boolean;
  /** How the networks came about, for the legend of both panels, below this one. */
  readonly kinds?: ReadonlySet<string>;
}

function losses(record: RaceRecord): string {
  const marks = record.networks.flatMap((network): Mark[] => {
    const mean = resultIn(network, 0)?.loss?.mean;
    return mean === undefined ? [] : [{ x: network.index + 0.5, y: mean, color: colorOf(network) }];
  });
  const { networks } = record.config.rungs;
  const ticks = [0, Math.round(networks / 2), networks].map((at) => [at, String(at)] as const);
  return markPanel({
    ...{
      left: 410,
      width: 240,
      title: "training loss in the first rung, nats (smaller is higher)",
      most: networks,
    },
    ...{ ticks, xTitle: "network, in the order proposed", marks, turned: true },
    format: (value) => value.toFixed(2),
  });
}

function accuracies(record: RaceRecord): string {
  const later = rungsOf(record.config).slice(1);
  const marks = later.flatMap(({ rung }) =>
    sound(record.networks, rung).map((network): Mark => {
      const y = resultIn(network, rung)?.heldOut?.accuracy as number;
      return { x: rung - 0.5, y, color: colorOf(network) };
    }),
  );
  const ticks = later.map((rung) => [rung.rung - 0.5, String(rung.epoch)] as const);
  return markPanel({
    ...{ left: 720, width: 240, title: "accuracy on held-out images", most: later.length },
    ...{ ticks, xTitle: "epochs done", marks, turned: false },
    kinds: new Set(record.networks.map(({ origin }) => origin.kind)),
    format: (value) => `${(100 * value).toFixed(0)} %`,
  });
}

function colorOf({ origin }: RaceNetwork): string {
  return originLooks().find(({ kind }) => kind === origin.kind)?.color ?? ink.soft;
}

function markPanel({
  left,
  width,
  title,
  most,
  ticks,
  xTitle,
  marks,
  format,
  turned,
  kinds,
}: MarkPanel): string {
  const values = marks.map(({ y }) => y);
  const [least, largest] = values.length > 0 ? [Math.min(...values), Math.max(...values)] : [0, 1];
  const room = (largest - least || 1) * 0.08;
  const share = (value: number) => (value - least + room) / (largest - least + 2 * room);
  const y = (value: number) => top + tall * (turned ? share(value) : 1 - share(value));
  const x = (value: number) => left + (width * value) / most;
  const lines = values.length === 0 ? [] : [...new Set([least, (least + largest) / 2, largest])];
  const bottom = top + tall;
  return [
    `<text x="${left}" y="${top - 8}">${escapeXml(title)}</text>`,
    ...lines.flatMap((at) => [
      `<line x1="${left}" x2="${left + width}" y1="${y(at).toFixed(1)}" y2="${y(at).toFixed(1)}" stroke="${ink.grid}"/>`,
      `<text x="${left - 5}" y="${(y(at) + 3.5).toFixed(1)}" font-size="9" text-anchor="end">${escapeXml(format(at))}</text>`,
    ]),
    `<path d="M${left} ${top}V${bottom}H${left + width}" fill="none" stroke="${ink.axis}"/>`,
    ...ticks.map(
      ([at, text]) =>
        `<text x="${x(at).toFixed(1)}" y="${bottom + 13}" font-size="9" text-anchor="middle">${escapeXml(text)}</text>`,
    ),
    `<text x="${left + width / 2}" y="${bottom + 27}" font-size="9" text-anchor="middle">${escapeXml(xTitle)}</text>`,
    ...marks.map(
      (mark) =>
        `<circle cx="${x(mark.x).toFixed(1)}" cy="${y(mark.y).toFixed(1)}" r="2.8" fill="${mark.color}" fill-opacity="0.85"/>`,
    ),
    ...(kinds ? [legend(left, kinds)] : []),
  ].join("\n");
}

/** What the colours of both panels of marks mean. */
function legend(right: number, kinds: ReadonlySet<string>): string {
  // The first three are those of every race.
  const looks = originLooks().filter(({ kind }, i) => i < 3 || kinds.has(kind));
  return looks
    .map(({ name, color }, i) => {
      const x = right - 300 + 150 * (i + 3 - looks.length);
      return `<circle cx="${x}" cy="318" r="3.5" fill="${color}"/><text x="${x + 9}" y="322" font-size="9.5">${escapeXml(name)}</text>`;
    })
    .join("\n");
}
