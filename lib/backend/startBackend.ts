import * as tf from "@tensorflow/tfjs-core";
import { BackendError } from "../util/errors";
import { type BackendChoice, checkBackendChoice } from "./backendChoice";
import { type BackendInfo, backendNames } from "./backendInfo";
import { type Engine, EngineUnavailable, firstLine } from "./engine";
import { engines } from "./engines";

let starting: Promise<BackendInfo> | undefined;
let current: BackendInfo | undefined;
/** The variant that was started; undefined for an engine that has none. */
let currentVariant: string | undefined;
/** The running engine's name in tfjs. */
let inTfjs: string | undefined;

/**
 * Starts the tensor engine of this process and says which it is. Later calls return the same answer: a process
 * has one engine. Where other code gave tfjs another one meanwhile (`tf.setBackend`), they give it this one again: records
 * name the engine that ran. After a failure another start may be tried.
 *
 * @param choice one of `backendNames`, or one of them with a variant (`onnx:webgpu`); without it the environment variable `BARS_BACKEND`, and without that the
 * first engine in the order of `backendNames` that loads.
 * @throws BackendError if the name is unknown, the engine asked for does not load, or another one is running.
 *
 * @example
 * ```ts
 * const engine = await bars.startBackend();
 * console.log(["onnx", "tfjs-node", "tfjs-node-gpu", "wasm", "cpu"].includes(engine.name)); // true
 * ```
 */
export async function startBackend(choice?: string): Promise<BackendInfo> {
  const place = choice === undefined ? "BARS_BACKEND" : "startBackend";
  // The variable says what to start, not what must be running: it is not read again once an engine runs.
  const asked = starting ? choice : (choice ?? (process.env["BARS_BACKEND"] || undefined));
  const wanted = asked === undefined ? undefined : checkBackendChoice(asked, place);
  starting ??= start(wanted, place).catch((error: unknown) => {
    starting = undefined;
    throw error;
  });
  const info = await starting;
  if (wanted !== undefined && wanted.name !== info.name) {
    throw new BackendError(
      `startBackend: expected to start ${wanted.name}, but ${info.name} is running already; a process has one engine, ` +
        `so set BARS_BACKEND=${wanted.name} before the first start, or start a new process (a notebook: restart the kernel).`,
    );
  }
  if (wanted?.variant !== undefined && wanted.variant !== currentVariant) {
    const asked = `${wanted.name}:${wanted.variant}`;
    throw new BackendError(
      `startBackend: expected to start ${asked}, but ${info.name}:${currentVariant} is running already; a process has one engine, ` +
        `so set BARS_BACKEND=${asked} before the first start, or start a new process (a notebook: restart the kernel).`,
    );
  }
  if (inTfjs !== undefined && tf.getBackend() !== inTfjs) await tf.setBackend(inTfjs);
  return info;
}

/**
 * @throws BackendError before {@link startBackend} has finished.
 *
 * @example
 * ```ts
 * await bars.startBackend();
 * console.log(bars.engine.backendInfo().threads > 0); // true
 * ```
 */
export function backendInfo(): BackendInfo {
  if (!current)
    throw new BackendError("backendInfo: no tensor engine is running; await startBackend() first.");
  return current;
}

async function start(asked: BackendChoice | undefined, place: string): Promise<BackendInfo> {
  const passedOver: string[] = [];
  for (const name of asked === undefined ? backendNames : [asked.name]) {
    try {
      const { passedOver: within, ...running } = await run(engines[name], asked?.variant);
      passedOver.push(...within);
      current = { ...running, name, passedOver: Object.freeze(passedOver) };
      return Object.freeze(current);
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
      if (asked !== undefined) {
        throw new BackendError(
          `${place}: the engine ${name} does not start: ${error.reason}. ${error.remedy}`,
          {
            cause: error.cause ?? error,
          },
        );
      }
      passedOver.push(`${name}: ${error.reason}`);
    }
  }
  throw new BackendError(`startBackend: no engine starts: ${passedOver.join("; ")}. Run npm install again.`);
}

async function run(
  engine: Engine,
  variant?: string,
): Promise<Pick<BackendInfo, "version" | "device" | "threads" | "passedOver">> {
  const { registeredAs, variant: running, ...about } = await engine.load(variant);
  const { version, device, threads, passedOver = [] } = about;
  let failure = "it refused to initialise";
  const selected = await tf.setBackend(registeredAs).catch((error: unknown) => {
    failure = firstLine(error);
    return false;
  });
  if (!selected) throw new EngineUnavailable(failure, "Run npm install again, or choose another engine.");
  await tf.ready();
  inTfjs = registeredAs;
  currentVariant = running;
  return { version, device, threads, passedOver };
}
