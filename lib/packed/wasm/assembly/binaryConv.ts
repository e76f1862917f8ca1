import {
  C_COPY, C_KERNEL, C_LEFT, C_ORDERED, C_PADDED, C_PADDED_ROW, C_PADDED_ROWS, C_PART, C_PARTS, C_PATCHES, C_REACH, C_ROW_STEP,
  C_STEP, C_TOP, KERNEL_I64, KERNEL_LOOKUP, P_BLOCKS, P_BLOCK_BYTES, P_FIRST, P_LAST_LOW, P_PATCH_BYTES, P_SEGMENTS,
  P_SEGMENTS_END, P_THREE_SEGMENTS, P_THREE_SEGMENTS_END, P_THREE_WEIGHTS, P_WEIGHTS, PART_BYTES, S_CHANNELS, S_COLS, S_FINISH, S_INPUT, S_INPUT_ROW, S_INPUT_ROWS, S_STRIP, S_SUMS,
  S_SUMS_PIXEL,
} from "../fields";
import { copy, spread, zero } from "./bytes";
import { finish } from "./finish";
import { lookup2x4, lookup4x1, lookup4x1of3, lookup4x2 } from "./lookup";
import { countLanes, countWords, gather } from "./popcount";

/** Rows `from` to `to` of a binary convolution: the image with its border, sums of a strip of rows, and what becomes of them. */
export function binaryConv(d: usize, arena: usize, scratch: usize, from: i32, to: i32): void {
  prepare(d, arena, scratch, from, to);
  const sums = scratch + load<u32>(d, S_SUMS);
  const cols = load<i32>(d, S_COLS);
  const pixel = load<usize>(d, S_SUMS_PIXEL);
  const strip = load<i32>(d, S_STRIP);
  const parts = load<i32>(d, C_PARTS);
  const part = load<usize>(d, C_PART);
  const looksUp = load<i32>(d, C_KERNEL) == KERNEL_LOOKUP;
  const end = load<usize>(d, S_FINISH);
  for (let row = from; row < to; row += strip) {
    const stop = min(row + strip, to);
    for (let i = 0; i < parts; i++) {
      if (looksUp) lookUp(d, part + i * PART_BYTES, scratch, row, stop);
      else count(d, part + i * PART_BYTES, scratch, row, stop);
    }
    let source = sums;
    for (let r = row; r < stop; r++) {
      if (parts == 1) finish(end, r, source, arena, scratch);
      else {
        order(d, source, scratch);
        finish(end, r, scratch + load<u32>(d, C_ORDERED), arena, scratch);
      }
      source += cols * pixel;
    }
  }
}

/** Copies what rows `from` to `to` read into the scratch, with a border of zeros around it. */
function prepare(d: usize, arena: usize, scratch: usize, from: i32, to: i32): void {
  const line = load<usize>(d, C_PADDED_ROW);
  const perRow = load<i32>(d, C_ROW_STEP) / <i32>line;
  const top = load<i32>(d, C_TOP);
  const left = load<usize>(d, C_LEFT);
  const bytes = load<usize>(d, C_COPY);
  const looksUp = load<i32>(d, C_KERNEL) == KERNEL_LOOKUP;
  const body = left + (looksUp ? 2 * bytes : bytes);
  const rows = load<i32>(d, S_INPUT_ROWS);
  const inputRow = load<usize>(d, S_INPUT_ROW);
  const input = arena + load<u32>(d, S_INPUT);
  const last = min((to - 1) * perRow + load<i32>(d, C_REACH), load<i32>(d, C_PADDED_ROWS));
  let at = scratch + load<u32>(d, C_PADDED) + from * perRow * line;
  for (let row = from * perRow; row < last; row++) {
    const y = row - top;
    if (y < 0 || y >= rows) zero(at, line);
    else {
      const source = input + y * inputRow;
      zero(at, left);
      if (looksUp) spread(at + left, source, bytes);
      else copy(at + left, source, bytes);
      if (body < line) zero(at + body, line - body);
    }
    at += line;
  }
}

function lookUp(d: usize, part: usize, scratch: usize, from: i32, to: i32): void {
  const cols = load<i32>(d, S_COLS);
  const pixel = load<usize>(d, S_SUMS_PIXEL);
  const step = load<usize>(d, C_STEP);
  const rowStep = load<usize>(d, C_ROW_STEP);
  const segments = load<usize>(part, P_SEGMENTS);
  const end = load<usize>(part, P_SEGMENTS_END);
  const blocks = load<i32>(part, P_BLOCKS);
  const bytes = load<usize>(part, P_BLOCK_BYTES);
  const threes = load<usize>(part, P_THREE_WEIGHTS);
  const threeSegments = load<usize>(part, P_THREE_SEGMENTS);
  const threeEnd = load<usize>(part, P_THREE_SEGMENTS_END);
  const image = scratch + load<u32>(d, C_PADDED);
  let weights = load<usize>(part, P_WEIGHTS);
  let first = scratch + load<u32>(d, S_SUMS) + 2 * load<u32>(part, P_FIRST);
  let block = 0;
  while (block < blocks) {
    const many = blocks - block >= 4 ? 4 : blocks - block >= 2 ? 2 : 1;
    for (let row = from; row < to; row++) {
      let x = image + row * rowStep;
      let sums = first + (row - from) * cols * pixel;
      if (many == 4) {
        for (let col = 0; col < cols; col += 2) {
          lookup2x4(x, step, segments, end, weights, bytes, sums, pixel);
          x += 2 * step;
          sums += 2 * pixel;
        }
      } else {
        for (let col = 0; col < cols; col += 4) {
          if (many == 2) lookup4x2(x, step, segments, end, weights, bytes, sums, pixel);
          else if (threes) lookup4x1of3(x, step, threeSegments, threeEnd, threes, sums, pixel);
          else lookup4x1(x, step, segments, end, weights, sums, pixel);
          x += 4 * step;
          sums += 4 * pixel;
        }
      }
    }
    weights += many * bytes;
    first += many * 32;
    block += many;
  }
}

function count(d: usize, part: usize, scratch: usize, from: i32, to: i32): void {
  const cols = load<i32>(d, S_COLS);
  const pixel = load<usize>(d, S_SUMS_PIXEL);
  const step = load<usize>(d, C_STEP);
  const rowStep = load<usize>(d, C_ROW_STEP);
  const segments = load<usize>(part, P_SEGMENTS);
  const end = load<usize>(part, P_SEGMENTS_END);
  const blocks = load<i32>(part, P_BLOCKS);
  const weights = load<usize>(part, P_WEIGHTS);
  const bytes = load<usize>(part, P_PATCH_BYTES);
  const last = load<u64>(part, P_LAST_LOW);
  const image = scratch + load<u32>(d, C_PADDED);
  const patches = scratch + load<u32>(d, C_PATCHES);
  const words = load<i32>(d, C_KERNEL) == KERNEL_I64;
  const first = scratch + load<u32>(d, S_SUMS) + 4 * load<u32>(part, P_FIRST);
  for (let row = from; row < to; row++) {
    let x = image + row * rowStep;
    let sums = first + (row - from) * cols * pixel;
    for (let col = 0; col < cols; col += 4) {
      for (let i = 0; i < 4; i++) {
        gather(patches + i * bytes, x, segments, end, bytes, last);
        x += step;
      }
      if (words) countWords(patches, bytes, weights, blocks, sums, pixel);
      else countLanes(patches, bytes, weights, blocks, sums, pixel);
      sums += 4 * pixel;
    }
  }
}

/** Deals the channels of several parts out in turn. */
function order(d: usize, source: usize, scratch: usize): void {
  const cols = load<i32>(d, S_COLS);
  const channels = load<i32>(d, S_CHANNELS);
  const pixel = load<usize>(d, S_SUMS_PIXEL);
  const parts = load<i32>(d, C_PARTS);
  const part = load<usize>(d, C_PART);
  const target = scratch + load<u32>(d, C_ORDERED);
  const narrow = load<i32>(d, C_KERNEL) == KERNEL_LOOKUP;
  for (let i = 0; i < parts; i++) {
    const first = load<usize>(part + i * PART_BYTES, P_FIRST);
    for (let col = 0; col < cols; col++) {
      const to = target + col * pixel;
      let from = source + col * pixel;
      if (narrow) {
        from += 2 * first;
        for (let c = i; c < channels; c += parts) {
          store<u16>(to + 2 * c, load<u16>(from));
          from += 2;
        }
      } else {
        from += 4 * first;
        for (let c = i; c < channels; c += parts) {
          store<u32>(to + 4 * c, load<u32>(from));
          from += 4;
        }
      }
    }
  }
}
