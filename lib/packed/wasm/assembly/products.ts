/** `taps - 2 · popcount` of four channels; `c` is 4 bytes a channel. */
@inline export function products(narrow: bool, source: usize, c: usize, taps: usize): v128 {
  const counts = narrow ? v128.load16x4_u(source + (c >> 1)) : v128.load(source + c);
  return i32x4.sub(v128.load(taps + c), i32x4.shl(counts, 1));
}
