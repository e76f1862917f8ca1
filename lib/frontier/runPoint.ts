import type { ComparedMeasure } from "../cost/cost";
/** What a frontier needs of one trained network. Plain data; made from a record by `runPointOf`. */
export interface RunPoint {
  /** Where it was read, for messages. */
  readonly place: string;
  /** Hash of the run (its settings and model): the same run is never counted twice. */
  readonly run: string;
  /** What the model is called, e.g. `bars-2M`. */
  readonly name: string;
  /** How its architecture came about: `search`, `random`, `evolution`, `by hand`, or a baseline's family and block. */
  readonly method: string;
  /** Hash of what the network computes; runs that differ in the seed alone share it. */
  readonly model: string;
  /** Hash of the training settings without the seed. */
  readonly recipe: string;
  readonly seed: number;
  readonly flops: number;
  readonly bops: number;
  readonly ops: number;
  /** BOPs of operations that nothing feeds, which the network was trained with and its costs leave out. */
  readonly unfedBops?: number | undefined;
  /** Milliseconds of one image by a table of measured layers; only where one is in use (`useLatencyTable`). */
  readonly latency?: number | undefined;
  /** Share in [0, 1] of the test images. */
  readonly accuracy: number;
  /** What was tested on, e.g. `CIFAR-10, 9,980 exact test images`: only equal ones compare. */
  readonly testSet: string;
  /** Of the data set; `1 / classes` is what guessing gives. */
  readonly classes: number;
}

/** What a run costs in a measure. Every run of a frontier over latency has one (`frontier` sees to it). */
export function costOfRun(run: RunPoint, measure: ComparedMeasure): number {
  return measure === "latency" ? (run.latency ?? Number.NaN) : run[measure];
}
