import { type Code, WasmType } from "./code";

/** Writes operations on the numbers on the stack, of four or of one. */
class Writer {
  constructor(
    readonly code: Code,
    readonly four: boolean,
  ) {}

  local = () => this.code.local(this.four ? WasmType.v128 : WasmType.f32);
  /** Of whole numbers. */
  wholeLocal = () => this.code.local(this.four ? WasmType.v128 : WasmType.i32);

  number(value: number): this {
    if (this.four) this.code.floats(value);
    else this.code.float(value);
    return this;
  }

  op(name: Parameters<Code["floatOp"]>[0]): this {
    this.code.floatOp(name, this.four);
    return this;
  }

  /** One instruction for four numbers, another one for one. */
  either(four: number, ...one: readonly number[]): this {
    if (this.four) this.code.simd(four);
    else this.code.raw(...one);
    return this;
  }

  whole(value: number): this {
    this.code.int(value);
    if (this.four) this.code.simd(0x11);
    return this;
  }

  /** `… (first x + second) x + … + last`, of the number that `x` pushes. */
  polynomial([first, ...others]: readonly number[], x: () => void): this {
    this.number(first as number);
    for (const one of others) {
      x();
      this.op("mul").number(one).op("add");
    }
    return this;
  }
}

/**
 * `e^x`, of the numbers on the stack, within two units of the last place: `2^n e^r` with `n` the whole number nearest to `x log₂ e`,
 * so that `|r| ≤ ln 2 / 2`. Infinite from 88.73 on, 0 below −104.
 *
 * Coefficients: Cephes, expf (S. L. Moshier, netlib).
 */
export function emitExp(code: Code, four: boolean): void {
  const w = new Writer(code, four);
  const [x, n] = [w.local(), w.local()];
  w.number(-104).op("max").number(89).op("min");
  code.tee(x);
  w.number(Math.LOG2E).op("mul").op("nearest");
  code.set(n);
  // Minus n ln 2, in two parts: the first one's product is exact.
  code.get(x).get(n);
  w.number(0.693359375).op("mul").op("sub");
  code.get(n);
  w.number(-2.1219444e-4).op("mul").op("sub");
  code.set(x);
  const r = () => code.get(x);
  w.polynomial(
    [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 0.16666665459, 0.50000001201],
    r,
  );
  code.get(x).get(x);
  w.op("mul").op("mul");
  code.get(x);
  w.op("add").number(1).op("add");
  // Times 2^n, by halves: it may be more, or less, than a number can be.
  const [exponent, half] = [w.wholeLocal(), w.wholeLocal()];
  code.get(n);
  w.either(0xf8, 0xfc, 0x00);
  code.tee(exponent).int(1);
  w.either(0xac, 0x75);
  code.set(half);
  const times = () => {
    w.whole(127).either(0xae, 0x6a);
    code.int(23);
    w.either(0xab, 0x74);
    if (!four) code.raw(0xbe);
    w.op("mul");
  };
  code.get(half);
  times();
  code.get(exponent).get(half);
  w.either(0xb1, 0x6b);
  times();
}

/**
 * `tanh x`, of the numbers on the stack: `1 − 2 / (e^2|x| + 1)` with the sign of `x`, and a polynomial where that would lose digits.
 *
 * Coefficients: Cephes, tanhf (S. L. Moshier, netlib).
 */
export function emitTanh(code: Code, four: boolean): void {
  const w = new Writer(code, four);
  const [x, square] = [w.local(), w.local()];
  code.tee(x).get(x);
  w.op("mul");
  code.set(square);
  const z = () => code.get(square);
  w.polynomial([-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 0.133314422036, -0.333332819422], z);
  code.get(square);
  w.op("mul");
  code.get(x);
  w.op("mul");
  code.get(x);
  w.op("add");
  w.number(1).number(2);
  code.get(x);
  w.op("abs").number(2).op("mul");
  emitExp(code, four);
  w.number(1).op("add").op("div").op("sub");
  code.get(x);
  // Of the size of the one, with the sign of the other.
  if (four) {
    w.number(-0);
    code.simd(0x4e).simd(0x50);
  } else code.raw(0x98);
  code.get(x);
  w.op("abs").number(0.625).op("lt");
  w.either(0x52, 0x1b);
}
