import { counted } from "../util/counted";
import { clockText } from "../util/progressMeter";
import type { ProgressStream } from "../util/progressSinks";
import type { JobMessage } from "./jobMessages";
import type { SweepEvent } from "./runSweep";
import type { SweepJob } from "./sweepJob";

/** Shows how a whole sweep goes. */
export interface SweepView {
  see(event: SweepEvent): void;
  close(): void;
}

interface Running {
  readonly job: SweepJob;
  readonly since: number;
  readonly message: JobMessage | null;
  /** Share of the job that was done when it began here, as a job that is resumed says first. */
  readonly first: number | null;
}

/** What there is to show of a sweep at a moment. */
interface Moment {
  readonly total: number;
  finished: number;
  /** Finished before this run began, or by others. */
  earlier: number;
  failed: number;
  interrupted: number;
  /** Jobs done in this run, parts of resumed ones counted as parts. */
  made: number;
  readonly elsewhere: Map<SweepJob, string>;
  readonly running: Map<SweepJob, Running>;
}

/**
 * On a terminal, a block that changes in place: a line for the whole sweep and one for each running job. Elsewhere (a
 * log file, a pipe) a line for everything that happens, and every half minute one line for each running job. What
 * happened stays above the block.
 */
export function sweepView(total: number, stream: ProgressStream, now: () => number = Date.now): SweepView {
  const moment: Moment = {
    total,
    finished: 0,
    earlier: 0,
    failed: 0,
    interrupted: 0,
    made: 0,
    elsewhere: new Map(),
    running: new Map(),
  };
  const begun = now();
  const block = stream.isTTY ? paintedBlock(stream) : null;
  let shownAt = begun;
  const refresh = (always: boolean) => {
    const interval = block ? 250 : 30_000;
    if (!always && now() - shownAt < interval) return;
    if (!block && moment.running.size === 0) return;
    shownAt = now();
    const lines = [
      totalLine(moment, begun, now()),
      ...[...moment.running.values()].map((one) => jobLine(one, now())),
    ];
    if (block) block.paint(lines);
    else stream.write(`${lines.join("\n")}\n`);
  };
  return {
    see(event) {
      const line = apply(moment, event, now());
      if (line !== null) {
        block?.clear();
        stream.write(`${line}\n`);
      }
      refresh(line !== null && block !== null);
    },
    close() {
      block?.clear();
      stream.write(`${totalLine(moment, begun, now())}\n`);
    },
  };
}

/** Takes an event into account; a line for what should stay on record, else null. */
function apply(moment: Moment, event: SweepEvent, at: number): string | null {
  const { job } = event;
  const ran = moment.running.get(job);
  const took = ran ? ` after ${clockText((at - ran.since) / 1000)}` : "";
  if (event.type !== "progress") {
    moment.running.delete(job);
    if (event.type !== "elsewhere") moment.elsewhere.delete(job);
  }
  switch (event.type) {
    case "started":
      moment.running.set(job, { job, since: at, message: null, first: null });
      return `started      ${job.name} (pid ${event.pid})`;
    case "progress":
      if (ran)
        moment.running.set(job, { ...ran, message: event.message, first: ran.first ?? event.message.job });
      return null;
    case "finished":
      moment.finished += 1;
      if (event.here) moment.made += 1 - (ran?.first ?? 0);
      if (!event.here) moment.earlier += 1;
      return event.here ? `finished     ${job.name}${took}` : null;
    case "failed":
      moment.failed += 1;
      return `failed       ${job.name}${event.here ? took : " (earlier)"}: ${event.detail}`;
    case "interrupted":
      moment.interrupted += 1;
      return `interrupted  ${job.name}${took}, saved`;
    case "elsewhere":
      moment.elsewhere.set(job, event.owner);
      return `elsewhere    ${job.name} (${event.owner})`;
    default:
      return event satisfies never;
  }
}

function totalLine(moment: Moment, begun: number, at: number): string {
  const { total, finished, earlier, failed, interrupted, elsewhere, running } = moment;
  const parts = [
    `${finished}/${counted(total, "job")} finished`,
    earlier > 0 ? `${earlier} of them earlier` : "",
    failed > 0 ? `${failed} failed` : "",
    interrupted > 0 ? `${interrupted} interrupted` : "",
    running.size > 0 ? `${running.size} running` : "",
    elsewhere.size > 0 ? `${elsewhere.size} elsewhere` : "",
  ];
  const left = secondsLeft(moment, (at - begun) / 1000);
  const until = left === null ? "" : `, about ${clockText(left)} left`;
  return `${parts.filter(Boolean).join(", ")}; ${clockText((at - begun) / 1000)}${until}`;
}

/**
 * Seconds until this run has done what it has to do, at the rate of all its jobs so far; null before anything is done and
 * when nothing is left. Jobs count alike.
 */
function secondsLeft(moment: Moment, seconds: number): number | null {
  const { total, finished, failed, interrupted, elsewhere, running, made } = moment;
  const shares = [...running.values()].map(({ message, first }) => ({
    now: message?.job ?? 0,
    here: (message?.job ?? 0) - (first ?? 0),
  }));
  const done = made + shares.reduce((sum, { here }) => sum + here, 0);
  const open = total - finished - failed - interrupted - elsewhere.size;
  const left = open - shares.reduce((sum, { now }) => sum + now, 0);
  return done > 0 && seconds > 0 && left > 0 ? (left * seconds) / done : null;
}

function jobLine({ job, since, message, first }: Running, at: number): string {
  const seconds = (at - since) / 1000;
  const here = (message?.job ?? 0) - (first ?? 0);
  const left = here > 0 ? `, about ${clockText(((1 - (message?.job ?? 0)) / here) * seconds)} left` : "";
  const time = `${clockText(seconds)}${left}`;
  if (message === null || message.total === 0) return `  ${job.name}  ${time}`;
  const { title, done, total, unit, figures } = message;
  const percent = `${Math.floor((100 * done) / total)}%`;
  const numbers = Object.entries(figures)
    .map(([name, value]) => `, ${name} ${value}`)
    .join("");
  return `  ${job.name}  ${time}  ${title} ${percent} of ${total} ${unit}${numbers}`;
}

/** Lines that are written over the ones before, cut to the width of the terminal so that none wraps. */
function paintedBlock(stream: ProgressStream): { paint(lines: readonly string[]): void; clear(): void } {
  let height = 0;
  const clear = () => {
    if (height > 0) stream.write(`\u001b[${height}A\u001b[0J`);
    height = 0;
  };
  return {
    paint(lines) {
      clear();
      const width = (stream as { columns?: number }).columns ?? 80;
      for (const line of lines)
        stream.write(`${line.length > width - 1 ? `${line.slice(0, width - 2)}…` : line}\n`);
      height = lines.length;
    },
    clear,
  };
}
