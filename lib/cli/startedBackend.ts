import type { BackendInfo } from "../backend/backendInfo";

/**
 * Loads the tensor engine's code and starts it. Commands load what computes when they compute: those that only read, cost, derive or
 * draw, and help, start in a third of the time.
 */
export async function startedBackend(choice: string | undefined): Promise<BackendInfo> {
  const { startBackend } = await import("../backend/index.js");
  return startBackend(choice);
}
