import type { BinaryConvolution } from "../program";

/** Weights of one of several convolutions side by side as a kernel reads them. */
export interface KernelWeights {
  readonly bytes: Uint8Array;
  readonly blocks: number;
  readonly blockBytes: number;
}

/** Filters that one of several convolutions side by side has. */
export function filtersOf({ outChannels }: BinaryConvolution, parts: number, part: number): number {
  return Math.ceil((outChannels - part) / parts);
}

/** For each filter of a part the bytes of all its taps, 8 channels of a tap in one, without gaps but for the last bits of a tap. */
function tightFilters(
  conv: BinaryConvolution,
  inChannels: number,
  parts: number,
  part: number,
): Uint8Array[] {
  const { kernel, groups, weights } = conv;
  const words = Math.ceil(inChannels / groups / 32);
  const tapBytes = Math.ceil(inChannels / groups / 8);
  const taps = kernel * kernel;
  return Array.from({ length: filtersOf(conv, parts, part) }, (_, i) => {
    const o = i * parts + part;
    const bytes = new Uint8Array(taps * tapBytes);
    for (let at = 0; at < bytes.length; at++) {
      const tap = Math.floor(at / tapBytes);
      const byte = at % tapBytes;
      const word = weights[(o * taps + tap) * words + (byte >> 2)] as number;
      bytes[at] = (word >>> (8 * (byte & 3))) & 255;
    }
    return bytes;
  });
}

/** For looking up: blocks of 16 filters, one nibble of each side by side, a byte each. */
export function lookupWeights(
  conv: BinaryConvolution,
  inChannels: number,
  parts: number,
  part: number,
): KernelWeights {
  const filters = tightFilters(conv, inChannels, parts, part);
  const nibbles = 2 * (filters[0]?.length ?? 0);
  const blocks = Math.ceil(filters.length / 16);
  const bytes = new Uint8Array(blocks * nibbles * 16);
  filters.forEach((filter, f) => {
    const block = Math.floor(f / 16) * nibbles * 16 + (f % 16);
    filter.forEach((pair, i) => {
      bytes[block + 32 * i] = pair & 15;
      bytes[block + 32 * i + 16] = pair >> 4;
    });
  });
  return { bytes, blocks, blockBytes: nibbles * 16 };
}

/** The last block of {@link lookupWeights} of a 3x3 window with the three taps of a row side by side: row, nibble, tap, filter. */
export function lastBlockOfThree(
  conv: BinaryConvolution,
  inChannels: number,
  parts: number,
  part: number,
): Uint8Array {
  const filters = tightFilters(conv, inChannels, parts, part);
  const first = 16 * (Math.ceil(filters.length / 16) - 1);
  const nibbles = (2 * (filters[0]?.length ?? 0)) / 9;
  const bytes = new Uint8Array(9 * nibbles * 16);
  filters.slice(first).forEach((filter, f) => {
    for (let tap = 0; tap < 9; tap++) {
      for (let n = 0; n < nibbles; n++) {
        const pair = filter[(tap * nibbles + n) >> 1] as number;
        const place = (Math.floor(tap / 3) * nibbles + n) * 3 + (tap % 3);
        bytes[16 * place + f] = n % 2 === 0 ? pair & 15 : pair >> 4;
      }
    }
  });
  return bytes;
}

/** Bytes of a patch: whole words of 64 bits. */
export function patchBytes(conv: BinaryConvolution, inChannels: number): number {
  return 8 * Math.ceil((conv.kernel * conv.kernel * Math.ceil(inChannels / conv.groups / 8)) / 8);
}

/** For counting: blocks of 4 filters, a word of each side by side. @param wordBytes 8 or 4. */
export function popcountWeights(
  conv: BinaryConvolution,
  inChannels: number,
  parts: number,
  part: number,
  wordBytes: 4 | 8,
): KernelWeights {
  const filters = tightFilters(conv, inChannels, parts, part);
  const blockBytes = 4 * patchBytes(conv, inChannels);
  const blocks = Math.ceil(filters.length / 4);
  const bytes = new Uint8Array(blocks * blockBytes);
  filters.forEach((filter, f) => {
    const block = Math.floor(f / 4) * blockBytes + (f % 4) * wordBytes;
    filter.forEach((value, i) => {
      bytes[block + Math.floor(i / wordBytes) * 4 * wordBytes + (i % wordBytes)] = value;
    });
  });
  return { bytes, blocks, blockBytes };
}
