import { resolve } from "node:path";
import { epochNumber } from "../util/epochNumber";
import { ConfigError, DivergenceError, InterruptedError } from "../util/errors";
import { ownFolder } from "../util/folderOwner";
import { oneAtATime } from "../util/oneAtATime";
import { showValue } from "../util/showValue";
import type { StoredTensor } from "../util/tensorFile";

/**
 * Runs in the folder of some options, one after the other in this process and as its only owner among all.
 * @param place "search".
 * @throws ConfigError where plain JavaScript gave no folder.
 */
export async function inFolder<T>(
  options: { readonly directory: string },
  place: string,
  work: () => Promise<T>,
): Promise<T> {
  const directory: unknown = (options as typeof options | undefined)?.directory;
  if (typeof directory !== "string" || directory === "")
    throw new ConfigError(
      `${place}: options.directory must be the folder of the run, got ${directory === undefined ? "none" : showValue(directory)}. Give one, as { directory: "runs/a" }.`,
    );
  return oneAtATime(resolve(directory), () => ownFolder(directory, place, work));
}

/** What all records of runs say of where the run stands. */
interface Standing {
  readonly status: string;
  readonly statusDetail: string | null;
  readonly updatedAt: string;
}

/** The record of a run in progress: what it says now, and the file that says it. */
export class KeptRun<R extends Standing> {
  #record: R;

  /** @param place what runs, for messages: "search". */
  constructor(
    readonly place: string,
    start: R,
    readonly write: (record: R) => void,
  ) {
    this.#record = start;
  }

  get record(): R {
    return this.#record;
  }

  /** Changes the record, and writes it unless `written` is false. */
  put(changes: Partial<Omit<R, "updatedAt">>, written = true): void {
    this.#record = { ...this.#record, ...changes, updatedAt: new Date().toISOString() };
    if (written) this.write(this.#record);
  }

  /** Says in the record where the run was stopped, when everything is saved. @returns the error to throw. */
  interrupted(detail: string): InterruptedError {
    this.put({ status: "interrupted", statusDetail: detail } as Partial<R>);
    return new InterruptedError(
      `${this.place}: ${detail}; everything is saved. Run the same command again to go on.`,
    );
  }

  /** Runs a part of the run; a divergence is put into the record on its way out. */
  async watched<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof DivergenceError)
        this.put({ status: "diverged", statusDetail: error.message } as Partial<R>);
      throw error;
    }
  }
}

/** Where a loop over steps was stopped. @param epoch counted from 0. @param step steps taken in it. */
export function stoppedAt({ epoch, step }: { readonly epoch: number; readonly step: number }): string {
  return `stopped in epoch ${epochNumber(epoch)} after step ${step}`;
}

/**
 * @param what "search: the weight loss".
 * @param when "in epoch 3, step 4", where it is not at a step.
 * @throws DivergenceError if a loss is not a finite number.
 */
export function checkFiniteLoss(
  value: number,
  what: string,
  when: string | { epoch: number; step: number },
): void {
  if (Number.isFinite(value)) return;
  const at = typeof when === "string" ? when : `in epoch ${epochNumber(when.epoch)}, step ${when.step + 1}`;
  throw new DivergenceError(
    `${what} became ${value} ${at}. What was saved of earlier epochs is kept; lower the learning rate or clip gradients, in another folder.`,
  );
}

/**
 * @param run "search" or "train".
 * @param when "in epoch 3", where it is not after a step.
 * @throws DivergenceError if a number of a state is not finite: it must not replace a good one.
 */
export function checkFiniteTensors(
  run: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  when: string | { readonly epoch: number; readonly step: number },
): void {
  const at = typeof when === "string" ? when : `by step ${when.step} of epoch ${epochNumber(when.epoch)}`;
  for (const [name, { values }] of tensors) {
    const wrong = values.find((value: number) => !Number.isFinite(value));
    if (wrong !== undefined) checkFiniteLoss(wrong, `${run}: ${name}`, at);
  }
}
