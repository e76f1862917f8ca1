// Zeros and copies in steps of 16 bytes, which may run past the end: callers write upwards, and areas have slack behind them.

@inline export function zero(to: usize, bytes: usize): void {
  const end = to + bytes;
  while (to < end) {
    v128.store(to, i32x4.splat(0));
    to += 16;
  }
}

@inline export function copy(to: usize, from: usize, bytes: usize): void {
  const end = to + bytes;
  while (to < end) {
    v128.store(to, v128.load(from));
    to += 16;
    from += 16;
  }
}

/** Each byte as two: its low nibble, then its high one, both in the upper half, as offsets of rows of the table. */
@inline export function spread(to: usize, from: usize, bytes: usize): void {
  const high = i8x16.splat(0xf0 as i8);
  const end = from + bytes;
  while (from < end) {
    const packed = v128.load(from);
    // Bits that a 16-bit shift brings over from the byte below are masked off.
    const low = v128.and(i16x8.shl(packed, 4), high);
    const upper = v128.and(packed, high);
    v128.store(to, i8x16.shuffle(low, upper, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
    v128.store(to, i8x16.shuffle(low, upper, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), 16);
    from += 16;
    to += 32;
  }
}

/** `count` floats, and not one more. */
@inline export function copyFloats(to: usize, from: usize, count: i32): void {
  let left = count;
  for (; left >= 4; left -= 4) {
    v128.store(to, v128.load(from));
    to += 16;
    from += 16;
  }
  for (; left > 0; left--) {
    store<f32>(to, load<f32>(from));
    to += 4;
    from += 4;
  }
}
