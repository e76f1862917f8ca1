import {
  M_FROM, M_NODES, M_TO, N_BIAS, N_COUNT, N_LIST, N_OUTPUT, N_OUTPUT_PIXEL, N_PIXELS, N_WEIGHTS, Q_BEFORE, Q_CHANNELS, Q_COPIES,
  Q_INPUT_COLS, Q_KERNEL, Q_MEAN, Q_STRIDE, S_CHANNELS, S_COLS, S_FINISH, S_INPUT, S_INPUT_PIXEL, S_INPUT_ROW, S_INPUT_ROWS,
  S_SUMS, S_SUMS_PIXEL,
} from "../fields";
import { copyFloats, zero } from "./bytes";
import { finish } from "./finish";

/** Four channels twice, side by side. */
@inline function double(to: usize, v: v128): void {
  v128.store(to, i32x4.shuffle(v, v, 0, 0, 1, 1));
  v128.store(to, i32x4.shuffle(v, v, 2, 2, 3, 3), 16);
}

/** One window of `rows` by `columns` pixels, four channels at a time. @param mean constant. */
@inline function reduce(
  mean: bool, start: usize, rows: i32, columns: i32, rowBytes: usize, pixelBytes: usize, bytes: usize, copies: i32, to: usize,
  inside: v128,
): void {
  for (let c: usize = 0; c < bytes; c += 16) {
    let total = mean ? f32x4.splat(0) : v128.load(start);
    let line = start;
    for (let y = 0; y < rows; y++) {
      let at = line;
      for (let x = 0; x < columns; x++) {
        const v = v128.load(at);
        total = mean ? f32x4.add(total, v) : f32x4.pmax(total, v);
        at += pixelBytes;
      }
      line += rowBytes;
    }
    if (mean) total = f32x4.div(total, inside);
    if (copies == 1) v128.store(to + c, total);
    else double(to + 2 * c, total);
    start += 16;
  }
}

/** Largest or mean value of what of a window lies inside the image. */
export function pool(d: usize, arena: usize, scratch: usize, from: i32, to: i32): void {
  const kernel = load<i32>(d, Q_KERNEL);
  const stride = load<i32>(d, Q_STRIDE);
  const before = load<i32>(d, Q_BEFORE);
  const mean = load<i32>(d, Q_MEAN);
  const copies = load<i32>(d, Q_COPIES);
  const rows = load<i32>(d, S_INPUT_ROWS);
  const columns = load<i32>(d, Q_INPUT_COLS);
  const cols = load<i32>(d, S_COLS);
  const bytes = ((load<usize>(d, Q_CHANNELS) + 3) >> 2) * 16;
  const rowBytes = load<usize>(d, S_INPUT_ROW);
  const pixelBytes = load<usize>(d, S_INPUT_PIXEL);
  const target = scratch + load<u32>(d, S_SUMS);
  const targetPixel = load<usize>(d, S_SUMS_PIXEL);
  for (let row = from; row < to; row++) {
    const top = row * stride - before;
    const y0 = max(top, 0);
    const y1 = min(top + kernel, rows);
    for (let col = 0; col < cols; col++) {
      const left = col * stride - before;
      const x0 = max(left, 0);
      const x1 = min(left + kernel, columns);
      const start = arena + load<u32>(d, S_INPUT) + y0 * rowBytes + x0 * pixelBytes;
      const inside = f32x4.splat(<f32>((y1 - y0) * (x1 - x0)));
      const to = target + col * targetPixel;
      if (mean) reduce(true, start, y1 - y0, x1 - x0, rowBytes, pixelBytes, bytes, copies, to, inside);
      else reduce(false, start, y1 - y0, x1 - x0, rowBytes, pixelBytes, bytes, copies, to, inside);
    }
    finish(load<usize>(d, S_FINISH), row, target, arena, scratch);
  }
}

export function pointwise(d: usize, arena: usize, scratch: usize, from: i32, to: i32): void {
  const copies = load<i32>(d, Q_COPIES);
  const cols = load<i32>(d, S_COLS);
  const bytes = ((load<usize>(d, Q_CHANNELS) + 3) >> 2) * 16;
  const pixelBytes = load<usize>(d, S_INPUT_PIXEL);
  const target = scratch + load<u32>(d, S_SUMS);
  const targetPixel = load<usize>(d, S_SUMS_PIXEL);
  for (let row = from; row < to; row++) {
    const input = arena + load<u32>(d, S_INPUT) + row * load<usize>(d, S_INPUT_ROW);
    let source = input;
    if (copies > 1) {
      source = target;
      for (let col = 0; col < cols; col++) {
        for (let c: usize = 0; c < bytes; c += 16) {
          double(target + col * targetPixel + 2 * c, v128.load(input + col * pixelBytes + c));
        }
      }
    }
    finish(load<usize>(d, S_FINISH), row, source, arena, scratch);
  }
}

/** Parts with more or fewer channels: the leading ones, the rest 0. */
export function match(d: usize, arena: usize, scratch: usize, from: i32, to: i32): void {
  const cols = load<i32>(d, S_COLS);
  const nodes = load<i32>(d, M_NODES);
  const given = load<i32>(d, M_FROM);
  const wanted = load<i32>(d, M_TO);
  const pixelBytes = load<usize>(d, S_INPUT_PIXEL);
  const targetPixel = load<usize>(d, S_SUMS_PIXEL);
  for (let row = from; row < to; row++) {
    const input = arena + load<u32>(d, S_INPUT) + row * load<usize>(d, S_INPUT_ROW);
    const target = scratch + load<u32>(d, S_SUMS);
    for (let col = 0; col < cols; col++) {
      for (let node = 0; node < nodes; node++) {
        const at = target + col * targetPixel + 4 * node * wanted;
        if (wanted > given) zero(at, 4 * wanted);
        copyFloats(at, input + col * pixelBytes + 4 * node * given, min(given, wanted));
      }
    }
    finish(load<usize>(d, S_FINISH), row, target, arena, scratch);
  }
}

export function concat(d: usize, arena: usize, from: i32, to: i32): void {
  const cols = load<i32>(d, S_COLS);
  const pixel = load<usize>(d, N_OUTPUT_PIXEL);
  const count = load<i32>(d, N_COUNT);
  let before: usize = 0;
  for (let i = 0; i < count; i++) {
    const item = load<usize>(d, N_LIST) + 12 * i;
    const itemPixel = load<usize>(item, 4);
    const channels = load<i32>(item, 8);
    let source = arena + load<u32>(item) + from * cols * itemPixel;
    let target = arena + load<u32>(d, N_OUTPUT) + from * cols * pixel + before;
    for (let n = (to - from) * cols; n > 0; n--) {
      copyFloats(target, source, channels);
      source += itemPixel;
      target += pixel;
    }
    before += 4 * channels;
  }
}

/** Mean over all pixels. */
export function globalPool(d: usize, arena: usize): void {
  const pixels = load<i32>(d, N_PIXELS);
  const pixelBytes = load<usize>(d, S_INPUT_PIXEL);
  const bytes = ((load<usize>(d, S_CHANNELS) + 3) >> 2) * 16;
  const input = arena + load<u32>(d, S_INPUT);
  const output = arena + load<u32>(d, N_OUTPUT);
  const count = f32x4.splat(<f32>pixels);
  for (let c: usize = 0; c < bytes; c += 16) {
    let total = f32x4.splat(0);
    let at = input + c;
    for (let n = pixels; n > 0; n--) {
      total = f32x4.add(total, v128.load(at));
      at += pixelBytes;
    }
    v128.store(output + c, f32x4.div(total, count));
  }
}

/** Channels `[rows · cols]` pixels of `Q_CHANNELS` each, weights of four outputs side by side. */
export function dense(d: usize, arena: usize): void {
  const pixels = load<i32>(d, N_PIXELS);
  const channels = load<i32>(d, Q_CHANNELS);
  const pixelBytes = load<usize>(d, S_INPUT_PIXEL);
  const output = arena + load<u32>(d, N_OUTPUT);
  const bias = load<usize>(d, N_BIAS);
  const bytes = ((load<usize>(d, S_CHANNELS) + 3) >> 2) * 16;
  for (let o: usize = 0; o < bytes; o += 16) {
    let w = load<usize>(d, N_WEIGHTS) + o;
    let total = f32x4.splat(0);
    let input = arena + load<u32>(d, S_INPUT);
    for (let n = pixels; n > 0; n--) {
      for (let c = 0; c < channels; c++) {
        total = f32x4.add(total, f32x4.mul(v128.load32_splat(input + 4 * c), v128.load(w)));
        w += bytes;
      }
      input += pixelBytes;
    }
    v128.store(output + o, f32x4.add(total, v128.load(bias + o)));
  }
}

export function zeros(d: usize, arena: usize, from: i32, to: i32): void {
  const bytes = load<usize>(d, N_OUTPUT_PIXEL) * load<i32>(d, S_COLS);
  const start = arena + load<u32>(d, N_OUTPUT) + from * bytes;
  for (let at = start, end = start + (to - from) * bytes; at < end; at += 16) v128.store(at, i32x4.splat(0));
}
