import type { Progress } from "../../util/progress";

/** What a job's process tells the process that started it. */
export interface JobMessage {
  readonly kind: "bars.job-progress";
  /** What is being done, e.g. `epoch 3/10`. */
  readonly title: string;
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  readonly figures: Readonly<Record<string, string>>;
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
  let work: JobMessage = { kind: "bars.job-progress", title: "", done: 0, total: 0, unit: "", figures: {} };
  let sentAt = 0;
  const put = (changes: Partial<JobMessage>, always: boolean) => {
    work = { ...work, ...changes };
    if (!always && now() - sentAt < interval) return;
    sentAt = now();
    send(work);
  };
  return {
    start: (title, total, unit) => put({ title, total, unit, done: 0, figures: {} }, true),
    update: (done, figures = {}) => put({ done, figures }, false),
    stop() {},
  };
}

/** Reports to both. */
export function bothProgress(a: Progress, b: Progress): Progress {
  return {
    start(title, total, unit) {
      a.start(title, total, unit);
      b.start(title, total, unit);
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
