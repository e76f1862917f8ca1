/**
 * Where a long piece of work reports how far it is. The work calls `update` often; a sink decides what to
 * show. Sinks: `lib/util/progressSinks.ts`.
 */
export interface Progress {
  /** Begins a named piece of work of `total` units ("batches", "MB"). */
  start(title: string, total: number, unit: string): void;
  /** `done` units so far, and a few figures worth showing, e.g. `{ loss: "1.234" }`. */
  update(done: number, figures?: Readonly<Record<string, string>>): void;
  /** Ends the piece of work. `summary` replaces the bar where there is one. */
  stop(summary?: string): void;
}

/** Shows nothing. */
export const silentProgress: Progress = Object.freeze({ start() {}, update() {}, stop() {} });
