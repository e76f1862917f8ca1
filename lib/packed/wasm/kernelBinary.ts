import { BackendError } from "../../util/errors";
import { plain, relaxed } from "./generated/binaries";
import { type WasmMemory, type WasmModule, webAssembly } from "./webAssembly";

/** What the kernels export; see `assembly/kernels`. */
export interface Kernels {
  run(steps: number, count: number, arena: number, scratch: number): void;
  serve(job: number, thread: number, arena: number, scratch: number): void;
  command(job: number, arena: number, scratch: number, patient: number): void;
  countRate(turns: number, seed: bigint): bigint;
}

/** The compiled kernels, and what they need. */
export interface KernelModule {
  readonly module: WasmModule;
  /** Whether memory must be one that threads share. */
  readonly shared: boolean;
  /** Whether byte shuffles leave out the check of their indices. */
  readonly relaxedSimd: boolean;
}

const compiled = new Map<string, Promise<KernelModule>>();

/**
 * Compiles the kernels, once for each form.
 * @param shared for memory that threads share.
 * @param relaxes with relaxed SIMD, where it is.
 * @throws BackendError where WebAssembly has no SIMD.
 */
export function kernelModule(shared: boolean, relaxes = true): Promise<KernelModule> {
  const key = `${shared} ${relaxes}`;
  const known = compiled.get(key);
  if (known) return known;
  const fresh = compile(shared, relaxes);
  compiled.set(key, fresh);
  return fresh;
}

export function instantiate(module: WasmModule, memory: WasmMemory): Kernels {
  const { exports } = new webAssembly.Instance(module, { env: { memory } });
  return exports as unknown as Kernels;
}

async function compile(shared: boolean, relaxes: boolean): Promise<KernelModule> {
  const fast = bytesOf(relaxed);
  const relaxedSimd = relaxes && (await allowsRelaxedSimd(fast));
  const binary = relaxedSimd ? fast : bytesOf(plain);
  if (!webAssembly.validate(binary)) {
    throw new BackendError(
      "wasm engine: expected a WebAssembly with SIMD and atomics (Node 20 or newer, Chrome 91, Firefox 89, Safari 16.4), " +
        "this one has none; use the reference engine.",
    );
  }
  const module = await webAssembly.compile(shared ? binary : withOwnMemory(binary));
  return { module, shared, relaxedSimd };
}

/** Node 20 has relaxed SIMD behind a flag that modules compiled later heed. */
async function allowsRelaxedSimd(binary: Uint8Array<ArrayBuffer>): Promise<boolean> {
  if (webAssembly.validate(binary)) return true;
  if (typeof process === "undefined" || !process.versions?.["node"]) return false;
  // A name that is no literal: bundlers of pages leave it alone.
  const name = "node:v8";
  const v8 = (await import(/* @vite-ignore */ name)) as typeof import("node:v8");
  v8.setFlagsFromString("--experimental-wasm-relaxed-simd");
  return webAssembly.validate(binary);
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

const importSection = 2;
/** Flags of a memory's limits: it has a maximum; it is shared. */
const hasMaximum = 1;
const isShared = 3;

/** The same binary with a memory of its thread's own: one flag of its one import is another. */
function withOwnMemory(binary: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const own = binary.slice();
  // After magic number and version: sections of (kind, length, contents).
  let at = 8;
  while (own[at] !== importSection) {
    const [length, next] = leb128(own, at + 1);
    at = next + length;
  }
  at = leb128(own, leb128(own, at + 1)[1])[1];
  // Module, field, kind of the import.
  for (let name = 0; name < 2; name++) {
    const [length, next] = leb128(own, at);
    at = next + length;
  }
  if (own[at + 1] !== isShared) throw new BackendError("wasm engine: the kernels import no shared memory.");
  own[at + 1] = hasMaximum;
  return own;
}

/** An unsigned number at a place, and the place behind it. */
function leb128(bytes: Uint8Array, at: number): [number, number] {
  let value = 0;
  for (let shift = 0, place = at; ; shift += 7, place++) {
    const byte = bytes[place] as number;
    value |= (byte & 127) << shift;
    if (byte < 128) return [value >>> 0, place + 1];
  }
}
