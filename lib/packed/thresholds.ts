import type { GraphOp } from "./graph";
import type { Activation } from "./program";

/** An operation on single values: what may stand between a map and the sign taken of it. */
export type Elementwise = Extract<GraphOp, { kind: "affine" | "activation" }>;

/** Where signs flip, per channel: −1 exactly where `flips[c] · x < limits[c]`. */
export interface Limits {
  readonly limits: Float64Array;
  readonly flips: Int8Array;
}

/** Beyond this no value of a map is looked at: limits out there are −Infinity or Infinity. */
const reach = 2 ** 64;
const { fround } = Math;

/** Whether the operation never falls (or never rises) as its input rises, for every channel. */
export function isMonotone(op: GraphOp): op is Elementwise {
  if (op.kind === "affine") return true;
  if (op.kind !== "activation") return false;
  const { activation } = op;
  const slopes = "slope" in activation ? activation.slope : [];
  return slopes.every((slope: number) => slope >= 0);
}

/** An operation on a value of one channel, rounded to float32 after every step, as engines compute it. */
function applyElementwise(op: Elementwise, value: number, channel: number): number {
  if (op.kind === "activation") return activate(op.activation, value, channel);
  const scaled = op.scale ? fround(value * (op.scale[channel] as number)) : value;
  return op.offset ? fround(scaled + (op.offset[channel] as number)) : scaled;
}

/** {@link Activation} of a float32 value. */
export function activate(activation: Activation, v: number, channel: number): number {
  switch (activation.kind) {
    case "relu":
      return v > 0 ? v : 0;
    case "hardtanh":
      return Math.min(Math.max(v, -1), 1);
    case "prelu":
      return v > 0 ? v : fround(v * (activation.slope[channel] as number));
    case "rprelu": {
      const { inputShift, slope, outputShift } = activation;
      const u = fround(v + (inputShift[channel] as number));
      const bent = u > 0 ? u : fround(u * (slope[channel] as number));
      return fround(bent + (outputShift[channel] as number));
    }
    default:
      return activation satisfies never;
  }
}

/**
 * The limits that say of an integer `n` in `[−most, most]` what the sign of a chain of monotone operations of it says, exactly:
 * found by trying, with the chain's own rounding. A limit below `−most` is −Infinity (never −1), above it Infinity.
 */
export function integerLimits(chain: readonly Elementwise[], channels: number, most: number): Limits {
  return limitsOf(chain, channels, -most, most, (at) => at);
}

/** The same for any float32. */
export function realLimits(chain: readonly Elementwise[], channels: number): Limits {
  return limitsOf(chain, channels, orderOf(-reach), orderOf(reach), valueAt);
}

/**
 * Bisects over places `lowest … highest` of an ordered set of values. `numberAt` gives the value at a place; the place of the negated
 * value is the negated place.
 */
function limitsOf(
  chain: readonly Elementwise[],
  channels: number,
  lowest: number,
  highest: number,
  numberAt: (place: number) => number,
): Limits {
  const limits = new Float64Array(channels);
  const flips = new Int8Array(channels);
  for (let c = 0; c < channels; c++) {
    const flip = falls(chain, c) ? -1 : 1;
    const positive = (place: number) =>
      chain.reduce((value, op) => applyElementwise(op, value, c), flip * numberAt(place)) >= 0;
    flips[c] = flip;
    // The first place whose sign is +1; before it all are −1.
    let [below, above] = [lowest - 1, highest + 1];
    while (above - below > 1) {
      const middle = Math.floor((below + above) / 2);
      if (positive(middle)) above = middle;
      else below = middle;
    }
    limits[c] =
      above === lowest
        ? Number.NEGATIVE_INFINITY
        : above > highest
          ? Number.POSITIVE_INFINITY
          : numberAt(above);
  }
  return { limits, flips };
}

/** Whether the chain falls as its input rises: an odd number of its scales is negative. */
function falls(chain: readonly Elementwise[], channel: number): boolean {
  return chain.reduce((down, op) => {
    const scale = op.kind === "affine" && op.scale ? (op.scale[channel] as number) : 1;
    return scale < 0 ? !down : down;
  }, false);
}

const word = new DataView(new ArrayBuffer(4));

/** The place of a float32 among all float32 in ascending order, 0 for zero. */
function orderOf(value: number): number {
  word.setFloat32(0, Math.abs(value));
  const bits = word.getUint32(0);
  return value < 0 ? -bits : bits;
}

function valueAt(place: number): number {
  word.setUint32(0, Math.abs(place));
  const value = word.getFloat32(0);
  return place < 0 ? -value : value;
}
