import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, writeSync } from "node:fs";
import { join, resolve } from "node:path";
import type { RaceConfig } from "../config/raceConfig";
import { writeError } from "../util/atomicFile";
import {
  BackendError,
  BarsError,
  ConfigError,
  DataError,
  InterruptedError,
  RecordError,
} from "../util/errors";
import { makeFolders } from "../util/makeFolders";
import type { RaceOutcome, RaceTask, WorkerAbout } from "./raceTask";
import type { FromWorker, ToWorker } from "./workerMessages";
import type { WorkerEvent, WorkerPool } from "./workerPool";

export interface ProcessPoolOptions {
  readonly directory: string;
  readonly size: number;
  /** Asks every worker to save and stop. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: WorkerEvent) => void;
  /** Laid over the environment of every worker. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Deaths of workers on one task, or in a row before one was ready, after which it is not tried again. */
const mostDeaths = 3;

/** The command line's program; sources find the one that is compiled from them. */
const program = [resolve(__dirname, "../../bin/bars.cjs"), resolve(__dirname, "../bin/bars.cjs")].find(
  existsSync,
);

/**
 * Starts workers in processes of their own, each with one thread: several of them do more work in a time than one with
 * several threads, and numbers do not depend on how many there are.
 *
 * @throws BarsError of the worker's own kind where none gets ready: no data, no engine, a variant it does not know.
 */
export async function openProcessPool(config: RaceConfig, options: ProcessPoolOptions): Promise<WorkerPool> {
  const pool = new ProcessPool(config, options);
  try {
    return { size: options.size, about: await pool.ready(), run: pool.run, close: pool.close };
  } catch (error) {
    await pool.close();
    throw error;
  }
}

interface Waiting {
  readonly task: RaceTask;
  readonly onStep: (steps: number) => void;
  readonly done: (outcome: RaceOutcome) => void;
  readonly failed: (error: Error) => void;
  deaths: number;
}

interface Slot {
  readonly worker: number;
  readonly child: ChildProcess;
  readonly log: string;
  ready: boolean;
  work: Waiting | null;
  readonly ended: Promise<void>;
}

class ProcessPool {
  readonly #slots = new Map<number, Slot>();
  readonly #queue: Waiting[] = [];
  #closing = false;
  #failure: Error | null = null;
  #deathsBeforeReady = 0;
  #about: WorkerAbout | null = null;
  readonly #opened: {
    readonly promise: Promise<WorkerAbout>;
    done(about: WorkerAbout): void;
    failed(error: Error): void;
  };

  constructor(
    readonly config: RaceConfig,
    readonly options: ProcessPoolOptions,
  ) {
    let done: (about: WorkerAbout) => void = () => {};
    let failed: (error: Error) => void = () => {};
    const promise = new Promise<WorkerAbout>((resolved, rejected) => {
      done = resolved;
      failed = rejected;
    });
    promise.catch(() => {});
    this.#opened = { promise, done, failed };
    options.signal.addEventListener("abort", this.#stop);
    for (let worker = 0; worker < options.size; worker++) this.#start(worker);
    if (options.signal.aborted) this.#stop();
  }

  ready(): Promise<WorkerAbout> {
    return this.#opened.promise;
  }

  readonly run = (task: RaceTask, onStep: (steps: number) => void): Promise<RaceOutcome> =>
    new Promise((done, failed) => {
      if (this.#failure) return failed(this.#failure);
      this.#queue.push({ task, onStep, done, failed, deaths: 0 });
      this.#give();
    });

  readonly close = async (): Promise<void> => {
    this.#closing = true;
    this.options.signal.removeEventListener("abort", this.#stop);
    for (const slot of this.#slots.values()) this.#tell(slot, { type: "stop" });
    await Promise.all(
      [...this.#slots.values()].map(async (slot) => {
        // A worker that has nothing to do ends with its channel; one that works says first that it has saved.
        if (slot.work === null && slot.child.connected) slot.child.disconnect();
        const late = setTimeout(() => slot.child.kill("SIGKILL"), 30_000);
        await slot.ended;
        clearTimeout(late);
      }),
    );
  };

  readonly #stop = (): void => {
    for (const slot of this.#slots.values()) this.#tell(slot, { type: "stop" });
    this.#fail(stoppedError());
  };

  /** Where none can be started nothing is thrown, often nobody would hear of it: those that live save, and the race says why. */
  #start(worker: number): void {
    if (this.#failure) return;
    try {
      this.#spawn(worker);
    } catch (error) {
      const log = join(this.options.directory, "workers", `${worker}.log`);
      this.#fail(error instanceof BarsError ? error : writeError(log, error));
    }
  }

  #spawn(worker: number): void {
    if (program === undefined)
      throw new BarsError(
        "race: bars.cjs is not where it should be, beside the compiled library. Install bars again.",
      );
    const { directory, env } = this.options;
    const log = join(directory, "workers", `${worker}.log`);
    makeFolders(join(directory, "workers"));
    const file = openSync(log, "a");
    let child: ChildProcess;
    try {
      writeSync(file, `\n== ${new Date().toISOString()} worker ${worker}\n`);
      child = spawn(process.execPath, [program, "race", "worker"], {
        stdio: ["ignore", file, file, "ipc"],
        // A group of its own: Ctrl-C on a terminal reaches the race alone, which then asks every worker to stop once.
        detached: true,
        env: { ...process.env, BARS_ONNX_THREADS: "1", TF_NUM_INTRAOP_THREADS: "1", ...env },
      });
    } finally {
      closeSync(file);
    }
    let over: () => void = () => {};
    const ended = new Promise<void>((resolved) => {
      over = resolved;
    });
    const slot: Slot = { worker, child, log, ready: false, work: null, ended };
    this.#slots.set(worker, slot);
    child.on("message", (message: FromWorker) => this.#hear(slot, message));
    child.once("error", () => {});
    const end = (code: number | null, signal: string | null) => {
      over();
      this.#died(slot, code, signal);
    };
    if (child.pid === undefined) child.once("error", () => end(null, null));
    else child.once("exit", end);
    this.options.onEvent({ type: "started", worker, pid: child.pid ?? 0 });
    this.#tell(slot, { type: "open", config: this.config, directory });
  }

  #hear(slot: Slot, message: FromWorker): void {
    const { work } = slot;
    switch (message.type) {
      case "ready":
        slot.ready = true;
        this.#deathsBeforeReady = 0;
        this.#about ??= message.about;
        this.#opened.done(this.#about);
        this.#give();
        return;
      case "step":
        work?.onStep(message.steps);
        return;
      case "done":
        this.#release(slot);
        work?.done(message.outcome);
        this.#give();
        return;
      case "stopped":
        this.#release(slot);
        work?.failed(stoppedError());
        return;
      case "failed": {
        this.#release(slot);
        const error = errorOf(message, slot.log);
        work?.failed(error);
        this.#fail(error);
        return;
      }
      default:
        message satisfies never;
    }
  }

  /** A worker's task is over; where all end, it does too. */
  #release(slot: Slot): void {
    slot.work = null;
    if (this.#closing && slot.child.connected) slot.child.disconnect();
  }

  /** Gives what waits to workers that are free. */
  #give(): void {
    for (const slot of this.#slots.values()) {
      if (!slot.ready || slot.work !== null || this.#closing || this.#failure) continue;
      const next = this.#queue.shift();
      if (next === undefined) return;
      slot.work = next;
      this.#tell(slot, { type: "task", task: next.task });
    }
  }

  #died(slot: Slot, code: number | null, signal: string | null): void {
    const { worker, work, ready, log } = slot;
    this.#slots.delete(worker);
    slot.work = null;
    if (this.#closing || this.#failure) {
      work?.failed(this.#failure ?? stoppedError());
      return;
    }
    const how = endText(code, signal);
    if (!ready) this.#deathsBeforeReady += 1;
    const isGivenUp = !ready && this.#deathsBeforeReady >= mostDeaths;
    // Those that are still starting count: their own deaths tell whether they ever work.
    const left = this.#slots.size;
    this.options.onEvent({
      ...{ type: "died", worker, how, task: work?.task ?? null },
      left: isGivenUp ? left : null,
    });
    if (isGivenUp) {
      // The others finish the race.
      if (left === 0)
        this.#fail(
          new BarsError(
            `race: workers do not start: ${this.#deathsBeforeReady} of them ended before they were ready, the last one ${how}; ${log} ends with: ${lastLine(log)}`,
          ),
        );
      return;
    }
    if (work) {
      work.deaths += 1;
      if (work.deaths >= mostDeaths) {
        const error = new BarsError(
          `race: network ${work.task.index} ended ${work.deaths} workers one after the other, the last one ${how}; ${log} ends with: ${lastLine(log)} Run the same command again with fewer workers if memory ran out.`,
        );
        work.failed(error);
        this.#fail(error);
        return;
      }
      this.#queue.unshift(work);
    }
    this.#start(worker);
  }

  /** Nothing goes on after this: what waits fails too. */
  #fail(error: Error): void {
    this.#failure ??= error;
    this.#opened.failed(error);
    for (const { failed } of this.#queue.splice(0)) failed(error);
    for (const slot of this.#slots.values()) this.#tell(slot, { type: "stop" });
  }

  #tell({ child }: Slot, message: ToWorker): void {
    if (child.connected) child.send(message, () => {});
  }
}

function stoppedError(): InterruptedError {
  return new InterruptedError("race: stopped.");
}

const errors = { BackendError, ConfigError, DataError, RecordError } as const;

/** An error of a worker's process as one of this one's, of the same kind. */
function errorOf({ name, message }: Extract<FromWorker, { type: "failed" }>, log: string): Error {
  const kind = Object.hasOwn(errors, name) ? errors[name as keyof typeof errors] : BarsError;
  return new kind(kind === BarsError ? `race: a worker failed: ${message} (${log})` : message);
}

function endText(code: number | null, signal: string | null): string {
  if (signal === "SIGKILL") return "was killed (SIGKILL; running out of memory is the usual reason)";
  if (signal !== null) return `was ended by ${signal}`;
  return code === null ? "could not be started" : `ended with code ${code}`;
}

function lastLine(log: string): string {
  try {
    return readFileSync(log, "utf8").trimEnd().split("\n").at(-1)?.slice(0, 300) ?? "";
  } catch {
    return "";
  }
}
