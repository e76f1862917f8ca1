import { BackendError } from "../../util/errors";
import { TABLE } from "./fields";
import { type WasmMemory, webAssembly } from "./webAssembly";

const page = 65536;
/** What the kernels declare: 4 GiB. */
const mostPages = 65536;

/** @throws BackendError if there is not so much memory. */
export function newMemory(bytes: number, shared: boolean): WasmMemory {
  const pages = Math.ceil(bytes / page);
  try {
    return new webAssembly.Memory({ initial: pages, maximum: Math.min(pages, mostPages), shared });
  } catch (cause) {
    throw new BackendError(
      `wasm engine: expected ${Math.ceil(bytes / 2 ** 20)} MiB of memory, which could not be had; use fewer threads or the reference engine.`,
      { cause },
    );
  }
}

/** Entry `16 a + b`: the number of bits in which the nibbles `a` and `b` differ. */
export function writeTable(memory: WasmMemory): void {
  const table = new Uint8Array(memory.buffer, TABLE, 256);
  for (let i = 0; i < 256; i++) {
    let bits = 0;
    for (let left = (i >> 4) ^ (i & 15); left > 0; left >>= 1) bits += left & 1;
    table[i] = bits;
  }
}
