import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { NativeCode } from "./stageRunner";

/** The file of the native code, beside the compiled ones; undefined where it was not built, or this processor cannot run it. */
export function findNative(): string | undefined {
  // From sources it lies in the folder of the compiled files.
  const places = ["../native.node", "../../dist/native.node"].map((place) => join(__dirname, place));
  const path = places.find((place) => existsSync(place));
  if (path === undefined) return undefined;
  try {
    const { supported } = createRequire(__filename)(path) as NativeCode;
    return supported ? path : undefined;
  } catch {
    return undefined;
  }
}
