export enum WasmType {
  v128 = 0x7b,
  f64 = 0x7c,
  f32 = 0x7d,
  i32 = 0x7f,
}

/** A local variable of a function. */
export interface Local {
  readonly index: number;
  readonly type: WasmType;
}

const shiftMask = 0x7f;

/** Writes `value` in groups of seven bits, signed. */
function signed(value: number): number[] {
  const out: number[] = [];
  for (let rest = value; ; ) {
    const low = rest & shiftMask;
    rest >>= 7;
    const last = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    out.push(last ? low : low | 0x80);
    if (last) return out;
  }
}

/** Writes a whole number of at most 32 bits in groups of seven bits. */
export function unsigned(value: number): number[] {
  const out: number[] = [];
  for (let rest = value >>> 0; ; ) {
    const low = rest & shiftMask;
    rest >>>= 7;
    if (rest === 0) {
      out.push(low);
      return out;
    }
    out.push(low | 0x80);
  }
}

const float32 = new Float32Array(1);
const float32Bytes = new Uint8Array(float32.buffer);

/** Four bytes of a float, the lowest first. */
function floatBytes(value: number): number[] {
  float32[0] = value;
  return [...float32Bytes];
}

/** Operations on one number or on four, of the numbers on the stack. */
const floatOps = {
  abs: [0x8b, 0xe0],
  neg: [0x8c, 0xe1],
  sqrt: [0x91, 0xe3],
  ceil: [0x8d, 0x67],
  floor: [0x8e, 0x68],
  /** Of halves the even one. */
  nearest: [0x90, 0x6a],
  add: [0x92, 0xe4],
  sub: [0x93, 0xe5],
  mul: [0x94, 0xe6],
  div: [0x95, 0xe7],
  min: [0x96, 0xe8],
  max: [0x97, 0xe9],
  eq: [0x5b, 0x41],
  ne: [0x5c, 0x42],
  lt: [0x5d, 0x43],
  gt: [0x5e, 0x44],
  le: [0x5f, 0x45],
  ge: [0x60, 0x46],
} as const;
export type FloatOp = keyof typeof floatOps;

/** The body of a WebAssembly function. Addresses are bytes; loops run a number of times known here, at least once. */
export class Code {
  readonly locals: WasmType[] = [];
  #written = new Uint8Array(512);
  #length = 0;

  constructor(readonly parameters: number) {}

  get bytes(): Uint8Array {
    return this.#written.subarray(0, this.#length);
  }

  raw(...bytes: readonly number[]): this {
    if (this.#length + bytes.length > this.#written.length) {
      const larger = new Uint8Array(2 * (this.#length + bytes.length));
      larger.set(this.#written);
      this.#written = larger;
    }
    for (let i = 0; i < bytes.length; i++) this.#written[this.#length++] = bytes[i] as number;
    return this;
  }

  local(type: WasmType = WasmType.i32): Local {
    this.locals.push(type);
    return { index: this.parameters + this.locals.length - 1, type };
  }

  parameter(index: number, type: WasmType = WasmType.i32): Local {
    return { index, type };
  }

  get(local: Local): this {
    return this.raw(0x20, ...unsigned(local.index));
  }

  set(local: Local): this {
    return this.raw(0x21, ...unsigned(local.index));
  }

  tee(local: Local): this {
    return this.raw(0x22, ...unsigned(local.index));
  }

  int(value: number): this {
    return this.raw(0x41, ...signed(value | 0));
  }

  float(value: number): this {
    return this.raw(0x43, ...floatBytes(value));
  }

  /** Four times the same number. */
  floats(value: number): this {
    const one = floatBytes(value);
    return this.simd(12).raw(...one, ...one, ...one, ...one);
  }

  simd(op: number): this {
    return this.raw(0xfd, ...unsigned(op));
  }

  addInt(): this {
    return this.raw(0x6a);
  }

  mulInt(): this {
    return this.raw(0x6c);
  }

  /** The number on the stack plus a constant. */
  plus(value: number): this {
    return value === 0 ? this : this.int(value).addInt();
  }

  /** `local += value`. */
  advance(local: Local, value: number): this {
    return value === 0 ? this : this.get(local).int(value).addInt().set(local);
  }

  loadFloat(offset = 0): this {
    return this.raw(0x2a, 2, ...unsigned(offset));
  }

  storeFloat(offset = 0): this {
    return this.raw(0x38, 2, ...unsigned(offset));
  }

  loadInt(offset = 0): this {
    return this.raw(0x28, 2, ...unsigned(offset));
  }

  storeInt(offset = 0): this {
    return this.raw(0x36, 2, ...unsigned(offset));
  }

  /** Four numbers. */
  load(offset = 0): this {
    return this.simd(0).raw(2, ...unsigned(offset));
  }

  store(offset = 0): this {
    return this.simd(11).raw(2, ...unsigned(offset));
  }

  /** One number, four times. */
  loadSplat(offset = 0): this {
    return this.simd(9).raw(2, ...unsigned(offset));
  }

  splat(): this {
    return this.simd(0x13);
  }

  floatOp(op: FloatOp, four: boolean): this {
    const [one, vector] = floatOps[op];
    return four ? this.simd(vector) : this.raw(one);
  }

  /** `body(i)` for `i` = 0, `step`, … below `end`. */
  loop(end: number, step: number, body: (i: Local) => void): this {
    const i = this.local();
    this.int(0).set(i);
    return this.repeat(i, end, step, () => body(i));
  }

  /** The body while `counter`, which has its first value, is below `end`, at least once; `counter += step` after each. */
  repeat(counter: Local, end: number, step: number, body: () => void): this {
    this.raw(0x03, 0x40);
    body();
    this.get(counter).int(step).addInt().tee(counter).int(end);
    return this.raw(0x49, 0x0d, 0, 0x0b);
  }

  /** The body while `counter` is below the number in `end`. */
  until(counter: Local, end: Local, body: () => void): this {
    this.raw(0x02, 0x40).get(counter).get(end).raw(0x4f, 0x0d, 0).raw(0x03, 0x40);
    body();
    this.get(counter).int(1).addInt().tee(counter).get(end);
    return this.raw(0x49, 0x0d, 0, 0x0b, 0x0b);
  }

  /** The body, where the truth value on the stack holds. */
  where(body: () => void): this {
    this.raw(0x04, 0x40);
    body();
    return this.raw(0x0b);
  }

  call(index: number): this {
    return this.raw(0x10, ...unsigned(index));
  }
}
