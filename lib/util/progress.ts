/**
 * Where a long piece of work reports how far it is. The work calls `update` often; a sink decides what to
 * show. Sinks: `lib/util/progressSinks.ts`.
 */
export interface Progress {
  /**
   * Begins a named piece of work of `total` units ("batches", "MB").
   *
   * @param whole where the piece lies in a longer work, so that the time left of all of it can be shown.
   */
  start(title: string, total: number, unit: string, whole?: WholeWork): void;
  /** `done` units so far, and a few figures worth showing, e.g. `{ loss: "1.234" }`. */
  update(done: number, figures?: Readonly<Record<string, string>>): void;
  /** Ends the piece of work. `summary` replaces the bar where there is one. */
  stop(summary?: string): void;
}

/** Where a piece of work lies in a longer one, in the longer one's own measure of work: passes of an image, jobs. */
export interface WholeWork {
  /** E.g. "search". */
  readonly name: string;
  /** Work before this piece. */
  readonly before: number;
  /** Work of this piece. */
  readonly own: number;
  readonly total: number;
}

/** Shows nothing. */
export const silentProgress: Progress = Object.freeze({ start() {}, update() {}, stop() {} });

/** The share of the longer work that is done when `share` of the piece is, in [0, 1]. */
export function wholeShare({ before, own, total }: WholeWork, share: number): number {
  return total > 0 ? Math.min(1, Math.max(0, (before + own * share) / total)) : 1;
}

/**
 * Reports a work that is itself a part of a longer one, e.g. one training of an evolution. What has no whole of its own
 * (a download) is passed on as it is.
 */
export function partOf(progress: Progress, outer: WholeWork): Progress {
  return {
    start(title, total, unit, inner) {
      if (inner === undefined) return progress.start(title, total, unit);
      const scale = inner.total > 0 ? outer.own / inner.total : 0;
      const before = outer.before + inner.before * scale;
      progress.start(title, total, unit, { ...outer, before, own: inner.own * scale });
    },
    update: (done, figures) => progress.update(done, figures),
    stop: (summary) => progress.stop(summary),
  };
}
