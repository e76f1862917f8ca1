import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { createExecutor, type Executor } from "./createExecutor";
import type { Device, DeviceCommand, DeviceSettings, DeviceStatistics } from "./device";
import type { LazyArray } from "./lazyGraph";
import { loadRuntime, loadWebRuntime, type RuntimePaths, type WebRuntimePaths } from "./loadRuntime";
import { createStageRunner } from "./stages/stageRunner";

/**
 * Keeps a thread from being stopped inside native code: ONNX Runtime's addon throws a C++ error when its thread is stopped under
 * it, which aborts the whole process. Two cells: 1 while the thread is inside, and 1 once it may not enter any more.
 */
type Gate = Int32Array;

/** Those of threads that live; who ends the process shuts them. */
const gates = new Set<Gate>();
let listening = false;
/** A graph that takes longer than this many milliseconds is not waited for. */
const patienceMs = 30_000;

/** Lets the thread begin nothing more, and waits until it is outside. */
function shut(gate: Gate): void {
  Atomics.store(gate, 1, 1);
  Atomics.wait(gate, 0, 1, patienceMs);
}

/**
 * The thread's side: does what may enter native code, unless the gate was shut before: then nothing more is done here,
 * and the thread is about to be stopped.
 */
function within<T>(gate: Gate, work: () => T): T {
  Atomics.store(gate, 0, 1);
  try {
    if (Atomics.load(gate, 1) === 1) throw new Error("onnx: the process ends.");
    return work();
  } finally {
    Atomics.store(gate, 0, 0);
    Atomics.notify(gate, 0);
  }
}

/** Commands in order, and, with `ticket`, a question after them: a buffer's numbers, or nothing but the end. */
interface Letter {
  readonly commands: readonly DeviceCommand[];
  readonly ticket?: number;
  readonly read?: number;
}

interface Answer {
  readonly ticket: number;
  readonly values?: LazyArray;
  readonly failure?: string;
  readonly statistics: DeviceStatistics;
}

/** Commands that wait before they are sent unasked. */
const maxWaiting = 4096;
const noStatistics: DeviceStatistics = {
  runs: 0,
  compiles: 0,
  runMs: 0,
  compileMs: 0,
  bytes: 0,
  pooledBytes: 0,
  cardBytes: 0,
  readBytes: 0,
};

/**
 * A device in a thread of its own: the event loop of this one goes on while graphs run. `readSync` stops it until
 * the answer is there.
 *
 * The thread runs the source text of its functions, so it needs no file and works from TypeScript sources, compiled
 * output and notebook kernels alike. It does not keep the process alive unless someone waits for an answer. A process that
 * ends waits for what the thread is doing in native code: see {@link Gate}.
 */
export class ThreadDevice implements Device {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  /** Counts the answers; the thread adds one and wakes who waits. */
  readonly #answered = new Int32Array(new SharedArrayBuffer(4));
  readonly #gate: Gate = new Int32Array(new SharedArrayBuffer(8));
  readonly #waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();
  readonly #queue: DeviceCommand[] = [];
  #tickets = 0;
  #statistics = noStatistics;
  #failure: Error | undefined;

  constructor(paths: RuntimePaths | WebRuntimePaths, settings: DeviceSettings) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = new Worker(threadSource(), {
      eval: true,
      execArgv: [],
      workerData: { paths, settings, port: port2, answered: this.#answered, gate: this.#gate },
      transferList: [port2],
    });
    this.#worker.unref();
    this.#port.on("message", (answer: Answer) => this.#deliver(answer));
    this.#port.unref();
    this.#worker.on("error", (cause) => this.#fail(`failed: ${cause.message}`, cause));
    this.#worker.on("exit", (code) => {
      gates.delete(this.#gate);
      this.#fail(`stopped with code ${code}`);
    });
    if (!listening) process.on("exit", () => gates.forEach(shut));
    listening = true;
    gates.add(this.#gate);
  }

  send(command: DeviceCommand): void {
    this.#queue.push(command);
    if (command[0] === "run" || this.#queue.length >= maxWaiting) this.#post({});
  }

  async read(buffer: number): Promise<LazyArray> {
    return valuesOf(await this.#ask(buffer));
  }

  readSync(buffer: number): LazyArray {
    return valuesOf(this.#askSync(buffer));
  }

  /** As of the last answer. */
  statistics(): DeviceStatistics {
    return this.#statistics;
  }

  async settled(): Promise<void> {
    await this.#ask();
  }

  /** Waits for the graph that is running. */
  close(): void {
    this.#failure ??= new Error("onnx: the device was closed.");
    shut(this.#gate);
    void this.#worker.terminate();
  }

  #ask(read?: number): Promise<Answer> {
    if (this.#failure) return Promise.reject(this.#failure);
    const ticket = this.#tickets++;
    const answer = new Promise<Answer>((resolve, reject) => {
      this.#waiting.set(ticket, { resolve, reject });
    });
    this.#port.ref();
    this.#post(read === undefined ? { ticket } : { ticket, read });
    return answer;
  }

  #askSync(read: number): Answer {
    if (this.#failure) throw this.#failure;
    const ticket = this.#tickets++;
    this.#post({ ticket, read });
    for (;;) {
      const before = Atomics.load(this.#answered, 0);
      for (let found = receiveMessageOnPort(this.#port); found; found = receiveMessageOnPort(this.#port)) {
        const answer = found.message as Answer;
        if (answer.ticket !== ticket) this.#deliver(answer);
        else {
          this.#statistics = answer.statistics;
          return answer;
        }
      }
      // A thread that died wakes nobody; its end is only seen by the event loop.
      if (Atomics.wait(this.#answered, 0, before, 60_000) === "timed-out" && this.#worker.threadId === -1) {
        throw new Error("onnx: the thread that runs graphs has stopped.");
      }
    }
  }

  #post(question: Omit<Letter, "commands">): void {
    const transfer = this.#queue.flatMap((command) => {
      if (command[0] === "upload") return [command[4].buffer as ArrayBuffer];
      return command[0] === "compile" ? [command[2].bytes.buffer as ArrayBuffer] : [];
    });
    const commands = this.#queue.splice(0);
    this.#port.postMessage({ commands, ...question } satisfies Letter, transfer);
  }

  #deliver(answer: Answer): void {
    this.#statistics = answer.statistics;
    const waiting = this.#waiting.get(answer.ticket);
    this.#waiting.delete(answer.ticket);
    if (this.#waiting.size === 0) this.#port.unref();
    waiting?.resolve(answer);
  }

  #fail(what: string, cause?: Error): void {
    this.#failure ??= new Error(`onnx: the thread that runs graphs ${what}.`, { cause });
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
    this.#port.unref();
  }
}

function valuesOf({ values, failure }: Answer): LazyArray {
  if (failure !== undefined) throw new Error(failure);
  return values as LazyArray;
}

/** The thread's side of the conversation. Its source text runs there, so it refers to nothing outside itself. */
function serve(port: MessagePort, answered: Int32Array, gate: Gate, executor: Executor): void {
  const handle = async ({ commands, ticket, read }: Letter): Promise<void> => {
    for (const command of commands) {
      const pending = within(gate, () => executor.execute(command));
      if (pending) await pending;
    }
    if (ticket === undefined) return;
    let answer: Omit<Answer, "statistics"> = { ticket };
    try {
      if (read !== undefined) answer = { ticket, values: within(gate, () => executor.read(read)) };
    } catch (cause) {
      answer = { ticket, failure: cause instanceof Error ? cause.message : String(cause) };
    }
    port.postMessage(
      { ...answer, statistics: executor.statistics() },
      answer.values ? [answer.values.buffer as ArrayBuffer] : [],
    );
    Atomics.add(answered, 0, 1);
    Atomics.notify(answered, 0);
  };
  // One letter after the other, even where a runtime answers later.
  let turn = Promise.resolve();
  port.on("message", (letter: Letter) => {
    turn = turn.then(() => handle(letter));
  });
}

function threadSource(): string {
  return `
    const { workerData } = require("node:worker_threads");
    const loadRuntime = ${loadRuntime.toString()};
    const loadWebRuntime = ${loadWebRuntime.toString()};
    const createExecutor = ${createExecutor.toString()};
    const createStageRunner = ${createStageRunner.toString()};
    const within = ${within.toString()};
    const serve = ${serve.toString()};
    const { paths, settings, port, answered, gate } = workerData;
    const load = () => "entry" in paths ? loadWebRuntime(require, paths, settings.threads) : loadRuntime(require, paths);
    const stages = () => settings.stages === undefined ? undefined : createStageRunner(require, settings.stages);
    serve(port, answered, gate, within(gate, () => createExecutor(load(), settings, stages())));
  `;
}
