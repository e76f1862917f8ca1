/**
 * Writes protocol buffer messages: just the wire types ONNX files need (varint, 32-bit, length-delimited).
 *
 * Reference: protobuf.dev, "Encoding".
 */
export class ProtobufWriter {
  #bytes = Buffer.allocUnsafe(1024);
  #length = 0;

  /** An integer field. Negative numbers take ten bytes, as two's complement of 64 bits. */
  int(field: number, value: number): this {
    this.#varint(field << 3);
    this.#signed(value);
    return this;
  }

  /** A 32-bit floating-point field. */
  float(field: number, value: number): this {
    this.#varint((field << 3) | 5);
    this.#reserve(4);
    this.#length = this.#bytes.writeFloatLE(value, this.#length);
    return this;
  }

  string(field: number, text: string): this {
    return this.bytes(field, Buffer.from(text, "utf8"));
  }

  bytes(field: number, content: Uint8Array): this {
    this.#varint((field << 3) | 2);
    this.#varint(content.length);
    this.#reserve(content.length);
    this.#bytes.set(content, this.#length);
    this.#length += content.length;
    return this;
  }

  /** A nested message. */
  message(field: number, write: (inner: ProtobufWriter) => void): this {
    const inner = new ProtobufWriter();
    write(inner);
    return this.bytes(field, inner.finish());
  }

  /** A packed list of integers. */
  packedInts(field: number, values: readonly number[]): this {
    const inner = new ProtobufWriter();
    for (const value of values) inner.#signed(value);
    return this.bytes(field, inner.finish());
  }

  /** The bytes written so far. The writer may be reused no further. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #signed(value: number): void {
    if (value >= 0) {
      this.#varint(value);
      return;
    }
    let rest = BigInt.asUintN(64, BigInt(value));
    this.#reserve(10);
    while (rest > 127n) {
      this.#bytes[this.#length++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.#bytes[this.#length++] = Number(rest);
  }

  /** Non-negative integers up to 2^53. */
  #varint(value: number): void {
    this.#reserve(10);
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  #reserve(extra: number): void {
    if (this.#length + extra <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.#length + extra));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
