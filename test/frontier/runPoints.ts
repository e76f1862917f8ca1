import type { RunPoint } from "../../lib/frontier/runPoint";

let made = 0;

/** A run of a made-up network; every one is another run unless `run` says otherwise. */
export function runPoint(changes: Partial<RunPoint> = {}): RunPoint {
  made += 1;
  const name = changes.name ?? "net";
  return {
    place: `runs/${name}-s${changes.seed ?? 0}/record.json`,
    run: `run${made}`,
    name,
    method: "search",
    model: `model of ${name}`,
    recipe: "11112222333344445555",
    seed: 0,
    flops: 1e5,
    bops: 1e6,
    ops: 1e5 + 1e6 / 64,
    accuracy: 0.5,
    testSet: "made-up images",
    classes: 10,
    ...changes,
  };
}

/** The same network trained with seeds 0, 1, …, one for each accuracy. */
export function seedsOf(accuracies: readonly number[], changes: Partial<RunPoint> = {}): RunPoint[] {
  return accuracies.map((accuracy, seed) => runPoint({ ...changes, seed, accuracy }));
}
