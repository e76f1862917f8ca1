import {
  ACT_HARDTANH, ACT_PRELU, ACT_RELU, BITS_BYTES, B_FLIPS, B_GROUPS, B_INTEGER, B_LIMITS, B_OUTPUT, B_PIXEL, F_ACTIVATION, F_BITS, F_BITS_COUNT, F_FIRST_SHIFT, F_OFFSET, F_OUTPUT, F_OUTPUT_PIXEL, F_PLUS, F_PLUS_PIXEL, F_RESIDUAL, F_RESIDUAL_PIXEL, F_ROW, F_SCALE, F_SECOND_SHIFT, F_SLOPE, F_SOURCE, F_SOURCE_PIXEL, F_TAPS, F_TAPS_OF_COLUMN, F_TAPS_OF_ROW, F_VECTORS, F_WIDTH, SOURCE_F32, SOURCE_U16, SOURCE_U32,
} from "../fields";
import { integerBits, pack, realBits } from "./bits";
import { products } from "./products";

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
  // Signs that need no flips and no groups are taken in the same pass.
  const joined =
    count == 1 && !(load<i32>(f, F_VECTORS) & 3) && load<i32>(bits, B_GROUPS) == 1 && !load<usize>(bits, B_FLIPS);
  const signs = joined ? arena + load<u32>(bits, B_OUTPUT) + row * width * load<usize>(bits, B_PIXEL) : 0;
  if (kind == SOURCE_U16) values(f, SOURCE_U16, source, taps, to, added, last, bits, signs);
  else if (kind == SOURCE_U32) values(f, SOURCE_U32, source, taps, to, added, last, bits, signs);
  else values(f, SOURCE_F32, source, taps, to, added, last, bits, signs);
  if (joined) return;
  for (let i = 0; i < count; i++) realBits(f, bits + i * BITS_BYTES, row, to, arena);
}

/**
 * Values of one row, 16 channels at a time, then four. Where `signs` is not 0, channels are whole groups of 16, and their signs are
 * written there: 1 where `v < limit`.
 * @param kind constant.
 */
@inline function values(
  f: usize, kind: i32, source: usize, taps: usize, to: usize, added: usize, last: usize, b: usize, signs: usize,
): void {
  const width = load<i32>(f, F_WIDTH);
  const bytes = load<usize>(f, F_VECTORS) * 16;
  const whole = bytes & ~63;
  const pixel = load<usize>(f, F_OUTPUT_PIXEL);
  const sourcePixel = load<usize>(f, F_SOURCE_PIXEL);
  const addedPixel = load<usize>(f, F_RESIDUAL_PIXEL);
  const lastPixel = load<usize>(f, F_PLUS_PIXEL);
  const columns = load<usize>(f, F_TAPS_OF_COLUMN);
  const scale = load<usize>(f, F_SCALE);
  const offset = load<usize>(f, F_OFFSET);
  const limits = signs ? load<usize>(b, B_LIMITS) : 0;
  const activation = load<i32>(f, F_ACTIVATION);
  const none = f32x4.splat(0);
  for (let x = 0; x < width; x++) {
    const here = kind == SOURCE_F32 ? 0 : taps + load<u32>(columns + 4 * x);
    let c: usize = 0;
    for (; c < whole; c += 64) {
      let p = read(kind, source, c, here);
      let q = read(kind, source, c + 16, here);
      let r = read(kind, source, c + 32, here);
      let s = read(kind, source, c + 48, here);
      if (scale) {
        const at = scale + c;
        p = f32x4.mul(p, v128.load(at));
        q = f32x4.mul(q, v128.load(at, 16));
        r = f32x4.mul(r, v128.load(at, 32));
        s = f32x4.mul(s, v128.load(at, 48));
      }
      if (offset) {
        const at = offset + c;
        p = f32x4.add(p, v128.load(at));
        q = f32x4.add(q, v128.load(at, 16));
        r = f32x4.add(r, v128.load(at, 32));
        s = f32x4.add(s, v128.load(at, 48));
      }
      if (added) {
        const at = added + c;
        p = f32x4.add(p, v128.load(at));
        q = f32x4.add(q, v128.load(at, 16));
        r = f32x4.add(r, v128.load(at, 32));
        s = f32x4.add(s, v128.load(at, 48));
      }
      if (activation == ACT_RELU) {
        p = f32x4.pmax(none, p);
        q = f32x4.pmax(none, q);
        r = f32x4.pmax(none, r);
        s = f32x4.pmax(none, s);
      } else if (activation) {
        p = activate(f, activation, p, c);
        q = activate(f, activation, q, c + 16);
        r = activate(f, activation, r, c + 32);
        s = activate(f, activation, s, c + 48);
      }
      if (last) {
        const at = last + c;
        p = f32x4.add(p, v128.load(at));
        q = f32x4.add(q, v128.load(at, 16));
        r = f32x4.add(r, v128.load(at, 32));
        s = f32x4.add(s, v128.load(at, 48));
      }
      const target = to + c;
      v128.store(target, p);
      v128.store(target, q, 16);
      v128.store(target, r, 32);
      v128.store(target, s, 48);
      if (signs) {
        const limit = limits + c;
        store<u16>(signs, <u16>pack(
          f32x4.lt(p, v128.load(limit)), f32x4.lt(q, v128.load(limit, 16)),
          f32x4.lt(r, v128.load(limit, 32)), f32x4.lt(s, v128.load(limit, 48)),
        ));
        signs += 2;
      }
    }
    for (; c < bytes; c += 16) {
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

@inline function read(kind: i32, source: usize, c: usize, taps: usize): v128 {
  if (kind == SOURCE_F32) return v128.load(source + c);
  return f32x4.convert_i32x4_s(products(kind == SOURCE_U16, source, c, taps));
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
