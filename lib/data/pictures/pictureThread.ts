import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { DataError } from "../../util/errors";
import { decodePicture, type PictureForm } from "./decodePicture";
import * as changes from "./imageChanges";
import type { PictureGeometry } from "./pictureFunctions";
import * as images from "./pictureFunctions";

/** What a thread runs, each by its own name. */
const functions = [decodePicture, ...Object.values(changes), ...Object.values(images)];

/** Where a thread finds pictures. */
export type PictureSource =
  | {
      readonly kind: "memory";
      readonly pixels: Uint8Array;
      readonly imageSize: number;
      readonly channels: number;
    }
  | { readonly kind: "store"; readonly path: string; readonly channels: number }
  | { readonly kind: "files"; readonly form: PictureForm };

/** The pictures of one request, entry by entry; which of them a source needs, it says itself. */
export interface PicturePlaces {
  /** For messages, and the path where pictures are decoded. */
  readonly names: readonly string[];
  /** Where its bytes begin in the store. */
  readonly offsets: Float64Array;
  /** `[count, 2]`: height and width. */
  readonly sizes: Uint32Array;
  /** First 16 digits of the SHA-256 of its bytes. */
  readonly sums: readonly string[];
}

/** What a thread found of one file: the picture, or why there is none. */
export type DecodeAnswer =
  | {
      readonly pixels: Uint8Array;
      readonly height: number;
      readonly width: number;
      readonly misnamed: string;
      /** In the file, as it is seen, in pixels. */
      readonly fileHeight: number;
      readonly fileWidth: number;
      readonly sum: string;
      /** Of each channel the sum and the sum of squares of its values. */
      readonly moments: readonly number[];
    }
  | { readonly fault: string };

/** How faults begin that are none of the file itself: the system could not read it, which may pass. */
export const passingFault = "cannot be read (";

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** One thread that decodes pictures and makes images of them, request by request, in the order of the requests. */
export class PictureThread {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  #failure: Error | undefined;

  constructor(source: PictureSource, geometry: PictureGeometry | null) {
    const packages = createRequire(__filename);
    const sharp = source.kind === "files" ? packages.resolve("sharp") : null;
    this.#worker = new Worker(threadSource(), {
      eval: true,
      execArgv: [],
      workerData: { source, geometry, sharp },
    });
    this.#worker.unref();
    this.#worker.on("message", (message: { error?: string; answer?: unknown }) => {
      const next = this.#waiting.shift();
      if (message.error === undefined) next?.resolve(message.answer);
      else next?.reject(new DataError(message.error));
    });
    this.#worker.on("error", (cause) => this.#fail(`failed: ${cause.message}`, cause));
    this.#worker.on("exit", (code) => this.#fail(`stopped with code ${code} before its work was done`));
  }

  /** The images of a plan's rows, normalised. @throws DataError (by rejection) naming a picture that cannot be read. */
  images(plan: Float64Array, stride: number, places: PicturePlaces): Promise<Float32Array> {
    return this.#ask({ plan, stride, places }) as Promise<Float32Array>;
  }

  /** Decodes files; one that is no picture is an answer, not an error. */
  decode(paths: readonly string[]): Promise<DecodeAnswer[]> {
    return this.#ask({ paths }) as Promise<DecodeAnswer[]>;
  }

  /** Waits for an answer, keeping the process alive meanwhile. */
  async wait<T>(answer: Promise<T>): Promise<T> {
    this.#worker.ref();
    try {
      return await answer;
    } finally {
      this.#worker.unref();
    }
  }

  async close(): Promise<void> {
    this.#fail("was closed");
    await this.#worker.terminate();
  }

  #ask(request: unknown): Promise<unknown> {
    const answer = new Promise<unknown>((resolve, reject) => {
      if (this.#failure) reject(this.#failure);
      else this.#waiting.push({ resolve, reject });
    });
    answer.catch(() => {});
    if (!this.#failure) this.#worker.postMessage(request);
    return answer;
  }

  #fail(how: string, cause?: unknown): void {
    this.#failure ??= new DataError(
      `pictures: the thread that prepares images ${how}.`,
      cause === undefined ? {} : { cause },
    );
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}

/** `__name` is what some TypeScript loaders wrap functions in. */
function threadSource(): string {
  return `"use strict";
const { parentPort, workerData } = require("node:worker_threads");
const fs = require("node:fs");
const { createHash } = require("node:crypto");
const __name = (named) => named;
${functions.map((one) => one.toString()).join("\n")}
const { source, geometry, sharp: sharpPath } = workerData;
let sharp = null;
if (sharpPath !== null) {
  sharp = require(sharpPath);
  sharp.concurrency(1);
  sharp.cache(false);
}
const file = source.kind === "store" ? fs.openSync(source.path, "r") : null;
const changes = { blendImage, randomOperation };
const sumOf = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 16);
async function pictureAt(index, k, places) {
  if (source.kind === "memory") {
    const size = source.imageSize;
    const length = size * size * source.channels;
    return { pixels: source.pixels.subarray(index * length, (index + 1) * length), height: size, width: size };
  }
  if (source.kind === "files") return decodePicture(sharp, fs, places.names[k], source.form);
  const height = places.sizes[2 * k];
  const width = places.sizes[2 * k + 1];
  const pixels = new Uint8Array(height * width * source.channels);
  const read = fs.readSync(file, pixels, 0, pixels.length, places.offsets[k]);
  if (read !== pixels.length || sumOf(pixels) !== places.sums[k])
    throw new Error("is damaged in the stored pictures " + source.path + "; delete that file, it is then made anew");
  return { pixels, height, width };
}
async function images({ plan, stride, places }) {
  const count = plan.length / stride;
  const length = geometry.imageSize * geometry.imageSize * geometry.channels;
  const out = new Float32Array(count * length);
  for (let k = 0; k < count; k++) {
    const row = plan.subarray(k * stride, (k + 1) * stride);
    try {
      makeImage(await pictureAt(row[0], k, places), row, geometry, out, k * length, changes);
    } catch (error) {
      throw new Error("pictures: " + (places.names[k] ?? "image " + row[0]) + " " + error.message + ".");
    }
  }
  return out;
}
async function decode(paths) {
  const answers = [];
  for (const path of paths) {
    try {
      const { pixels, height, width, misnamed, fileHeight, fileWidth } = await decodePicture(sharp, fs, path, source.form);
      const channels = source.form.channels;
      const moments = new Array(2 * channels).fill(0);
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        let square = 0;
        for (let i = c; i < pixels.length; i += channels) {
          sum += pixels[i];
          square += pixels[i] * pixels[i];
        }
        moments[2 * c] = sum;
        moments[2 * c + 1] = square;
      }
      answers.push({ pixels: Uint8Array.from(pixels), height, width, misnamed, fileHeight, fileWidth, sum: sumOf(pixels), moments });
    } catch (error) {
      const reason = error.message.replace(/\\s+/g, " ");
      answers.push({ fault: error.code === undefined ? reason : ${JSON.stringify(passingFault)} + reason + ")" });
    }
  }
  return answers;
}
parentPort.on("message", (() => {
  let last = Promise.resolve();
  const serve = async (request) => {
    try {
      if (request.paths !== undefined) {
        const answer = await decode(request.paths);
        const buffers = answer.flatMap((one) => (one.pixels === undefined ? [] : [one.pixels.buffer]));
        parentPort.postMessage({ answer }, buffers);
      } else {
        const answer = await images(request);
        parentPort.postMessage({ answer }, [answer.buffer]);
      }
    } catch (error) {
      parentPort.postMessage({ error: error.message });
    }
  };
  return (request) => {
    last = last.then(() => serve(request));
  };
})());`;
}
