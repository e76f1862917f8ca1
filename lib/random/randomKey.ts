import { ConfigError } from "../util/errors";
import { noteDraw, noteFold } from "./tracedDraws";

/**
 * A splittable random key: 64 bits that name one stream of random numbers.
 *
 * Keys are values. Nothing advances: the same key always gives the same numbers, and a new stream is
 * derived with {@link fold}, never by reusing a key. A run can therefore stop and resume anywhere from
 * `(seed, epoch, step)` alone.
 *
 * Generator: Threefry-2x32 with 20 rounds (Salmon et al. 2011, "Parallel random numbers: as easy as
 * 1, 2, 3"), checked against the published known-answer vectors.
 */
export interface RandomKey {
  readonly hi: number;
  readonly lo: number;
}

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const parity = 0x1bd11bda;

function rotateLeft(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}

/** Encrypts the counter `(c0, c1)` under the key `(k0, k1)`: two unsigned 32-bit words. */
export function threefry2x32(k0: number, k1: number, c0: number, c1: number): [number, number] {
  const schedule = [k0 | 0, k1 | 0, k0 ^ k1 ^ parity];
  let x0 = (c0 + k0) | 0;
  let x1 = (c1 + k1) | 0;
  for (let round = 0; round < 20; round++) {
    x0 = (x0 + x1) | 0;
    x1 = rotateLeft(x1, rotations[round % 8] as number) ^ x0;
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      x0 = (x0 + (schedule[injection % 3] as number)) | 0;
      x1 = (x1 + (schedule[(injection + 1) % 3] as number) + injection) | 0;
    }
  }
  return [x0 >>> 0, x1 >>> 0];
}

/**
 * The root key of a seed.
 * @throws ConfigError for anything but a safe integer, which would share its key with another seed.
 *
 * @example
 * ```ts
 * console.log(bars.randomKey(0)); // {"hi":3075630971,"lo":387123834}
 * ```
 */
export function randomKey(seed: number): RandomKey {
  requireInteger(seed, "randomKey: seed");
  const [hi, lo] = threefry2x32(Math.floor(seed / 2 ** 32) >>> 0, seed >>> 0, 0x62617273, 0);
  return { hi, lo };
}

/**
 * Derives a new key from `key` and a label. Different labels give independent streams:
 * `fold(key, "augment")`, `fold(key, epoch)`.
 *
 * @throws ConfigError for a number that is no safe integer.
 *
 * @example
 * ```ts
 * const key = bars.randomKey(0);
 * console.log(bars.fold(key, "data")); // {"hi":4282301096,"lo":3987271615}
 * console.log(bars.fold(key, "data").hi === bars.fold(key, "augment").hi); // false
 * ```
 */
export function fold(key: RandomKey, label: string | number): RandomKey {
  let { hi, lo } = key;
  if (typeof label === "number") {
    requireInteger(label, "fold: label");
    [hi, lo] = threefry2x32(hi, lo, Math.floor(label / 2 ** 32) >>> 0, label >>> 0);
  } else {
    // Marks text apart from numbers, then chains the block cipher over the characters.
    [hi, lo] = threefry2x32(hi, lo, 0x74657874, label.length);
    for (let i = 0; i < label.length; i++) [hi, lo] = threefry2x32(hi, lo, label.charCodeAt(i), i);
  }
  const folded = { hi, lo };
  noteFold(key, label, folded);
  return folded;
}

function requireInteger(value: unknown, what: string): void {
  if (Number.isSafeInteger(value)) return;
  const got = typeof value === "string" ? `"${value}"` : String(value);
  throw new ConfigError(`${what} must be an integer from -(2^53 - 1) to 2^53 - 1, got ${got}.`);
}

/** Four bytes of the key's stream at `index`, as an unsigned integer. */
function word(key: RandomKey, index: number): number {
  const pair = threefry2x32(key.hi, key.lo, 0x73747265, index >>> 1);
  return pair[index & 1] as number;
}

/**
 * `count` numbers, uniform in [0, 1), with 24 random bits each.
 *
 * @example
 * ```ts
 * const values = bars.engine.uniform(bars.randomKey(0), 3);
 * console.log(values.length, values.every((value) => value >= 0 && value < 1)); // 3 true
 * ```
 */
export function uniform(key: RandomKey, count: number): Float32Array {
  const out = new Float32Array(count);
  for (let i = 0; i < count; i++) out[i] = (word(key, i) >>> 8) / 2 ** 24;
  noteDraw(out, "uniform", key, [count]);
  return out;
}

/** `count` integers, uniform in [0, below). `below` is at most 2^32. */
export function integers(key: RandomKey, count: number, below: number): Uint32Array {
  const out = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const [high, low] = threefry2x32(key.hi, key.lo, 0x696e7465, i);
    // 53 random bits before scaling: the bias is below 2^-21 for every possible `below`.
    out[i] = Math.floor(((high >>> 5) * 2 ** 26 + (low >>> 6)) * 2 ** -53 * below);
  }
  noteDraw(out, "integers", key, [count, below]);
  return out;
}

/**
 * `count` standard normal numbers (Box-Muller).
 *
 * @example
 * ```ts
 * console.log(bars.engine.normal(bars.randomKey(0), 4).length); // 4
 * ```
 */
export function normal(key: RandomKey, count: number): Float32Array {
  const out = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log((word(key, i) + 1) / 2 ** 32));
    const angle = (2 * Math.PI * word(key, i + 1)) / 2 ** 32;
    out[i] = radius * Math.cos(angle);
    if (i + 1 < count) out[i + 1] = radius * Math.sin(angle);
  }
  noteDraw(out, "normal", key, [count]);
  return out;
}

/**
 * `count` standard Gumbel numbers, `-ln(-ln u)`.
 *
 * @example
 * ```ts
 * console.log(bars.engine.gumbel(bars.randomKey(0), 4).length); // 4
 * ```
 */
export function gumbel(key: RandomKey, count: number): Float32Array {
  const out = new Float32Array(count);
  for (let i = 0; i < count; i++) out[i] = -Math.log(-Math.log((word(key, i) + 0.5) / 2 ** 32));
  noteDraw(out, "gumbel", key, [count]);
  return out;
}

/** `count` numbers that are 0 with probability `rate`, else `1 / (1 − rate)`: what dropping parts multiplies them by. */
export function keptShares(key: RandomKey, count: number, rate: number): Float32Array {
  const out = new Float32Array(count);
  for (let i = 0; i < count; i++) out[i] = (word(key, i) >>> 8) / 2 ** 24 < rate ? 0 : 1 / (1 - rate);
  noteDraw(out, "keptShares", key, [count, rate]);
  return out;
}

/** `count` standard logistic numbers, `ln(u / (1 − u))`, `u` at least `2^-24` from 0 and 1. */
export function logistic(key: RandomKey, count: number): Float32Array {
  const out = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const inside = Math.min(Math.max((word(key, i) >>> 8) / 2 ** 24, 2 ** -24), 1 - 2 ** -24);
    out[i] = Math.log(inside / (1 - inside));
  }
  noteDraw(out, "logistic", key, [count]);
  return out;
}

/** A uniformly drawn order of 0 … count-1 (Fisher-Yates). */
export function permutation(key: RandomKey, count: number): Uint32Array {
  const out = Uint32Array.from({ length: count }, (_, i) => i);
  const draws = uniformDoubles(key, count);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor((draws[i] as number) * (i + 1));
    const held = out[i] as number;
    out[i] = out[j] as number;
    out[j] = held;
  }
  noteDraw(out, "permutation", key, [count]);
  return out;
}

function uniformDoubles(key: RandomKey, count: number): Float64Array {
  const out = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const [high, low] = threefry2x32(key.hi, key.lo, 0x646f7562, i);
    out[i] = ((high >>> 5) * 2 ** 26 + (low >>> 6)) * 2 ** -53;
  }
  return out;
}
