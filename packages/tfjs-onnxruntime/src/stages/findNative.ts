import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { NativeCode } from "./stageRunner";

/** Where the native code is, or why steps do not run as stages here; neither on systems for which there is none. */
export interface FoundNative {
  readonly path?: string;
  /** Short, without a full stop. */
  readonly why?: string;
}

/** Memory that threads share is reserved with the space behind it: about 10 GiB of addresses, beside those of Node and ONNX Runtime. */
const leastAddresses = 16 * 2 ** 30;

/** Looks for the native code, beside the compiled files. */
export function lookForNative(): FoundNative {
  if (process.platform !== "linux" || process.arch !== "x64") return {};
  // From sources it lies in the folder of the compiled files.
  const places = ["../native.node", "../../dist/native.node"].map((place) => join(__dirname, place));
  const path = places.find((place) => existsSync(place));
  if (path === undefined) {
    const failed = places.some((place) => existsSync(`${place}.failed`));
    const why = failed
      ? "their native code did not compile; npm run build -- --force shows why"
      : "their native code is not there; install g++ and build again, or install the package again";
    return { why };
  }
  const addresses = addressLimit();
  if (addresses < leastAddresses)
    return { why: `they reserve 10 GiB of addresses, and ulimit -v allows ${gibibytes(addresses)} in all` };
  try {
    const { supported } = createRequire(__filename)(path) as NativeCode;
    return supported ? { path } : { why: "this processor lacks AVX2 or FMA" };
  } catch (cause) {
    const [reason] = (cause instanceof Error ? cause.message : String(cause)).split("\n");
    return { why: `their native code does not load (${reason?.replace(`${path}: `, "").trim()})` };
  }
}

/** The file of the native code; undefined where steps cannot run as stages. */
export const findNative = (): string | undefined => lookForNative().path;

const gibibytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** Bytes of addresses that the process may have. */
function addressLimit(): number {
  try {
    const line = /^Max address space\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"));
    return line ? Number(line[1]) : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
