import { type Progress, type WholeWork, wholeShare } from "../util/progress";

/** What a job's process tells the process that started it. */
export interface JobMessage {
  readonly kind: "bars.job-progress";
  /** What is being done, e.g. `epoch 3/10`. */
  readonly title: string;
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  readonly figures: Readonly<Record<string, string>>;
  /** Share of the whole job that is done, in [0, 1]; null before it is known. */
  readonly job: number | null;
}

export function isJobMessage(value: unknown): value is JobMessage {
  return (value as Partial<JobMessage> | null)?.kind === "bars.job-progress";
}

/** Sends progress as messages, at most one in `interval` milliseconds apart from beginnings. */
export function messageProgress(
  send: (message: JobMessage) => void,
  interval = 500,
  now: () => number = Date.now,
): Progress {
  const nothing = { title: "", done: 0, total: 0, unit: "", figures: {}, job: null };
  let work: JobMessage = { kind: "bars.job-progress", ...nothing };
  let within: WholeWork | undefined;
  let sentAt = 0;
  const put = (changes: Partial<JobMessage>, always: boolean) => {
    work = { ...work, ...changes };
    if (!always && now() - sentAt < interval) return;
    sentAt = now();
    send(work);
  };
  /** A piece that belongs to no whole, such as a download, leaves the job where it was. */
  const job = (share: number) => (within ? { job: wholeShare(within, share) } : {});
  return {
    start(title, total, unit, whole) {
      within = whole;
      put({ title, total, unit, done: 0, figures: {}, ...job(0) }, true);
    },
    update: (done, figures = {}) =>
      put({ done, figures, ...job(work.total > 0 ? done / work.total : 1) }, false),
    stop() {},
  };
}

/** Reports to both. */
export function bothProgress(a: Progress, b: Progress): Progress {
  return {
    start(title, total, unit, whole) {
      a.start(title, total, unit, whole);
      b.start(title, total, unit, whole);
    },
    update(done, figures) {
      a.update(done, figures);
      b.update(done, figures);
    },
    stop(summary) {
      a.stop(summary);
      b.stop(summary);
    },
  };
}
