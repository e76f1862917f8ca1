import { SEGMENT_BYTES, TABLE } from "../fields";

/*
 * Popcounts without counting. Four channels of a pixel are one byte, the offset of a row of the table; that row holds, for each of the
 * 16 nibbles that weights may be, the number of bits in which they differ. One byte shuffle of the row by the weights of 16 filters
 * gives what these four channels add to 16 sums: 64 binary products in one shuffle and one addition.
 */

// @ts-ignore: one of the two is compiled.
@inline function pick(row: v128, nibbles: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i8x16.relaxed_swizzle(row, nibbles);
  return i8x16.swizzle(row, nibbles);
}

@inline function row(pixel: usize): v128 {
  return v128.load(<usize>load<u8>(pixel), TABLE);
}

/** Brings 16 sums of bytes to their sums of 16 bits. */
@inline function widen(to: usize, sums: v128, add: bool): void {
  let low = i16x8.extend_low_i8x16_u(sums);
  let high = i16x8.extend_high_i8x16_u(sums);
  if (add) {
    low = i16x8.add(low, v128.load(to));
    high = i16x8.add(high, v128.load(to, 16));
  }
  v128.store(to, low);
  v128.store(to, high, 16);
}

/** Two pixels, 64 filters. */
export function lookup2x4(
  x: usize, step: usize, segments: usize, end: usize, w0: usize, block: usize, sums: usize, pixel: usize,
): void {
  const none = i8x16.splat(0);
  let a0 = none, a1 = none, a2 = none, a3 = none;
  let b0 = none, b1 = none, b2 = none, b3 = none;
  let w1 = w0 + block;
  let w2 = w1 + block;
  let w3 = w2 + block;
  do {
    let p0 = x + load<u32>(segments);
    let p1 = p0 + step;
    const stop = p0 + load<u32>(segments, 4);
    do {
      const u0 = v128.load(w0), u1 = v128.load(w1), u2 = v128.load(w2), u3 = v128.load(w3);
      const r0 = row(p0), r1 = row(p1);
      a0 = i8x16.add(a0, pick(r0, u0));
      a1 = i8x16.add(a1, pick(r0, u1));
      a2 = i8x16.add(a2, pick(r0, u2));
      a3 = i8x16.add(a3, pick(r0, u3));
      b0 = i8x16.add(b0, pick(r1, u0));
      b1 = i8x16.add(b1, pick(r1, u1));
      b2 = i8x16.add(b2, pick(r1, u2));
      b3 = i8x16.add(b3, pick(r1, u3));
      w0 += 16;
      w1 += 16;
      w2 += 16;
      w3 += 16;
      p0++;
      p1++;
    } while (p0 < stop);
    const after = load<u32>(segments, 8);
    if (after) {
      const add = after > 1;
      widen(sums, a0, add);
      widen(sums + 32, a1, add);
      widen(sums + 64, a2, add);
      widen(sums + 96, a3, add);
      widen(sums + pixel, b0, add);
      widen(sums + pixel + 32, b1, add);
      widen(sums + pixel + 64, b2, add);
      widen(sums + pixel + 96, b3, add);
      a0 = none, a1 = none, a2 = none, a3 = none;
      b0 = none, b1 = none, b2 = none, b3 = none;
    }
    segments += SEGMENT_BYTES;
  } while (segments < end);
}

/** Four pixels, 32 filters. */
export function lookup4x2(
  x: usize, step: usize, segments: usize, end: usize, w0: usize, block: usize, sums: usize, pixel: usize,
): void {
  const none = i8x16.splat(0);
  let a0 = none, a1 = none, b0 = none, b1 = none;
  let c0 = none, c1 = none, d0 = none, d1 = none;
  let w1 = w0 + block;
  do {
    let p0 = x + load<u32>(segments);
    let p1 = p0 + step;
    let p2 = p1 + step;
    let p3 = p2 + step;
    const stop = p0 + load<u32>(segments, 4);
    do {
      const u0 = v128.load(w0), u1 = v128.load(w1);
      const r0 = row(p0), r1 = row(p1), r2 = row(p2), r3 = row(p3);
      a0 = i8x16.add(a0, pick(r0, u0));
      a1 = i8x16.add(a1, pick(r0, u1));
      b0 = i8x16.add(b0, pick(r1, u0));
      b1 = i8x16.add(b1, pick(r1, u1));
      c0 = i8x16.add(c0, pick(r2, u0));
      c1 = i8x16.add(c1, pick(r2, u1));
      d0 = i8x16.add(d0, pick(r3, u0));
      d1 = i8x16.add(d1, pick(r3, u1));
      w0 += 16;
      w1 += 16;
      p0++;
      p1++;
      p2++;
      p3++;
    } while (p0 < stop);
    const after = load<u32>(segments, 8);
    if (after) {
      const add = after > 1;
      let to = sums;
      widen(to, a0, add);
      widen(to + 32, a1, add);
      to += pixel;
      widen(to, b0, add);
      widen(to + 32, b1, add);
      to += pixel;
      widen(to, c0, add);
      widen(to + 32, c1, add);
      to += pixel;
      widen(to, d0, add);
      widen(to + 32, d1, add);
      a0 = none, a1 = none, b0 = none, b1 = none;
      c0 = none, c1 = none, d0 = none, d1 = none;
    }
    segments += SEGMENT_BYTES;
  } while (segments < end);
}

/** Four pixels, 16 filters. */
export function lookup4x1(
  x: usize, step: usize, segments: usize, end: usize, w0: usize, sums: usize, pixel: usize,
): void {
  const none = i8x16.splat(0);
  let a0 = none, b0 = none, c0 = none, d0 = none;
  do {
    let p0 = x + load<u32>(segments);
    let p1 = p0 + step;
    let p2 = p1 + step;
    let p3 = p2 + step;
    const stop = p0 + load<u32>(segments, 4);
    do {
      const u0 = v128.load(w0);
      a0 = i8x16.add(a0, pick(row(p0), u0));
      b0 = i8x16.add(b0, pick(row(p1), u0));
      c0 = i8x16.add(c0, pick(row(p2), u0));
      d0 = i8x16.add(d0, pick(row(p3), u0));
      w0 += 16;
      p0++;
      p1++;
      p2++;
      p3++;
    } while (p0 < stop);
    const after = load<u32>(segments, 8);
    if (after) {
      const add = after > 1;
      widen(sums, a0, add);
      widen(sums + pixel, b0, add);
      widen(sums + 2 * pixel, c0, add);
      widen(sums + 3 * pixel, d0, add);
      a0 = none, b0 = none, c0 = none, d0 = none;
    }
    segments += SEGMENT_BYTES;
  } while (segments < end);
}

/** Three taps side by side: what 16 filters add up of neighbouring pixels. */
@inline function three(sums: v128, r0: v128, r1: v128, r2: v128, u0: v128, u1: v128, u2: v128): v128 {
  return i8x16.add(i8x16.add(i8x16.add(sums, pick(r0, u0)), pick(r1, u1)), pick(r2, u2));
}

/** Four neighbouring pixels, 16 filters, windows three taps wide: a row of the table serves up to three windows. */
export function lookup4x1of3(
  x: usize, step: usize, segments: usize, end: usize, w: usize, sums: usize, pixel: usize,
): void {
  const none = i8x16.splat(0);
  let a = none, b = none, c = none, d = none;
  do {
    let p0 = x + load<u32>(segments);
    let p1 = p0 + step;
    let p2 = p1 + step;
    let p3 = p2 + step;
    let p4 = p3 + step;
    let p5 = p4 + step;
    const stop = p0 + load<u32>(segments, 4);
    do {
      const u0 = v128.load(w), u1 = v128.load(w, 16), u2 = v128.load(w, 32);
      const r0 = row(p0), r1 = row(p1), r2 = row(p2), r3 = row(p3), r4 = row(p4), r5 = row(p5);
      a = three(a, r0, r1, r2, u0, u1, u2);
      b = three(b, r1, r2, r3, u0, u1, u2);
      c = three(c, r2, r3, r4, u0, u1, u2);
      d = three(d, r3, r4, r5, u0, u1, u2);
      w += 48;
      p0++;
      p1++;
      p2++;
      p3++;
      p4++;
      p5++;
    } while (p0 < stop);
    const after = load<u32>(segments, 8);
    if (after) {
      const add = after > 1;
      widen(sums, a, add);
      widen(sums + pixel, b, add);
      widen(sums + 2 * pixel, c, add);
      widen(sums + 3 * pixel, d, add);
      a = none, b = none, c = none, d = none;
    }
    segments += SEGMENT_BYTES;
  } while (segments < end);
}
