import {
  B_FLIPS, B_GROUP_BYTES, B_GROUPS, B_LIMITS, B_OUTPUT, B_PIXEL, F_CHANNELS, F_OUTPUT_PIXEL, F_SOURCE_PIXEL, F_TAPS_OF_COLUMN,
  F_WIDTH,
} from "../fields";
import { products } from "./products";

/** Packs the lanes of four masks into 16 bits. */
@inline export function pack(a: v128, b: v128, c: v128, d: v128): i32 {
  return i8x16.bitmask(i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d)));
}

/** Writes one pixel's next 16 bits, or 8 where no more belong to it. */
@inline function put(to: usize, left: usize, bits: i32): void {
  if (left > 1) store<u16>(to, <u16>bits);
  else store<u8>(to, <u8>bits);
}

/** One row of real values as bits: 1 where `flip · v < limit`. */
export function realBits(f: usize, b: usize, row: i32, from: usize, arena: usize): void {
  const width = load<i32>(f, F_WIDTH);
  const pixel = load<usize>(f, F_OUTPUT_PIXEL);
  const bytes = load<usize>(b, B_PIXEL);
  const limits = load<usize>(b, B_LIMITS);
  const flips = load<usize>(b, B_FLIPS);
  let to = arena + load<u32>(b, B_OUTPUT) + row * width * bytes;
  const groups = load<i32>(b, B_GROUPS);
  if (groups > 1) {
    for (let x = 0; x < width; x++) {
      if (groups == 4) fourGroups(f, b, from, to);
      else {
        clear(to, bytes);
        grouped(f, b, from, to);
      }
      from += pixel;
      to += bytes;
    }
    return;
  }
  for (let x = 0; x < width; x++) {
    let at = from;
    let limit = limits;
    if (flips) {
      let flip = flips;
      for (let left = <i32>bytes; left > 0; left -= 2) {
        put(to, left, pack(
          f32x4.lt(f32x4.mul(v128.load(at), v128.load(flip)), v128.load(limit)),
          f32x4.lt(f32x4.mul(v128.load(at, 16), v128.load(flip, 16)), v128.load(limit, 16)),
          f32x4.lt(f32x4.mul(v128.load(at, 32), v128.load(flip, 32)), v128.load(limit, 32)),
          f32x4.lt(f32x4.mul(v128.load(at, 48), v128.load(flip, 48)), v128.load(limit, 48)),
        ));
        at += 64;
        flip += 64;
        limit += 64;
        to += min(left, 2);
      }
    } else {
      for (let left = <i32>bytes; left > 0; left -= 2) {
        put(to, left, pack(
          f32x4.lt(v128.load(at), v128.load(limit)),
          f32x4.lt(v128.load(at, 16), v128.load(limit, 16)),
          f32x4.lt(v128.load(at, 32), v128.load(limit, 32)),
          f32x4.lt(v128.load(at, 48), v128.load(limit, 48)),
        ));
        at += 64;
        limit += 64;
        to += min(left, 2);
      }
    }
    from += pixel;
  }
}

@inline function clear(to: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i++) store<u8>(to + i, 0);
}

/** One pixel whose channels are dealt out to groups in turn. */
@inline function grouped(f: usize, b: usize, from: usize, to: usize): void {
  const channels = load<i32>(f, F_CHANNELS);
  const groups = load<i32>(b, B_GROUPS);
  const groupBytes = load<usize>(b, B_GROUP_BYTES);
  const limits = load<usize>(b, B_LIMITS);
  const flips = load<usize>(b, B_FLIPS);
  let member: usize = 0;
  for (let c = 0; c < channels; member++) {
    let at = to + (member >> 3);
    for (let g = 0; g < groups; g++, c++) {
      const below = load<f32>(from + 4 * c) * load<f32>(flips + 4 * c) < load<f32>(limits + 4 * c);
      store<u8>(at, load<u8>(at) | <u8>(<i32>below << (<i32>member & 7)));
      at += groupBytes;
    }
  }
}

/** The same for four groups: a lane of a vector is a group. */
@inline function fourGroups(f: usize, b: usize, from: usize, to: usize): void {
  const groupBytes = load<usize>(b, B_GROUP_BYTES);
  let limits = load<usize>(b, B_LIMITS);
  let flips = load<usize>(b, B_FLIPS);
  let left = load<i32>(f, F_CHANNELS) >> 2;
  for (let byte: usize = 0; byte < groupBytes; byte++) {
    let words = i32x4.splat(0);
    let bit = i32x4.splat(1);
    for (let member = min(left, 8); member > 0; member--) {
      const below = f32x4.lt(f32x4.mul(v128.load(from), v128.load(flips)), v128.load(limits));
      words = v128.or(words, v128.and(below, bit));
      bit = i32x4.shl(bit, 1);
      from += 16;
      flips += 16;
      limits += 16;
    }
    left -= 8;
    store<u8>(to + byte, <u8>i32x4.extract_lane(words, 0));
    store<u8>(to + byte + groupBytes, <u8>i32x4.extract_lane(words, 1));
    store<u8>(to + byte + 2 * groupBytes, <u8>i32x4.extract_lane(words, 2));
    store<u8>(to + byte + 3 * groupBytes, <u8>i32x4.extract_lane(words, 3));
  }
}

@inline function below(n: v128, flips: usize, limits: usize): v128 {
  return i32x4.lt_s(i32x4.mul(n, v128.load(flips)), v128.load(limits));
}

/** One row of sums as bits: 1 where `flip · n < limit`. */
export function integerBits(
  f: usize, b: usize, narrow: bool, row: i32, source: usize, taps: usize, arena: usize,
): void {
  const width = load<i32>(f, F_WIDTH);
  const sourcePixel = load<usize>(f, F_SOURCE_PIXEL);
  const columns = load<usize>(f, F_TAPS_OF_COLUMN);
  const bytes = load<usize>(b, B_PIXEL);
  const limits = load<usize>(b, B_LIMITS);
  const flips = load<usize>(b, B_FLIPS);
  const groups = load<i32>(b, B_GROUPS);
  let to = arena + load<u32>(b, B_OUTPUT) + row * width * bytes;
  for (let x = 0; x < width; x++) {
    const here = taps + load<u32>(columns + 4 * x);
    if (groups > 1) {
      clear(to, bytes);
      groupedSums(f, b, narrow, source, here, to);
      to += bytes;
    } else {
      let c: usize = 0;
      for (let left = <i32>bytes; left > 0; left -= 2) {
        put(to, left, pack(
          below(products(narrow, source, c, here), flips + c, limits + c),
          below(products(narrow, source, c + 16, here), flips + c + 16, limits + c + 16),
          below(products(narrow, source, c + 32, here), flips + c + 32, limits + c + 32),
          below(products(narrow, source, c + 48, here), flips + c + 48, limits + c + 48),
        ));
        c += 64;
        to += min(left, 2);
      }
    }
    source += sourcePixel;
  }
}

@inline function groupedSums(f: usize, b: usize, narrow: bool, source: usize, taps: usize, to: usize): void {
  const channels = load<i32>(f, F_CHANNELS);
  const groups = load<i32>(b, B_GROUPS);
  const groupBytes = load<usize>(b, B_GROUP_BYTES);
  const limits = load<usize>(b, B_LIMITS);
  const flips = load<usize>(b, B_FLIPS);
  let member: usize = 0;
  for (let c = 0; c < channels; member++) {
    let at = to + (member >> 3);
    for (let g = 0; g < groups; g++, c++) {
      const counts = narrow ? <i32>load<u16>(source + 2 * c) : load<i32>(source + 4 * c);
      const n = load<i32>(taps + 4 * c) - 2 * counts;
      const below = n * load<i32>(flips + 4 * c) < load<i32>(limits + 4 * c);
      store<u8>(at, load<u8>(at) | <u8>(<i32>below << (<i32>member & 7)));
      at += groupBytes;
    }
  }
}
