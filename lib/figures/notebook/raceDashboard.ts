import type { RaceRecord } from "../../records/raceRecord";
import { notebookKernel } from "../../util/notebookKernel";
import type { Progress, WholeWork } from "../../util/progress";
import { type ProgressMeter, progressMeter } from "../../util/progressMeter";
import { openProgress } from "../../util/progressSinks";
import { svgToPng } from "../export/svgToPng";
import { raceDashboardSize, raceDashboardSvg, raceDashboardText } from "./raceDashboardSvg";

/** What a race tells while it runs: settings for `race`. */
export interface RaceDashboard {
  readonly progress: Progress;
  readonly onChange?: (record: RaceRecord) => void;
}

/** Milliseconds between two pictures at least, and the share of the time that drawing may take at most. */
const leastInterval = 1000;
const drawingShare = 0.05;

/**
 * A live view of a running race in one cell of a notebook: progress with time left, the ladder of rungs, the losses of the
 * first and the accuracies of the later ones, the best so far. A race that goes on shows what it had before its stop.
 *
 * `await bars.experiments.race(config, { directory, ...bars.figures.raceDashboard() })`
 *
 * The picture changes in place, at most once a second and so seldom that drawing takes at most 5 % of the time. Outside a
 * notebook it is the usual progress line.
 *
 * @example
 * ```ts
 * const { progress } = bars.figures.raceDashboard();
 * console.log(typeof progress.update); // function
 * ```
 */
export function raceDashboard(): RaceDashboard {
  const kernel = notebookKernel();
  if (!kernel) return { progress: openProgress() };
  const write = kernel.newEntry();
  const { width, height } = raceDashboardSize;
  return drawnRaceDashboard((svg, text) => {
    const png = svgToPng(svg, 1.5);
    write({ "image/png": png, "text/plain": text }, { width, height, alt: text });
  });
}

/** The dashboard with its ways out given: a place for the picture, and a clock in milliseconds. */
export function drawnRaceDashboard(
  show: (svg: string, text: string) => void,
  now: () => number = Date.now,
): Required<RaceDashboard> {
  let record: RaceRecord | null = null;
  let title = "Race";
  let whole: WholeWork | undefined;
  let share = 0;
  let meter: ProgressMeter | undefined;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let interval = leastInterval;
  const draw = (always: boolean) => {
    const started = now();
    if (!always && started - drawnAt < interval) return;
    const view = {
      ...{ title, share, record },
      remainingSeconds: meter?.remainingSeconds(),
      elapsedSeconds: record?.seconds ?? meter?.elapsedSeconds() ?? 0,
    };
    show(raceDashboardSvg(view), raceDashboardText(view));
    drawnAt = now();
    interval = Math.max(leastInterval, (drawnAt - started) / drawingShare);
  };
  return {
    progress: {
      start(name, total, _unit, within) {
        title = name.charAt(0).toUpperCase() + name.slice(1);
        whole = within;
        if (within) {
          meter ??= progressMeter(within.total, now);
          share = within.before / Math.max(1, within.total);
        }
        void total;
        draw(true);
      },
      update(done) {
        if (whole === undefined) return;
        meter?.update(whole.before + done);
        share = (whole.before + done) / Math.max(1, whole.total);
        draw(false);
      },
      stop() {
        if (record?.status === "running") draw(true);
      },
    },
    onChange(changed) {
      record = changed;
      const { status, statusDetail, winner } = changed;
      const ended = status !== "running";
      if (status === "finished") {
        title = `Finished: network ${winner} won`;
        share = 1;
      } else if (ended) title = `${status}: ${statusDetail}. Run the cell again to go on.`;
      draw(ended);
    },
  };
}
