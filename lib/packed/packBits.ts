import { wordsPerGroup } from "./program";

/**
 * Signs of a kernel (0 for +1, 1 for −1, `[outChannels, kernel, kernel, perGroup]`) as the words of a
 * `BinaryConvolution`: `[outChannels, kernel, kernel, ceil(perGroup / 32)]`, member `m` in bit `m mod 32`.
 */
export function packKernel(signs: Uint8Array, perGroup: number): Uint32Array {
  const words = Math.ceil(perGroup / 32);
  const taps = signs.length / perGroup;
  const packed = new Uint32Array(taps * words);
  for (let tap = 0; tap < taps; tap++) {
    for (let m = 0; m < perGroup; m++) {
      if (signs[tap * perGroup + m] === 1) setBit(packed, tap * words, m);
    }
  }
  return packed;
}

/** Marks bit `m` of the words from place `at` on. */
export function setBit(packed: Uint32Array, at: number, m: number): void {
  const place = at + (m >>> 5);
  packed[place] = (packed[place] as number) | (1 << (m & 31));
}

/** Place of channel `c` of a pixel of bits: word within the pixel, and bit. */
export function bitPlace(c: number, channels: number, groups: number): { word: number; bit: number } {
  const member = Math.floor(c / groups);
  return { word: (c % groups) * wordsPerGroup(channels, groups) + (member >>> 5), bit: member & 31 };
}
