import { HEAP, SLACK } from "./fields";

const alignment = 16;

/** What kernels read and never write, collected before there is a memory: weights, tables, descriptors, by absolute address. */
export class Constants {
  #bytes = new Uint8Array(1 << 16);
  #view = new DataView(this.#bytes.buffer);
  #used = 0;

  /** Address behind the last, with slack. */
  get end(): number {
    return HEAP + this.#used + SLACK;
  }

  /** Room for some bytes of zeros; gives their address. */
  reserve(bytes: number): number {
    const at = Math.ceil(this.#used / alignment) * alignment;
    this.#used = at + bytes;
    if (this.#used > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#used);
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return HEAP + at;
  }

  add(values: Uint8Array | Int32Array | Uint32Array | Float32Array): number {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const at = this.reserve(bytes.length);
    this.#bytes.set(bytes, at - HEAP);
    return at;
  }

  /** A descriptor: 32-bit numbers at the byte offsets that are their keys. */
  describe(bytes: number, fields: Readonly<Record<number, number>>): number {
    const at = this.reserve(bytes);
    for (const [field, value] of Object.entries(fields)) this.set(at, Number(field), value);
    return at;
  }

  set(descriptor: number, field: number, value: number): void {
    this.#view.setInt32(descriptor - HEAP + field, value, true);
  }

  /** All of it; belongs at {@link HEAP}. */
  contents(): Uint8Array {
    return this.#bytes.subarray(0, this.#used);
  }
}

/** Values with entries of `filler` behind them, up to a multiple of `multiple`. */
export function padded(values: Float32Array, multiple: number, filler: number): Float32Array {
  const result = new Float32Array(Math.ceil(values.length / multiple) * multiple).fill(filler);
  result.set(values);
  return result;
}
