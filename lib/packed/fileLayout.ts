import type { PlannedTensor } from "./tensors";

/**
 * A `.bars` file, version 1; all numbers little-endian:
 *
 * | bytes | content |
 * | --- | --- |
 * | 4 | the letters `BARS` |
 * | 4 | version of the format, 1 |
 * | 4 | bytes of the header, `h` |
 * | 4 | bytes of the weights, `w` |
 * | `h` | header: JSON in UTF-8 (`PackedHeader`) |
 * | `w` | weights: all real tensors as float32, then all signs at 1 bit each, in the order in which the model's graph asks for them; sign `i` of a tensor is bit `i mod 8` of its byte `floor(i / 8)`, 0 for +1 and 1 for −1; every tensor starts at a byte of its own, its last bits are 0 |
 * | 32 | SHA-256 of everything before |
 *
 * The weights are as many bits as the cost table says (`bits`), but for the bits that fill up a tensor's last byte.
 */
export const fileLayout = Object.freeze({ magic: "BARS", version: 1, start: 16, checksum: 32 });

/** Bytes of a tensor in the file. */
export function tensorBytes({ kind, length }: Pick<PlannedTensor, "kind" | "length">): number {
  return kind === "real" ? 4 * length : Math.ceil(length / 8);
}

/** Tensors in the order of the file: real ones first. */
export function fileOrder(planned: readonly PlannedTensor[]): PlannedTensor[] {
  return [
    ...planned.filter(({ kind }) => kind === "real"),
    ...planned.filter(({ kind }) => kind === "signs"),
  ];
}
