import {
  C_COPY, C_INPUT_COLS, C_LEFT, C_PADDED, C_PADDED_ROW, C_PADDED_ROWS, C_PART, C_REACH, C_ROW_STEP, C_STEP, C_TOP, P_BLOCKS,
  P_BLOCK_BYTES, P_SEGMENTS, P_SEGMENTS_END, P_THREE_WEIGHTS, P_WEIGHTS, S_COLS, S_FINISH, S_INPUT, S_INPUT_PIXEL, S_INPUT_ROW, S_INPUT_ROWS,
  S_STRIP, S_SUMS, S_SUMS_PIXEL, SEGMENT_BYTES,
} from "../fields";
import { copy, zero } from "./bytes";
import { finish } from "./finish";

/** Rows `from` to `to` of a real convolution. */
export function realConv(d: usize, arena: usize, scratch: usize, from: i32, to: i32): void {
  const padded = load<i32>(d, C_PADDED);
  const image = padded < 0 ? arena + load<u32>(d, S_INPUT) : scratch + padded;
  if (padded >= 0) prepare(d, arena, image, from, to);
  const cols = load<i32>(d, S_COLS);
  const pixel = load<usize>(d, S_SUMS_PIXEL);
  const step = load<usize>(d, C_STEP);
  const rowStep = load<usize>(d, C_ROW_STEP);
  const strip = load<i32>(d, S_STRIP);
  const part = load<usize>(d, C_PART);
  const segments = load<usize>(part, P_SEGMENTS);
  const end = load<usize>(part, P_SEGMENTS_END);
  const blocks = load<i32>(part, P_BLOCKS);
  const bytes = load<usize>(part, P_BLOCK_BYTES);
  const sums = scratch + load<u32>(d, S_SUMS);
  for (let row = from; row < to; row += strip) {
    const stop = min(row + strip, to);
    let weights = load<usize>(part, P_WEIGHTS);
    for (let block = 0; block < blocks; block++) {
      for (let r = row; r < stop; r++) {
        let x = image + r * rowStep;
        let at = sums + 64 * block + (r - row) * cols * pixel;
        for (let col = 0; col < cols; col += 2) {
          multiply(x, step, segments, end, weights, at, pixel);
          x += 2 * step;
          at += 2 * pixel;
        }
      }
      weights += bytes;
    }
    const half = load<usize>(part, P_THREE_WEIGHTS);
    if (half) {
      for (let r = row; r < stop; r++) {
        let x = image + r * rowStep;
        let at = sums + 64 * blocks + (r - row) * cols * pixel;
        for (let col = 0; col < cols; col += 4) {
          multiplyHalf(x, step, segments, end, half, at, pixel);
          x += 4 * step;
          at += 4 * pixel;
        }
      }
    }
    for (let r = row; r < stop; r++) finish(load<usize>(d, S_FINISH), r, sums + (r - row) * cols * pixel, arena, scratch);
  }
}

/** Copies what rows `from` to `to` read, pixels side by side without gaps, with a border of zeros. */
function prepare(d: usize, arena: usize, image: usize, from: i32, to: i32): void {
  const line = load<usize>(d, C_PADDED_ROW);
  const perRow = load<i32>(d, C_ROW_STEP) / <i32>line;
  const top = load<i32>(d, C_TOP);
  const left = load<usize>(d, C_LEFT);
  const tight = load<usize>(d, C_COPY);
  const inputPixel = load<usize>(d, S_INPUT_PIXEL);
  const inputCols = load<i32>(d, C_INPUT_COLS);
  const rows = load<i32>(d, S_INPUT_ROWS);
  const inputRow = load<usize>(d, S_INPUT_ROW);
  const input = arena + load<u32>(d, S_INPUT);
  const body = left + inputCols * tight;
  const last = min((to - 1) * perRow + load<i32>(d, C_REACH), load<i32>(d, C_PADDED_ROWS));
  let at = image + from * perRow * line;
  for (let row = from * perRow; row < last; row++) {
    const y = row - top;
    if (y < 0 || y >= rows) zero(at, line);
    else {
      let source = input + y * inputRow;
      zero(at, left);
      if (inputPixel == tight) copy(at + left, source, inputCols * tight);
      else {
        let target = at + left;
        for (let col = 0; col < inputCols; col++) {
          copy(target, source, tight);
          target += tight;
          source += inputPixel;
        }
      }
      if (body < line) zero(at + body, line - body);
    }
    at += line;
  }
}

@inline function sum(total: v128, x: v128, w: v128): v128 {
  return f32x4.add(total, f32x4.mul(x, w));
}

/** Two pixels, 16 filters, in the order of the taps, every product and every sum rounded. */
function multiply(
  x: usize, step: usize, segments: usize, end: usize, w: usize, sums: usize, pixel: usize,
): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
  let b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  do {
    let p0 = x + load<u32>(segments);
    let p1 = p0 + step;
    const stop = p0 + load<u32>(segments, 4);
    do {
      const u0 = v128.load(w), u1 = v128.load(w, 16), u2 = v128.load(w, 32), u3 = v128.load(w, 48);
      const x0 = v128.load32_splat(p0), x1 = v128.load32_splat(p1);
      a0 = sum(a0, x0, u0);
      a1 = sum(a1, x0, u1);
      a2 = sum(a2, x0, u2);
      a3 = sum(a3, x0, u3);
      b0 = sum(b0, x1, u0);
      b1 = sum(b1, x1, u1);
      b2 = sum(b2, x1, u2);
      b3 = sum(b3, x1, u3);
      w += 64;
      p0 += 4;
      p1 += 4;
    } while (p0 < stop);
    segments += SEGMENT_BYTES;
  } while (segments < end);
  v128.store(sums, a0);
  v128.store(sums, a1, 16);
  v128.store(sums, a2, 32);
  v128.store(sums, a3, 48);
  sums += pixel;
  v128.store(sums, b0);
  v128.store(sums, b1, 16);
  v128.store(sums, b2, 32);
  v128.store(sums, b3, 48);
}

/** Four pixels, 8 filters. */
function multiplyHalf(
  x: usize, step: usize, segments: usize, end: usize, w: usize, sums: usize, pixel: usize,
): void {
  let a0 = f32x4.splat(0), a1 = a0, b0 = a0, b1 = a0;
  let c0 = a0, c1 = a0, d0 = a0, d1 = a0;
  do {
    let p0 = x + load<u32>(segments);
    let p1 = p0 + step;
    let p2 = p1 + step;
    let p3 = p2 + step;
    const stop = p0 + load<u32>(segments, 4);
    do {
      const u0 = v128.load(w), u1 = v128.load(w, 16);
      const x0 = v128.load32_splat(p0), x1 = v128.load32_splat(p1);
      const x2 = v128.load32_splat(p2), x3 = v128.load32_splat(p3);
      a0 = sum(a0, x0, u0);
      a1 = sum(a1, x0, u1);
      b0 = sum(b0, x1, u0);
      b1 = sum(b1, x1, u1);
      c0 = sum(c0, x2, u0);
      c1 = sum(c1, x2, u1);
      d0 = sum(d0, x3, u0);
      d1 = sum(d1, x3, u1);
      w += 32;
      p0 += 4;
      p1 += 4;
      p2 += 4;
      p3 += 4;
    } while (p0 < stop);
    segments += SEGMENT_BYTES;
  } while (segments < end);
  v128.store(sums, a0);
  v128.store(sums, a1, 16);
  sums += pixel;
  v128.store(sums, b0);
  v128.store(sums, b1, 16);
  sums += pixel;
  v128.store(sums, c0);
  v128.store(sums, c1, 16);
  sums += pixel;
  v128.store(sums, d0);
  v128.store(sums, d1, 16);
}
