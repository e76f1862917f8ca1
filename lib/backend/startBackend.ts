import { cpus } from "node:os";
import * as tf from "@tensorflow/tfjs-core";
import { BackendError } from "../util/errors";

/** Engines in order of preference. */
export const backendNames = ["tfjs-node-gpu", "tfjs-node", "wasm", "cpu"] as const;
export type BackendName = (typeof backendNames)[number];

/** What runs the tensors. Stored with every record. Plain data. */
export interface BackendInfo {
  readonly name: BackendName;
  /** Version of the engine's package, and of the library under it where that is known. */
  readonly version: string;
  readonly device: string;
  readonly threads: number;
  /** Why the engines before it in the order of preference were passed over. */
  readonly passedOver: readonly string[];
}

let started: Promise<BackendInfo> | undefined;
let current: BackendInfo | undefined;

/**
 * Starts the tensor engine once per process and says what it chose. Later calls return the same answer.
 *
 * @param choice one of {@link backendNames}; without it `BARS_BACKEND`, and without that the first that loads.
 * @throws BackendError if the forced engine does not load, or another one is running already.
 */
export function startBackend(choice: string | undefined = process.env["BARS_BACKEND"] || undefined): Promise<BackendInfo> {
  started ??= start(choice);
  return started;
}

/** @throws BackendError before {@link startBackend} has finished. */
export function backendInfo(): BackendInfo {
  if (!current) throw new BackendError("backendInfo: no tensor engine is running; await startBackend() first.");
  return current;
}

async function start(choice: string | undefined): Promise<BackendInfo> {
  const name = (choice ?? "wasm") as BackendName;
  if (name === "cpu") await import("@tensorflow/tfjs-backend-cpu");
  else await import("@tensorflow/tfjs-backend-wasm");
  await tf.setBackend(name);
  await tf.ready();
  current = { name, version: tf.version_core, device: cpus()[0]?.model ?? "cpu", threads: 1, passedOver: [] };
  return current;
}
