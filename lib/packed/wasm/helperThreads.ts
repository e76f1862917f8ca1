import { BackendError } from "../../util/errors";
import type { WasmMemory, WasmModule } from "./webAssembly";

/** What a helper thread is told when it starts. */
export interface HelperStart {
  readonly module: WasmModule;
  readonly memory: WasmMemory;
  readonly job: number;
  readonly thread: number;
  readonly arena: number;
  readonly scratch: number;
}

/** A thread that has started. */
export interface Helper {
  /** Ends it at once, whatever it does. */
  end(): void;
}

/**
 * What a helper does: sleeps inside the kernels between jobs, and ends when a job says so. A program text, since neither a bundler nor
 * a loader of modules then has to find a file.
 */
const text = `
const begin = ({ module, memory, job, thread, arena, scratch }, answer) => {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  answer("ready");
  exports.serve(job, thread, arena, scratch);
};
if (typeof require === "function") {
  const { parentPort, workerData } = require("node:worker_threads");
  begin(workerData, (message) => parentPort.postMessage(message));
} else {
  self.onmessage = ({ data }) => begin(data, (message) => self.postMessage(message));
}
`;

/** Whether this place has memory that threads share: Node, and pages that are cross-origin isolated. */
export function canShareMemory(): boolean {
  if (typeof SharedArrayBuffer === "undefined") return false;
  const { crossOriginIsolated } = globalThis as { readonly crossOriginIsolated?: boolean };
  return inNode() || crossOriginIsolated === true;
}

/** Whether this thread may sleep: a page's own may not. */
export function maySleep(): boolean {
  return inNode() || typeof (globalThis as { readonly document?: unknown }).document === "undefined";
}

/** Threads that help the calling one pay up to so many. */
export async function processors(): Promise<number> {
  if (inNode()) {
    const name = "node:os";
    const { availableParallelism } = (await import(/* @vite-ignore */ name)) as typeof import("node:os");
    return availableParallelism();
  }
  const { navigator } = globalThis as { readonly navigator?: { readonly hardwareConcurrency?: number } };
  return navigator?.hardwareConcurrency ?? 1;
}

/** @throws BackendError if the thread does not start. */
export function startHelper(start: HelperStart): Promise<Helper> {
  return inNode() ? startInNode(start) : startInPage(start);
}

function inNode(): boolean {
  return typeof process !== "undefined" && process.versions?.["node"] !== undefined;
}

async function startInNode(start: HelperStart): Promise<Helper> {
  const name = "node:worker_threads";
  const { Worker } = (await import(/* @vite-ignore */ name)) as typeof import("node:worker_threads");
  const worker = new Worker(text, { eval: true, workerData: start });
  const helper = { end: () => void worker.terminate() };
  return new Promise((done, fail) => {
    worker.once("message", () => {
      // A process that has nothing else to do ends.
      worker.unref();
      done(helper);
    });
    worker.once("error", (cause) => fail(didNotStart(cause)));
  });
}

/** As much of a page's worker as is used here: the library is compiled without the types of pages. */
interface PageWorker {
  onmessage: (() => void) | null;
  onerror: ((event: { readonly message?: string }) => void) | null;
  postMessage(message: unknown): void;
  terminate(): void;
}

function startInPage(start: HelperStart): Promise<Helper> {
  const { Worker } = globalThis as unknown as { readonly Worker: new (url: string) => PageWorker };
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const worker = new Worker(url);
  return new Promise<Helper>((done, fail) => {
    worker.onmessage = () => done({ end: () => worker.terminate() });
    worker.onerror = ({ message }) => fail(didNotStart(new Error(message)));
    worker.postMessage(start);
  }).finally(() => URL.revokeObjectURL(url));
}

function didNotStart(cause: unknown): BackendError {
  return new BackendError(
    `wasm engine: a helper thread did not start (${(cause as Error).message}). Ask for one thread: { threads: 1 }.`,
    { cause },
  );
}
