import {
  computePending,
  isSameStep,
  recordStep,
  recordsSteps,
  replayStep,
  type StepRecording,
  type tf,
} from "../backend";
import type { RandomKey } from "../random/randomKey";
import { isSameDraw, redrawn } from "../random/redrawn";
import { type Draw, traceDraws } from "../random/tracedDraws";

/** One step of a loop, as {@link StepReplay} runs it. */
export interface ReplayedStep<Names extends Readonly<Record<string, tf.Tensor>>> {
  /** What decides which operations the step has and which numbers are in them: settings, steepness, rates. */
  readonly identity: readonly unknown[];
  /** Tensors that change from step to step: the batch, and the values of all variables that the step reads. */
  readonly given: readonly tf.Tensor[];
  /** What the step draws from. */
  readonly key: RandomKey;
  /** Computes the step without changing anything: all that it makes and keeps is in what it gives. */
  compute(): Names;
}

/** Recorded, with the names of its results and where its noise comes from. */
interface Recorded {
  readonly names: readonly string[];
  readonly recording: StepRecording;
  readonly draws: ReadonlyMap<unknown, Draw>;
}

/** Recordings in a row that may differ before a step is called each time. */
const patience = 3;

/**
 * Runs the steps of a loop. Where the engine compiles whole steps, calling thousands of operations only to find a graph that
 * is there already costs more than small graphs take. So a step is called twice; if both times it was the same calls on values
 * of the same origin, the graph is from then on run directly: with the batch and the variables of the step, and its noise
 * drawn anew from its key. The numbers are those of a call, bit by bit.
 *
 * A step is called each time where it reads values, where it draws and then does anything but hand the numbers over, where it
 * keeps what it does not give, and where two calls differed. It is recorded anew when its `identity` changes.
 */
export class StepReplay {
  #identity: readonly unknown[] = [];
  #last: Recorded | null = null;
  #proven = false;
  #misses = 0;
  /** Why the last step was not recorded for replaying; null where it was. */
  reason: string | null = null;

  run<Names extends Readonly<Record<string, tf.Tensor>>>(step: ReplayedStep<Names>): Names {
    if (!recordsSteps()) return step.compute();
    if (!isSameIdentity(step.identity, this.#identity)) {
      this.forget();
      this.#identity = step.identity;
    }
    if (this.#misses >= patience) return calledStep(step.compute);
    return this.#replayed(step) ?? this.#recorded(step);
  }

  /** Calls the next step, whatever was recorded. */
  forget(): void {
    this.#last = null;
    this.#proven = false;
    this.#misses = 0;
    this.reason = null;
  }

  #replayed<Names extends Readonly<Record<string, tf.Tensor>>>(step: ReplayedStep<Names>): Names | undefined {
    if (!this.#last || !this.#proven) return undefined;
    const { recording, draws, names } = this.#last;
    const results = replayStep(recording, step.given, (array) => {
      const draw = draws.get(array);
      return draw && numbersOf(draw, step.key);
    });
    if (results) return named(names, results) as Names;
    this.#last = null;
    this.#proven = false;
    return undefined;
  }

  #recorded<Names extends Readonly<Record<string, tf.Tensor>>>(step: ReplayedStep<Names>): Names {
    let value: Names | undefined;
    const traced = traceDraws(step.key, () =>
      recordStep(step.given, () => {
        value = step.compute();
        return Object.values(value);
      }),
    );
    const { recording } = traced.value;
    const made = value as Names;
    this.reason = typeof recording === "string" ? recording : drawnOtherwise(recording, traced.draws);
    if (this.reason !== null || typeof recording === "string") {
      this.#last = null;
      this.#misses++;
      return made;
    }
    const fresh: Recorded = { names: Object.keys(made), recording, draws: traced.draws };
    if (this.#last) {
      this.#proven = isSame(this.#last, fresh);
      if (!this.#proven) {
        this.reason = "two calls of it differ";
        this.#misses++;
      }
    }
    this.#last = fresh;
    return made;
  }
}

/**
 * Calls a step and begins to compute it: as a graph of its own, which a replayed step is, too. What comes before and after would be
 * in its graph otherwise, and updates of optimizers are not among what runs as stages.
 */
export function calledStep<Results>(compute: () => Results): Results {
  computePending();
  const results = compute();
  computePending();
  return results;
}

function isSameIdentity(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}

function numbersOf(draw: Draw, key: RandomKey): Float32Array | Int32Array {
  const numbers = redrawn(draw, key);
  return numbers instanceof Float32Array ? numbers : Int32Array.from(numbers);
}

/** Why noise of a step cannot be drawn anew: every draw must be handed to the engine as it is, and come from the step's key. */
function drawnOtherwise(recording: StepRecording, draws: ReadonlyMap<unknown, Draw>): string | null {
  const handed = new Set<unknown>();
  for (const source of [...recording.sources, ...recording.results])
    if (source.kind === "upload" || source.kind === "constant") handed.add(source.array);
  for (const [array, { path }] of draws) {
    if (path === null) return "it draws from a key that is not its own";
    if (!handed.has(array)) return "it draws numbers and uses them itself";
  }
  return null;
}

function isSame(a: Recorded, b: Recorded): boolean {
  if (a.names.join() !== b.names.join()) return false;
  return isSameStep(a.recording, b.recording, (x, y) => {
    const [before, after] = [a.draws.get(x), b.draws.get(y)];
    if (!before && !after) return undefined;
    return before !== undefined && after !== undefined && isSameDraw(before, after);
  });
}

function named(names: readonly string[], tensors: readonly tf.Tensor[]): Record<string, tf.Tensor> {
  return Object.fromEntries(names.map((name, i) => [name, tensors[i] as tf.Tensor]));
}
