import { Worker } from "node:worker_threads";
import { DataError } from "../util/errors";
import { type FillGeometry, fillImages } from "./fillImages";

/** What a worker needs once, before the first batch. */
export interface BatchWorkerData {
  /** Read in place if it lies in shared memory, else copied once per array. */
  readonly pixels: Uint8Array;
  readonly table: Float32Array;
  readonly geometry: FillGeometry;
}

interface Waiting {
  resolve(images: Float32Array): void;
  reject(error: Error): void;
}

/** Shared copies of images that came in ordinary memory, so that every epoch of a run uses one copy. */
const sharedCopies = new WeakMap<Uint8Array, Uint8Array>();

/**
 * A thread that carries out plans ({@link fillImages}), one after the other, in the order they were asked for.
 *
 * The thread runs the source text of `fillImages`, so it needs no file of its own and works from TypeScript
 * sources, from compiled output and inside a notebook kernel alike. It does not keep the process alive unless
 * someone waits for a batch.
 */
export class BatchWorker {
  private readonly worker: Worker;
  /** In the order of the requests; the thread answers in the same order. */
  private readonly waiting: Waiting[] = [];
  private failure: Error | undefined;

  /** @param fillSource source text of a function with the signature of `fillImages`; replaced in tests only. */
  constructor(data: BatchWorkerData, fillSource: string = fillImages.toString()) {
    this.worker = new Worker(workerSource(fillSource), {
      eval: true,
      // The parent's own flags (loaders, inspectors, coverage) are of no use to this thread.
      execArgv: [],
      workerData: { pixels: shared(data.pixels), table: data.table, geometry: data.geometry },
    });
    this.worker.unref();
    this.worker.on("message", (images: Float32Array) => this.waiting.shift()?.resolve(images));
    this.worker.on("error", (cause) => this.fail(`failed: ${cause.message}`, cause));
    this.worker.on("exit", (code) => this.fail(`stopped with code ${code} before its work was done`));
  }

  /**
   * Asks for the batch of a plan. The array in the answer is the caller's own: nothing writes to it again.
   *
   * @throws DataError (by rejection) if the thread fails or has stopped.
   */
  request(plan: Int32Array): Promise<Float32Array> {
    const answer = new Promise<Float32Array>((resolve, reject) => {
      if (this.failure) reject(this.failure);
      else this.waiting.push({ resolve, reject });
    });
    // A batch asked for ahead may never be waited for; its failure then concerns nobody.
    answer.catch(() => {});
    if (!this.failure) this.worker.postMessage(plan);
    return answer;
  }

  /** Waits for an answer of {@link request}, keeping the process alive meanwhile. */
  async wait(answer: Promise<Float32Array>): Promise<Float32Array> {
    this.worker.ref();
    try {
      return await answer;
    } finally {
      this.worker.unref();
    }
  }

  /** Stops the thread. Batches still asked for are rejected. */
  async close(): Promise<void> {
    this.fail("was closed");
    await this.worker.terminate();
  }

  private fail(how: string, cause?: unknown): void {
    this.failure ??= new DataError(
      `batchWorker: the thread that prepares batches ${how}.`,
      cause === undefined ? {} : { cause },
    );
    for (const { reject } of this.waiting.splice(0)) reject(this.failure);
  }
}

function shared(pixels: Uint8Array): Uint8Array {
  if (pixels.buffer instanceof SharedArrayBuffer) return pixels;
  let copy = sharedCopies.get(pixels);
  if (!copy) {
    copy = new Uint8Array(new SharedArrayBuffer(pixels.length));
    copy.set(pixels);
    sharedCopies.set(pixels, copy);
  }
  return copy;
}

/** `__name` is what some TypeScript loaders wrap functions in. */
function workerSource(fillSource: string): string {
  return `"use strict";
const { parentPort, workerData } = require("node:worker_threads");
const __name = (named) => named;
const fill = (${fillSource});
const { pixels, table, geometry } = workerData;
const imageLength = geometry.imageSize * geometry.imageSize * geometry.channels;
parentPort.on("message", (plan) => {
  const out = new Float32Array((plan.length / 6) * imageLength);
  fill(pixels, plan, table, geometry, out);
  parentPort.postMessage(out, [out.buffer]);
});`;
}
