import { SingleBar } from "cli-progress";
import { watchOutput } from "./closedOutput";
import { unitOf } from "./counted";
import { type NotebookDisplay, notebookKernel } from "./notebookKernel";
import type { Progress } from "./progress";
import { barText, clockText, type ProgressMeter, progressMeter, rateText } from "./progressMeter";
import { type WholeMeter, wholeMeter } from "./wholeMeter";

type Figures = Readonly<Record<string, string>>;

/** A text stream, and whether someone watches it who can see a line change. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** Where and when a sink shows; what is left out is the process itself. */
export interface ProgressSettings {
  readonly stream?: ProgressStream & NodeJS.WritableStream;
  /** Milliseconds. */
  readonly now?: () => number;
}

/** Milliseconds between two changes of a display, and between two lines of a log. */
const displayInterval = 250;
const lineInterval = 5000;

/**
 * The sink that suits where the process runs: an output entry that changes in place inside a notebook kernel, a
 * bar on a terminal, and otherwise (a log file, a pipe) a line every five seconds. All show rate and time left, of
 * the piece and of all the work. What cannot be written, because the reader has gone or the disk is full, is dropped: the
 * work goes on.
 *
 * @example
 * ```ts
 * const config = bars.config.dataConfig({ dataset: "synthetic", trainImages: 20, testImages: 10 });
 * const { info } = await bars.loadData(config, bars.randomKey(0), bars.openProgress());
 * console.log(info.name); // synthetic
 * ```
 */
export function openProgress(settings: ProgressSettings = {}): Progress {
  const { stream = process.stderr, now = Date.now } = settings;
  const kernel = notebookKernel();
  if (kernel) return displayProgress(() => kernel.newDisplay(), now);
  watchOutput([stream as NodeJS.WriteStream]);
  return stream.isTTY ? terminalProgress(stream) : lineProgress(stream, now);
}

/** One display per piece of work, changed at most four times a second. */
export function displayProgress(newDisplay: () => NotebookDisplay, now: () => number = Date.now): Progress {
  let display: NotebookDisplay | undefined;
  const show = (text: string) => {
    unlessLost(() => {
      display ??= newDisplay();
      display.raw("text/plain", text);
    });
  };
  const begin = () => {
    display = undefined;
  };
  return textProgress({
    show,
    begin,
    now,
    interval: displayInterval,
    text: (work) => `${barText(work.share)} ${statusText(work)}`,
  });
}

/** Lines: one at the start, one at the end, and between them one at most every five seconds. */
export function lineProgress(stream: ProgressStream, now: () => number = Date.now): Progress {
  const show = (text: string) => {
    unlessLost(() => stream.write(`${text}\n`));
  };
  return textProgress({ show, begin() {}, now, interval: lineInterval, text: statusText });
}

/** A bar on a terminal, drawn by cli-progress. */
export function terminalProgress(stream: NodeJS.WritableStream): Progress {
  let bar: SingleBar | undefined;
  let meter: ProgressMeter | undefined;
  let title = "";
  let size = 0;
  const whole = wholeMeter(Date.now);
  const payload = (figures: Figures) => ({
    title,
    rate: rateText(meter?.rate() ?? 0),
    left: `${clockText(meter?.remainingSeconds())} left${wholeText(whole)}`,
    figures: figuresText(figures),
  });
  const close = () => {
    unlessLost(() => bar?.stop());
    bar = undefined;
  };
  return {
    start(name, total, unit, within) {
      close();
      title = name;
      size = total;
      whole.begin(within);
      meter = progressMeter(total, Date.now);
      const format = `{title} {bar} {percentage}% {value}/{total} ${unitOf(total, unit)}, {rate} ${unit}/s, {left}{figures}`;
      const look = {
        format,
        barCompleteChar: "█",
        barIncompleteChar: "░",
        barsize: 24,
        fps: 4,
        stream,
        clearOnComplete: false,
      };
      bar = new SingleBar({ ...look, hideCursor: true, linewrap: false, gracefulExit: false });
      unlessLost(() => bar?.start(total, 0, payload({})));
    },
    update(done, figures = {}) {
      meter?.update(done);
      whole.update(size > 0 ? done / size : 1);
      unlessLost(() => bar?.update(done, payload(figures)));
    },
    stop(summary) {
      const open = bar !== undefined;
      close();
      if (open && summary) unlessLost(() => stream.write(`${summary}\n`));
    },
  };
}

/** Shows something, or loses it: progress never ends the work it tells of. */
function unlessLost(show: () => unknown): void {
  try {
    show();
  } catch {
    // The stream or the notebook's front end has gone.
  }
}

/** A moment of a piece of work. */
interface Work {
  readonly title: string;
  readonly total: number;
  readonly unit: string;
  readonly share: number;
  readonly meter: ProgressMeter;
  readonly whole: WholeMeter;
  readonly figures: Figures;
}

interface TextSettings {
  readonly show: (text: string) => void;
  /** Called before the first text of each piece of work. */
  readonly begin: () => void;
  readonly now: () => number;
  readonly interval: number;
  readonly text: (work: Work) => string;
}

function textProgress({ show, begin, now, interval, text }: TextSettings): Progress {
  let work: Work | undefined;
  let shownAt = 0;
  const whole = wholeMeter(now);
  return {
    start(title, total, unit, within) {
      begin();
      whole.begin(within);
      work = { title, total, unit, share: 0, meter: progressMeter(total, now), whole, figures: {} };
      shownAt = now();
      show(`${title}: ${total} ${unitOf(total, unit)}`);
    },
    update(done, figures = {}) {
      if (!work) return;
      work.meter.update(done);
      work = { ...work, figures, share: work.total > 0 ? done / work.total : 1 };
      whole.update(work.share);
      if (now() - shownAt < interval) return;
      shownAt = now();
      show(text(work));
    },
    stop(summary) {
      if (!work) return;
      const { title, meter, unit, total, figures } = work;
      show(
        summary ??
          `${title}: ${meter.done}/${total} ${unitOf(total, unit)} in ${clockText(meter.elapsedSeconds())}${figuresText(figures)}`,
      );
      work = undefined;
    },
  };
}

function statusText({ title, total, unit, share, meter, whole, figures }: Work): string {
  const percent = `${Math.floor(100 * share)}%`;
  const pace = `${rateText(meter.rate())} ${unit}/s, ${clockText(meter.remainingSeconds())} left${wholeText(whole)}`;
  return `${title}: ${percent} ${meter.done}/${total} ${unitOf(total, unit)}, ${pace}${figuresText(figures)}`;
}

/** `, search 12:30 left`: of all the work that this piece belongs to. */
function wholeText(whole: WholeMeter): string {
  const left = whole.remaining();
  return left === undefined ? "" : `, ${left.name} ${clockText(left.seconds)} left`;
}

function figuresText(figures: Figures): string {
  return Object.entries(figures)
    .map(([name, value]) => `, ${name} ${value}`)
    .join("");
}
