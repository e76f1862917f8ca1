import { ops } from "../complexity/cost";
import { costTables } from "../complexity/costTables";
import { expectedCost } from "../complexity/expectedCost";
import { scheduleValue } from "../config/schedule";
import type { SearchConfig } from "../config/searchConfig";
import { samplerProbabilities } from "../derive/samplerProbabilities";
import type { SearchMoment } from "../run/searchMoment";
import type { SearchRecord } from "../run/searchRecord";
import type { Alphas } from "../space/alphas";
import { edgesOf } from "../space/edges";
import { notebookKernel } from "../util/notebookKernel";
import type { Progress } from "../util/progress";
import { type ProgressMeter, progressMeter } from "../util/progressMeter";
import { openProgress } from "../util/progressSinks";
import type { DashboardPoint } from "./dashboardPanel";
import { type DashboardView, dashboardSize, dashboardSvg, dashboardText } from "./dashboardSvg";
import { svgToPng } from "./svgToPng";

/** What a search tells while it runs: settings for `search`. */
export interface SearchDashboard {
  readonly progress: Progress;
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

/**
 * A live view of a running search in one cell of a notebook: progress with time left and speed, losses, the
 * probabilities as a heat map, and the expected cost against the budget.
 *
 * `await bars.search(config, { directory, ...bars.searchDashboard(config) })`
 *
 * The picture changes in place, at most once a second and so seldom that drawing takes at most 5 % of the time. The
 * saved notebook keeps the last one only (some 100 kB). Outside a notebook it is the usual progress line.
 */
export function searchDashboard(config: SearchConfig): SearchDashboard {
  const kernel = notebookKernel();
  if (!kernel) return { progress: openProgress() };
  const write = kernel.newEntry();
  const { width, height } = dashboardSize;
  return dashboard(config, (svg, text) => {
    const png = svgToPng(svg, 1.5);
    write({ "image/png": png, "text/plain": text }, { width, height, alt: text });
  });
}

/** The dashboard with its ways out given: a place for the picture, and a clock in milliseconds. */
export function dashboard(
  config: SearchConfig,
  show: ShowDrawing,
  now: () => number = Date.now,
): Required<SearchDashboard> {
  const tables = costTables(config.space, config.binarization);
  const { measure, budget } = config.cost;
  const lines = { weightLoss: line(), alphaLoss: line(), cost: line() };
  let meter: ProgressMeter | undefined;
  let last: SearchMoment | undefined;
  let probabilities: Alphas["cells"] = [];
  let resumed = true;
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
    probabilities = likely.cells;
    lines.cost.add(at, measure === "ops" ? ops(cost) : cost[measure]);
  };
  const draw = (started = now()) => {
    const steps = last ? last.stepsPerEpoch : 1;
    const view: DashboardView = {
      title,
      share: last ? (last.epoch * steps + last.step) / (config.epochs * steps) : 0,
      remainingSeconds: meter?.remainingSeconds(),
      elapsedSeconds: meter?.elapsedSeconds() ?? 0,
      imagesPerSecond: last?.imagesPerSecond ?? 0,
      epochs: config.epochs,
      weightLoss: lines.weightLoss.points(),
      alphaLoss: lines.alphaLoss.points(),
      accuracy: last?.weightAccuracy,
      cost: lines.cost.points(),
      budget,
      costName: measure === "ops" ? "OPs" : measure === "bops" ? "BOPs" : "FLOPs",
      probabilities,
      edges: edgesOf(config.space.steps).map(({ to, from }) => `edge${to}-${from}`),
      primitives: config.space.primitives,
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
    onStep(moment) {
      const done = moment.epoch * moment.stepsPerEpoch + moment.step;
      meter ??= progressMeter(config.epochs * moment.stepsPerEpoch, now);
      meter.update(done);
      last = moment;
      if (!due()) return;
      const started = now();
      title = `${name(moment)}, step ${moment.step} of ${moment.stepsPerEpoch}`;
      const at = done / moment.stepsPerEpoch;
      lines.weightLoss.add(at, moment.weightLoss);
      if (moment.alphaLoss !== null) lines.alphaLoss.add(at, moment.alphaLoss);
      read(moment.alphas(), moment.epoch, at);
      draw(started);
    },
    onEpoch(record) {
      const epoch = record.epochs.at(-1);
      if (!epoch) return;
      // A resumed search brings the epochs from before its stop.
      for (const each of resumed ? record.epochs : [epoch]) {
        lines.weightLoss.add(each.epoch + 1, each.weightLoss);
        if (each.alphaLoss) lines.alphaLoss.add(each.epoch + 1, each.alphaLoss.crossEntropy);
        read(each.alphas, each.epoch, each.epoch + 1);
      }
      resumed = false;
      const at = epoch.epoch + 1;
      const finished = at >= config.epochs || record.chosen !== null;
      title = finished ? `Finished: ${at} epochs` : `Epoch ${at} of ${config.epochs} done`;
      if (finished || due()) draw();
    },
  };
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
