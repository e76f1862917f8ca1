import {
  ACT_HARDTANH, ACT_NONE, ACT_PRELU, ACT_RELU, B_FLIPS, B_GROUPS, B_INTEGER, B_LIMITS, B_OUTPUT, B_PIXEL, BITS_BYTES, F_ACTIVATION, F_BITS, F_BITS_COUNT, F_FIRST_SHIFT, F_OFFSET,
  F_OUTPUT, F_OUTPUT_PIXEL, F_PLUS, F_PLUS_PIXEL, F_RESIDUAL, F_RESIDUAL_PIXEL, F_ROW, F_SCALE, F_SECOND_SHIFT, F_SLOPE,
  F_SOURCE, F_SOURCE_PIXEL, F_TAPS, F_TAPS_OF_COLUMN, F_TAPS_OF_ROW, F_VECTORS, F_WIDTH, SOURCE_F32, SOURCE_U16, SOURCE_U32,
} from "../fields";
import { integerBits, pack, realBits } from "./bits";

/** One row of results: scale, offset, what is added, activation; written, binarized, or both. */
export function finish(f: usize, row: i32, source: usize, arena: usize, scratch: usize): void {
  const kind = load<i32>(f, F_SOURCE);
  const count = load<i32>(f, F_BITS_COUNT);
  const bits = load<usize>(f, F_BITS);
  const taps = kind == SOURCE_F32 ? 0 : load<usize>(f, F_TAPS) + load<u32>(load<usize>(f, F_TAPS_OF_ROW) + 4 * row);
  if (count && load<i32>(bits, B_INTEGER)) {
    for (let i = 0; i < count; i++) integerBits(f, bits + i * BITS_BYTES, kind == SOURCE_U16, row, source, taps, arena);
    return;
  }
  const width = load<i32>(f, F_WIDTH);
  const pixel = load<usize>(f, F_OUTPUT_PIXEL);
  const output = load<i32>(f, F_OUTPUT);
  const to = output < 0 ? scratch + load<u32>(f, F_ROW) : arena + output + row * width * pixel;
  const residual = load<i32>(f, F_RESIDUAL);
  const added = residual < 0 ? 0 : arena + residual + row * width * load<usize>(f, F_RESIDUAL_PIXEL);
  const plus = load<i32>(f, F_PLUS);
  const last = plus < 0 ? 0 : arena + plus + row * width * load<usize>(f, F_PLUS_PIXEL);
  const activation = load<i32>(f, F_ACTIVATION);
  const plain = !last && (activation == ACT_NONE || activation == ACT_RELU);
  const affine = load<usize>(f, F_SCALE) && load<usize>(f, F_OFFSET);
  // What most layers of most networks are has loops of its own.
  if (plain && affine && !(load<i32>(f, F_VECTORS) & 3)) {
    const single = count == 1 && load<i32>(bits, B_GROUPS) == 1 && !load<usize>(bits, B_FLIPS);
    const signs = single ? arena + load<u32>(bits, B_OUTPUT) + row * width * load<usize>(bits, B_PIXEL) : 0;
    if (kind == SOURCE_U16) {
      if (added) sixteen(f, bits, SOURCE_U16, true, source, taps, to, added, signs);
      else sixteen(f, bits, SOURCE_U16, false, source, taps, to, added, signs);
    } else if (kind == SOURCE_U32) {
      if (added) sixteen(f, bits, SOURCE_U32, true, source, taps, to, added, signs);
      else sixteen(f, bits, SOURCE_U32, false, source, taps, to, added, signs);
    } else {
      if (added) sixteen(f, bits, SOURCE_F32, true, source, taps, to, added, signs);
      else sixteen(f, bits, SOURCE_F32, false, source, taps, to, added, signs);
    }
    if (single) return;
  } else if (kind == SOURCE_U16) {
    values(f, SOURCE_U16, source, taps, to, added, last);
  } else if (kind == SOURCE_U32) {
    values(f, SOURCE_U32, source, taps, to, added, last);
  } else {
    values(f, SOURCE_F32, source, taps, to, added, last);
  }
  for (let i = 0; i < count; i++) realBits(f, bits + i * BITS_BYTES, row, to, arena);
}

/** @param kind constant. */
@inline function values(
  f: usize, kind: i32, source: usize, taps: usize, to: usize, added: usize, last: usize,
): void {
  const width = load<i32>(f, F_WIDTH);
  const bytes = load<usize>(f, F_VECTORS) * 16;
  const pixel = load<usize>(f, F_OUTPUT_PIXEL);
  const sourcePixel = load<usize>(f, F_SOURCE_PIXEL);
  const addedPixel = load<usize>(f, F_RESIDUAL_PIXEL);
  const lastPixel = load<usize>(f, F_PLUS_PIXEL);
  const columns = load<usize>(f, F_TAPS_OF_COLUMN);
  const scale = load<usize>(f, F_SCALE);
  const offset = load<usize>(f, F_OFFSET);
  const activation = load<i32>(f, F_ACTIVATION);
  for (let x = 0; x < width; x++) {
    const here = kind == SOURCE_F32 ? 0 : taps + load<u32>(columns + 4 * x);
    for (let c: usize = 0; c < bytes; c += 16) {
      let v = read(kind, source, c, here);
      if (scale) v = f32x4.mul(v, v128.load(scale + c));
      if (offset) v = f32x4.add(v, v128.load(offset + c));
      if (added) v = f32x4.add(v, v128.load(added + c));
      if (activation) v = activate(f, activation, v, c);
      if (last) v = f32x4.add(v, v128.load(last + c));
      v128.store(to + c, v);
    }
    to += pixel;
    source += sourcePixel;
    if (added) added += addedPixel;
    if (last) last += lastPixel;
  }
}

/**
 * The same for whole groups of 16 channels with scale and offset, a ReLU or nothing, and nothing after it; where `signs` is not 0 their signs are written
 * there, 1 where `v < limit`.
 * @param kind and `adds`: constants.
 */
@inline function sixteen(
  f: usize, b: usize, kind: i32, adds: bool, source: usize, taps: usize, to: usize, added: usize, signs: usize,
): void {
  const width = load<i32>(f, F_WIDTH);
  const bytes = load<usize>(f, F_VECTORS) * 16;
  const rest = load<usize>(f, F_OUTPUT_PIXEL) - bytes;
  const sourceRest = load<usize>(f, F_SOURCE_PIXEL) - (kind == SOURCE_U16 ? bytes >> 1 : bytes);
  const addedRest = load<usize>(f, F_RESIDUAL_PIXEL) - bytes;
  const columns = load<usize>(f, F_TAPS_OF_COLUMN);
  const scales = load<usize>(f, F_SCALE);
  const offsets = load<usize>(f, F_OFFSET) - scales;
  const limits = signs ? load<usize>(b, B_LIMITS) - scales : 0;
  const end = scales + bytes;
  const floor = f32x4.splat(load<i32>(f, F_ACTIVATION) == ACT_RELU ? 0 : -Infinity);
  for (let x = 0; x < width; x++) {
    let here = kind == SOURCE_F32 ? 0 : taps + load<u32>(columns + 4 * x);
    for (let c = scales; c < end; c += 64) {
      const p = four(kind, adds, source, here, c, c + offsets, added, floor, 0);
      const q = four(kind, adds, source, here, c, c + offsets, added, floor, 1);
      const r = four(kind, adds, source, here, c, c + offsets, added, floor, 2);
      const s = four(kind, adds, source, here, c, c + offsets, added, floor, 3);
      v128.store(to, p);
      v128.store(to, q, 16);
      v128.store(to, r, 32);
      v128.store(to, s, 48);
      if (signs) {
        const limit = c + limits;
        store<u16>(signs, <u16>pack(
          f32x4.lt(p, v128.load(limit)), f32x4.lt(q, v128.load(limit, 16)),
          f32x4.lt(r, v128.load(limit, 32)), f32x4.lt(s, v128.load(limit, 48)),
        ));
        signs += 2;
      }
      source += kind == SOURCE_U16 ? 32 : 64;
      here += 64;
      to += 64;
      if (adds) added += 64;
    }
    source += sourceRest;
    to += rest;
    if (adds) added += addedRest;
  }
}

/** Four channels: the `i`th four of the next 16. */
@inline function four(
  kind: i32, adds: bool, source: usize, taps: usize, scales: usize, offsets: usize, added: usize, floor: v128, i: usize,
): v128 {
  let v = f32x4.mul(read(kind, source, 16 * i, taps), v128.load(scales + 16 * i));
  v = f32x4.add(v, v128.load(offsets + 16 * i));
  if (adds) v = f32x4.add(v, v128.load(added + 16 * i));
  return f32x4.pmax(floor, v);
}

@inline function read(kind: i32, source: usize, c: usize, taps: usize): v128 {
  if (kind == SOURCE_F32) return v128.load(source + c);
  return f32x4.convert_i32x4_s(products(kind == SOURCE_U16, source, c, taps));
}

/** `taps - 2 · popcount` of four channels; `c` is 4 bytes a channel. */
@inline export function products(narrow: bool, source: usize, c: usize, taps: usize): v128 {
  const counts = narrow ? v128.load16x4_u(source + (c >> 1)) : v128.load(source + c);
  return i32x4.sub(v128.load(taps + c), i32x4.shl(counts, 1));
}

function activate(f: usize, kind: i32, v: v128, c: usize): v128 {
  const none = f32x4.splat(0);
  if (kind == ACT_RELU) return f32x4.pmax(none, v);
  if (kind == ACT_HARDTANH) return f32x4.pmin(f32x4.splat(1), f32x4.pmax(f32x4.splat(-1), v));
  const slope = v128.load(load<usize>(f, F_SLOPE) + c);
  if (kind == ACT_PRELU) return v128.bitselect(v, f32x4.mul(v, slope), f32x4.gt(v, none));
  const u = f32x4.add(v, v128.load(load<usize>(f, F_FIRST_SHIFT) + c));
  const bent = v128.bitselect(u, f32x4.mul(u, slope), f32x4.gt(u, none));
  return f32x4.add(bent, v128.load(load<usize>(f, F_SECOND_SHIFT) + c));
}
