import type { PlannedTensor } from "./tensors";

/**
 * A `.bars` file, version 2; all numbers little-endian:
 *
 * | bytes | content |
 * | --- | --- |
 * | 4 | the letters `BARS` |
 * | 4 | version of the format, 2 |
 * | 4 | bytes of the header, `h` |
 * | 4 | bytes of the weights, `w` |
 * | `h` | header (`PackedHeader`): a byte `n`; `n` hashes of 32 bytes; JSON in UTF-8 in which the letter U+0001 stands for each hash in turn (64 hexadecimal digits), deflated (RFC 1951, no wrapper) with the preset dictionary `headerDictionary` |
 * | `w` | weights: all real tensors as float32, then all signs at 1 bit each, in the order in which the model's graph asks for them; sign `i` of a tensor is bit `i mod 8` of its byte `floor(i / 8)`, 0 for +1 and 1 for −1; every tensor starts at a byte of its own, its last bits are 0 |
 * | 16 | the first half of the SHA-256 of everything before |
 *
 * Version 1 is read as well: its header is plain text, its checksum all 32 bytes.
 *
 * The weights are as many bits as the cost table says (`bits`), but for the bits that fill up a tensor's last byte.
 */
export const fileLayout = Object.freeze({ magic: "BARS", version: 2, start: 16, checksum: 16 });

/** Bytes of the checksum of a version that can be read. */
export const checksumBytes = (version: number): number => (version === 1 ? 32 : fileLayout.checksum);

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
