import { SEGMENT_BYTES } from "../fields";

/** Copies the runs of one window side by side; the bits of the last word that no run fills become 0. */
export function gather(to: usize, x: usize, segments: usize, end: usize, bytes: usize, last: u64): void {
  let at = to;
  do {
    let from = x + load<u32>(segments);
    const length = load<u32>(segments, 4);
    const next = at + length;
    do {
      store<u64>(at, load<u64>(from));
      at += 8;
      from += 8;
    } while (at < next);
    at = next;
    segments += SEGMENT_BYTES;
  } while (segments < end);
  const word = to + bytes - 8;
  store<u64>(word, load<u64>(word) & last);
}

/** Four patches by `blocks` blocks of four filters, word by word: scalar xor, popcount, addition. */
export function countWords(patches: usize, bytes: usize, weights: usize, blocks: i32, sums: usize, pixel: usize): void {
  for (let block = 0; block < blocks; block++) {
    let to = sums;
    for (let patch = patches, end = patches + 4 * bytes; patch < end; to += pixel) {
      let w = weights;
      const stop = patch + bytes;
      let a: u64 = 0, b: u64 = 0, c: u64 = 0, d: u64 = 0;
      do {
        const x = load<u64>(patch);
        a += popcnt(x ^ load<u64>(w));
        b += popcnt(x ^ load<u64>(w, 8));
        c += popcnt(x ^ load<u64>(w, 16));
        d += popcnt(x ^ load<u64>(w, 24));
        patch += 8;
        w += 32;
      } while (patch < stop);
      store<u32>(to, <u32>a);
      store<u32>(to, <u32>b, 4);
      store<u32>(to, <u32>c, 8);
      store<u32>(to, <u32>d, 12);
    }
    weights += 4 * bytes;
    sums += 16;
  }
}

@inline function lanes(sums: v128): v128 {
  return i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(sums));
}

/** The same with 32-bit words of four filters in the lanes of one vector, and popcounts of bytes. */
export function countLanes(patches: usize, bytes: usize, weights: usize, blocks: i32, sums: usize, pixel: usize): void {
  const none = i8x16.splat(0);
  for (let block = 0; block < blocks; block++) {
    let a = none, b = none, c = none, d = none;
    let p0 = patches;
    let p1 = p0 + bytes;
    let p2 = p1 + bytes;
    let p3 = p2 + bytes;
    const end = p0 + bytes;
    do {
      // A byte of a sum holds 31 popcounts of a byte at least.
      const stop = min(p0 + 4 * 31, end);
      let e = none, f = none, g = none, h = none;
      do {
        const w = v128.load(weights);
        e = i8x16.add(e, i8x16.popcnt(v128.xor(w, v128.load32_splat(p0))));
        f = i8x16.add(f, i8x16.popcnt(v128.xor(w, v128.load32_splat(p1))));
        g = i8x16.add(g, i8x16.popcnt(v128.xor(w, v128.load32_splat(p2))));
        h = i8x16.add(h, i8x16.popcnt(v128.xor(w, v128.load32_splat(p3))));
        weights += 16;
        p0 += 4;
        p1 += 4;
        p2 += 4;
        p3 += 4;
      } while (p0 < stop);
      a = i32x4.add(a, lanes(e));
      b = i32x4.add(b, lanes(f));
      c = i32x4.add(c, lanes(g));
      d = i32x4.add(d, lanes(h));
    } while (p0 < end);
    v128.store(sums, a);
    v128.store(sums + pixel, b);
    v128.store(sums + 2 * pixel, c);
    v128.store(sums + 3 * pixel, d);
    sums += 16;
  }
}
