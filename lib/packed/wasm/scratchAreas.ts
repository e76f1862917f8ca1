import { SLACK } from "./fields";

/** Areas of a thread's scratch that one step uses, one after the other; every step starts anew. */
export class ScratchAreas {
  #used = 0;

  get bytes(): number {
    return this.#used;
  }

  add(bytes: number): number {
    const at = this.#used;
    this.#used = Math.ceil((at + bytes + SLACK) / 64) * 64;
    return at;
  }
}

/** Bytes of results that are kept before they are finished: half of a small first-level cache. */
const strip = 16384;

/** Rows of results that fit. */
export function stripRows(rowBytes: number, rows: number): number {
  return Math.max(1, Math.min(rows, Math.floor(strip / rowBytes)));
}
