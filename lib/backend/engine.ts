import { cpus } from "node:os";
import { BackendError } from "../util/errors";
import type { BackendInfo, BackendName } from "./backendInfo";

/** One way to run tensors. A new engine is one more file that exports one of these, listed in `engines.ts`. */
export interface Engine {
  readonly name: BackendName;
  /**
   * Loads the engine and registers it, with all its kernels, under {@link RunningEngine.registeredAs} in the
   * tfjs-core this library uses. Does not select it. May be called again after a failure.
   *
   * @param variant one of `engineVariants`; the engine's own choice without it.
   * @throws EngineUnavailable if it cannot run here.
   */
  load(variant?: string): Promise<RunningEngine>;
}

/** What an engine says of itself once it is loaded. */
export interface RunningEngine extends Pick<BackendInfo, "version" | "device" | "threads"> {
  /** Its name in the registry of tfjs-core. */
  readonly registeredAs: string;
  /** Which of `engineVariants` runs; left out by engines that have none. */
  readonly variant?: string;
  /** Forms of the engine that were tried before this one, and why they do not run here. */
  readonly passedOver?: readonly string[];
}

/**
 * An engine cannot run here. `startBackend` turns it into a line of `passedOver`, or, for an engine that was
 * asked for by name, into a BackendError.
 */
export class EngineUnavailable extends BackendError {
  constructor(
    /** Short, without a full stop: `"not installed"`. */
    readonly reason: string,
    /** What the user can do, as a sentence. */
    readonly remedy: string,
    options?: { cause?: unknown },
  ) {
    super(reason, options);
  }
}

/** Model name of the processor, without repeated spaces. */
export function processorName(): string {
  return cpus()[0]?.model.replace(/\s+/g, " ").trim() || `${process.arch} processor`;
}

/** The first line of an error's message. */
export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.trim().split("\n")[0] as string).trim().replace(/\.$/, "");
}
