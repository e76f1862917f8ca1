import { scheduleValue } from "../../config/schedule";
import type { SearchConfig } from "../../config/searchConfig";
import { ops } from "../../cost/cost";
import { costTables } from "../../cost/costTables";
import { expectedCost } from "../../cost/expectedCost";
import { samplerProbabilities } from "../../derive/samplerProbabilities";
import type { SearchMoment } from "../../records/searchMoment";
import type { EpochRecord, SearchRecord } from "../../records/searchRecord";
import type { Alphas } from "../../space/alphas";
import { edgesOf } from "../../space/edges";
import { widthNames } from "../../space/widthNames";
import type { Progress } from "../../util/progress";
import { type ProgressMeter, progressMeter } from "../../util/progressMeter";
import { windowMean } from "../../util/windowMean";
import type { DashboardPoint } from "./dashboardPanel";
import { type DashboardView, dashboardSvg, dashboardText } from "./dashboardSvg";

/** What a search tells while it runs: settings for `search`. */
export interface SearchDashboard {
  readonly progress: Progress;
  readonly onStart?: (record: SearchRecord) => void;
  readonly onStep?: (moment: SearchMoment) => void;
  readonly onEpoch?: (record: SearchRecord) => void;
}

/** Shows an SVG drawing in place of the one before; `text` says the same in words. */
type ShowDrawing = (svg: string, text: string) => void;

/** Milliseconds between two pictures at least, and the share of the time that drawing may take at most. */
const leastInterval = 1000;
const drawingShare = 0.05;
/** Points of a line; when there are more, every second one goes. */
const mostPoints = 240;

/** The dashboard of a search as its record has it, whatever became of it. @returns null where no epoch is done. */
export function storedDashboard(record: SearchRecord): string | null {
  let drawn: string | null = null;
  drawnDashboard(
    record.config,
    (svg) => {
      drawn = svg;
    },
    { stored: true },
  ).onStart(record);
  return drawn;
}

/**
 * The dashboard with its ways out given: a place for the picture, and a clock in milliseconds.
 *
 * @param stored whether what is drawn is only read: nothing goes on.
 */
export function drawnDashboard(
  config: SearchConfig,
  show: ShowDrawing,
  { now = Date.now, stored: onlyRead = false }: { now?: () => number; stored?: boolean } = {},
): Required<SearchDashboard> {
  const tables = costTables(config.space, config.binarization);
  const { method, measure } = config.cost;
  const budget = method === "none" ? null : config.cost.budget;
  const lines = { weightLoss: line(), alphaLoss: line(), cost: line() };
  const means = { weightLoss: windowMean(1), alphaLoss: windowMean(1), accuracy: windowMean(1) };
  let meter: ProgressMeter | undefined;
  let last: SearchMoment | undefined;
  let stored: SearchRecord | undefined;
  let epochsDone = 0;
  let probabilities: Alphas = { cells: [], depth: [], width: [] };
  let title = "Search";
  let drawnAt = Number.NEGATIVE_INFINITY;
  let interval = leastInterval;
  const due = () => now() - drawnAt >= interval;

  const read = (alphas: Alphas, epoch: number, at: number) => {
    const level = ({ method, temperature }: SearchConfig["samplers"]["cell"]) => ({
      method,
      temperature: scheduleValue(temperature, epoch, config.epochs),
    });
    const { cell, depth, width } = config.samplers;
    const likely = samplerProbabilities(alphas, {
      cell: level(cell),
      depth: level(depth),
      width: level(width),
    });
    const cost = expectedCost(tables, likely);
    probabilities = likely;
    lines.cost.add(at, measure === "ops" ? ops(cost) : cost[measure]);
  };
  /** Puts the means of a stretch of steps, in epochs, into the windows, and gives the lines a point where one is due. */
  const follow = (from: number, to: number, of: Stretch, drawn: boolean) => {
    means.weightLoss.add(from, to, of.weightLoss);
    means.accuracy.add(from, to, of.accuracy);
    if (of.alphaLoss !== null) means.alphaLoss.add(from, to, of.alphaLoss);
    if (!drawn) return;
    lines.weightLoss.add(to, means.weightLoss.value() as number);
    if (of.alphaLoss !== null) lines.alphaLoss.add(to, means.alphaLoss.value() as number);
  };
  const followEpoch = ({ epoch, weightLoss, weightAccuracy, alphaLoss, alphas }: EpochRecord) => {
    const of = { weightLoss, accuracy: weightAccuracy, alphaLoss: alphaLoss?.crossEntropy ?? null };
    follow(epoch, epoch + 1, of, true);
    read(alphas, epoch, epoch + 1);
    epochsDone = epoch + 1;
  };
  const draw = (started = now()) => {
    const steps = last ? last.stepsPerEpoch : 1;
    const done = last ? last.epoch + last.step / steps : epochsDone;
    const seconds = stored?.epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
    const view: DashboardView = {
      title,
      share: stored && stored.status === "finished" ? 1 : done / config.epochs,
      stored: stored !== undefined,
      remainingSeconds: meter?.remainingSeconds(),
      elapsedSeconds: seconds ?? meter?.elapsedSeconds() ?? 0,
      imagesPerSecond: last?.imagesPerSecond ?? stored?.epochs.at(-1)?.imagesPerSecond ?? 0,
      epochs: config.epochs,
      weightLoss: lines.weightLoss.points(),
      alphaLoss: lines.alphaLoss.points(),
      accuracy: means.accuracy.value(),
      cost: lines.cost.points(),
      budget,
      costName: measure === "ops" ? "OPs" : measure === "bops" ? "BOPs" : "FLOPs",
      probabilities,
      edges: edgesOf(config.space.steps).map(({ to, from }) => `edge${to}-${from}`),
      primitives: config.space.primitives,
      widthChoices: config.space.widthChoices,
      widthNames: widthNames(config.space),
    };
    show(dashboardSvg(view), dashboardText(view));
    drawnAt = now();
    interval = Math.max(leastInterval, (drawnAt - started) / drawingShare);
  };
  const name = ({ epoch, warmup }: SearchMoment) =>
    `Epoch ${epoch + 1} of ${config.epochs}${warmup ? " (warm-up: alphas rest)" : ""}`;

  return {
    progress: {
      start(work) {
        // Epochs come with steps of their own; other work (a download, an evaluation) has only its name.
        if (/^epoch /.test(work)) return;
        title = work;
        if (due()) draw();
      },
      update() {},
      stop() {
        if (!last || last.step >= last.stepsPerEpoch) return;
        title = `Stopped in epoch ${last.epoch + 1} after step ${last.step} of ${last.stepsPerEpoch}. Run the cell again to go on.`;
        draw();
      },
    },
    onStart(record) {
      record.epochs.forEach(followEpoch);
      if (record.epochs.length === 0) return;
      if (record.status === "finished") {
        stored = record;
        title = `Finished: ${epochsText(epochsDone)}, read from the record; nothing was trained now`;
      } else if (onlyRead) {
        stored = record;
        title = `Search: ${record.status}, ${epochsDone} of ${epochsText(config.epochs)} done`;
      } else title = `Going on: ${epochsDone} of ${epochsText(config.epochs)} were done before`;
      draw();
    },
    onStep(moment) {
      const done = moment.epoch * moment.stepsPerEpoch + moment.step;
      meter ??= progressMeter(config.epochs * moment.stepsPerEpoch, now);
      meter.update(done);
      const before = last;
      last = moment;
      const drawn = due();
      const from = before?.epoch === moment.epoch && before.step < moment.step ? before : undefined;
      const first = moment.epoch + (from?.step ?? 0) / moment.stepsPerEpoch;
      follow(first, done / moment.stepsPerEpoch, since(moment, from), drawn);
      if (!drawn) return;
      const started = now();
      title = `${name(moment)}, step ${moment.step} of ${moment.stepsPerEpoch}`;
      const at = done / moment.stepsPerEpoch;
      read(moment.alphas(), moment.epoch, at);
      draw(started);
    },
    onEpoch(record) {
      const epoch = record.epochs.at(-1);
      if (!epoch) return;
      followEpoch(epoch);
      const at = epoch.epoch + 1;
      const finished = at >= config.epochs || record.chosen !== null;
      title = finished ? `Finished: ${epochsText(at)}` : `Epoch ${at} of ${config.epochs} done`;
      if (finished || due()) draw();
    },
  };
}

/** Means of some steps. */
interface Stretch {
  readonly weightLoss: number;
  readonly accuracy: number;
  readonly alphaLoss: number | null;
}

/** The means over the steps between two moments of one epoch, whose own means are over the epoch's steps so far. */
function since(moment: SearchMoment, from: SearchMoment | undefined): Stretch {
  const mean = (now: number, before: number | null | undefined) =>
    from ? (now * moment.step - (before ?? 0) * from.step) / (moment.step - from.step) : now;
  return {
    weightLoss: mean(moment.weightLoss, from?.weightLoss),
    accuracy: mean(moment.weightAccuracy, from?.weightAccuracy),
    alphaLoss: moment.alphaLoss === null ? null : mean(moment.alphaLoss, from?.alphaLoss),
  };
}

function epochsText(count: number): string {
  return count === 1 ? "1 epoch" : `${count} epochs`;
}

/** A growing line that keeps a bounded number of points: when it is full, every second one goes. */
function line(): { add(x: number, y: number): void; points(): DashboardPoint[] } {
  let points: DashboardPoint[] = [];
  return {
    add(x, y) {
      // A search that goes back to an earlier epoch draws over what it undid.
      points = points.filter(([earlier]) => earlier < x);
      points.push([x, y]);
      if (points.length > mostPoints)
        points = points.filter((_, i) => i % 2 === 0 || i === points.length - 1);
    },
    points: () => points,
  };
}
