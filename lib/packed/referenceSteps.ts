import { bitPlace, setBit } from "./packBits";
import {
  type BinaryConvolution,
  type Epilogue,
  outputsOf,
  type Pool,
  type RealConvolution,
  type Slot,
  type SlotId,
  type Step,
  wordsPerGroup,
} from "./program";
import { activate } from "./thresholds";

/** One image's values of a slot: float32 of a real one, words of one of bits. */
export type SlotValues = Float32Array | Uint32Array;

const { fround } = Math;

/** Runs one step on one image: reads and writes `values`, one array a slot. */
export function runStep(
  step: Step,
  slots: readonly Slot[],
  values: readonly SlotValues[],
  see: (slot: SlotId, values: SlotValues) => void,
): void {
  const real = (slot: SlotId) => values[slot] as Float32Array;
  const map = (slot: SlotId) => slots[slot] as Slot;
  const at = (slot: SlotId, y: number, x: number, c: number) =>
    real(slot)[(y * map(slot).width + x) * map(slot).channels + c] as number;

  /** Writes a real map value by value, through an epilogue where there is one. */
  const write = (output: SlotId, epilogue: Epilogue | null, of: Value) => {
    const { height, width, channels } = map(output);
    eachPlace(height, width, channels, (y, x, c) => {
      const place = (y * width + x) * channels + c;
      const value = of(y, x, c);
      real(output)[place] = epilogue
        ? finish(epilogue, value, c, (slot) => real(slot)[place] as number)
        : value;
    });
  };

  switch (step.step) {
    case "real_conv":
      write(step.output, step.epilogue, realConvolution(step, map(step.input), map(step.output), at));
      break;
    case "binary_conv": {
      const sum = binaryConvolution(step, map(step.input), values[step.input] as Uint32Array);
      if (step.result.kind === "real") {
        write(step.result.output, step.result.epilogue, sum);
        break;
      }
      for (const { output, limits, flips } of step.result.outputs)
        writeBits(map(output), values[output] as Uint32Array, limits, flips, sum);
      break;
    }
    case "binarize": {
      const { output, limits, flips } = step;
      const read: Value = (y, x, c) => at(step.input, y, x, c);
      writeBits(map(output), values[output] as Uint32Array, limits, flips, read);
      break;
    }
    case "pool":
      write(step.output, step.epilogue, pooled(step, map(step.input), at));
      break;
    case "pointwise":
      write(step.output, step.epilogue, (y, x, c) => at(step.input, y, x, Math.floor(c / step.copies)));
      break;
    case "match": {
      const from = map(step.input).channels / step.nodes;
      const to = map(step.output).channels / step.nodes;
      write(step.output, step.epilogue, (y, x, c) =>
        c % to < from ? at(step.input, y, x, Math.floor(c / to) * from + (c % to)) : 0,
      );
      break;
    }
    case "concat": {
      const owners = step.inputs.flatMap((input) =>
        Array.from({ length: map(input).channels }, (_, c) => [input, c] as const),
      );
      write(step.output, null, (y, x, c) => {
        const [input, own] = owners[c] as readonly [SlotId, number];
        return at(input, y, x, own);
      });
      break;
    }
    case "global_pool": {
      const { height, width } = map(step.input);
      write(step.output, null, (_y, _x, c) => {
        let sum = 0;
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++) sum = fround(sum + at(step.input, y, x, c));
        return fround(sum / (height * width));
      });
      break;
    }
    case "dense": {
      const { weights, bias } = step;
      write(step.output, null, (_y, _x, o) => {
        let sum = 0;
        for (const [f, feature] of real(step.input).entries())
          sum = fround(sum + fround(feature * (weights[f * bias.length + o] as number)));
        return fround(sum + (bias[o] as number));
      });
      break;
    }
    case "zeros":
      write(step.output, null, () => 0);
      break;
    default:
      step satisfies never;
  }
  for (const output of outputsOf(step)) see(output, values[output] as SlotValues);
}

type Value = (y: number, x: number, channel: number) => number;
type At = (slot: SlotId, y: number, x: number, channel: number) => number;

function eachPlace(
  height: number,
  width: number,
  channels: number,
  visit: (y: number, x: number, c: number) => void,
) {
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) for (let c = 0; c < channels; c++) visit(y, x, c);
}

function finish(epilogue: Epilogue, value: number, c: number, at: (slot: SlotId) => number): number {
  const { scale, offset, residual, activation, plus } = epilogue;
  let v = value;
  if (scale) v = fround(v * (scale[c] as number));
  if (offset) v = fround(v + (offset[c] as number));
  if (residual !== null) v = fround(v + at(residual));
  if (activation) v = activate(activation, v, c);
  if (plus !== null) v = fround(v + at(plus));
  return v;
}

function realConvolution(step: RealConvolution, from: Slot, to: Slot, at: At): Value {
  const { input, kernel, stride, before, weights } = step;
  return (i, j, o) => {
    let sum = 0;
    for (let ky = 0; ky < kernel; ky++) {
      for (let kx = 0; kx < kernel; kx++) {
        const [y, x] = [stride * i + ky - before, stride * j + kx - before];
        if (y < 0 || y >= from.height || x < 0 || x >= from.width) continue;
        for (let c = 0; c < from.channels; c++) {
          const weight = weights[((ky * kernel + kx) * from.channels + c) * to.channels + o] as number;
          sum = fround(sum + fround(at(input, y, x, c) * weight));
        }
      }
    }
    return sum;
  };
}

function binaryConvolution(step: BinaryConvolution, from: Slot, bits: Uint32Array): Value {
  const { kernel, stride, dilation, groups, border, phases, weights } = step;
  const words = wordsPerGroup(from.channels, groups);
  const reach = (kernel - 1) / 2;
  return (i, j, o) => {
    const [phase, group] = [o % phases, Math.floor(o / phases) % groups];
    let taps = 0;
    let unlike = 0;
    for (let ky = 0; ky < kernel; ky++) {
      for (let kx = 0; kx < kernel; kx++) {
        const y = stride * i + phase + (ky - reach) * dilation;
        const x = stride * j + phase + (kx - reach) * dilation;
        const inside = y >= 0 && y < from.height && x >= 0 && x < from.width;
        if (!inside && border === 0) continue;
        taps += 1;
        for (let w = 0; w < words; w++) {
          const pixel = inside ? (bits[((y * from.width + x) * groups + group) * words + w] as number) : 0;
          unlike += popcount(pixel ^ (weights[((o * kernel + ky) * kernel + kx) * words + w] as number));
        }
      }
    }
    return (taps * from.channels) / groups - 2 * unlike;
  };
}

/** Ones among the 32 bits of a word. */
function popcount(word: number): number {
  let ones = 0;
  for (let rest = word >>> 0; rest !== 0; rest = (rest & (rest - 1)) >>> 0) ones += 1;
  return ones;
}

function writeBits(
  { height, width, channels, groups }: Slot,
  bits: Uint32Array,
  limits: ArrayLike<number>,
  flips: ArrayLike<number>,
  value: Value,
): void {
  const words = groups * wordsPerGroup(channels, groups);
  bits.fill(0);
  eachPlace(height, width, channels, (y, x, c) => {
    const minus = (flips[c] as number) * value(y, x, c) < (limits[c] as number);
    const { word, bit } = bitPlace(c, channels, groups);
    if (minus) setBit(bits, (y * width + x) * words + word, bit);
  });
}

function pooled(step: Pool, from: Slot, at: At): Value {
  const { input, of, kernel, stride, before, copies } = step;
  return (i, j, o) => {
    const c = Math.floor(o / copies);
    let [sum, most, pixels] = [0, Number.NEGATIVE_INFINITY, 0];
    for (let ky = 0; ky < kernel; ky++) {
      for (let kx = 0; kx < kernel; kx++) {
        const [y, x] = [stride * i + ky - before, stride * j + kx - before];
        if (y < 0 || y >= from.height || x < 0 || x >= from.width) continue;
        const value = at(input, y, x, c);
        sum = fround(sum + value);
        most = Math.max(most, value);
        pixels += 1;
      }
    }
    return of === "max" ? most : fround(sum / pixels);
  };
}
