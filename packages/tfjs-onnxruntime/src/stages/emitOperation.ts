import { type Code, type FloatOp, WasmType } from "./code";
import { emitExp, emitTanh } from "./emitFunction";
import type { Expression, Op } from "./expression";

const comparisons: ReadonlySet<Op> = new Set(["eq", "ne", "lt", "gt", "le", "ge"]);
const binary: ReadonlySet<Op> = new Set(["add", "sub", "mul", "div", "min", "max", ...comparisons]);

/** Type of a value: of four numbers, of one, or of whether a comparison holds. */
export function typeOf({ op }: Expression, four: boolean): WasmType {
  if (four) return WasmType.v128;
  return comparisons.has(op) ? WasmType.i32 : WasmType.f32;
}

/** Pushes what an operation gives, of four numbers or of one; `push` does so with what it takes. */
export function emitOperation(
  code: Code,
  { op, args, value }: Expression,
  four: boolean,
  push: (one: Expression) => void,
): void {
  const number = (entry: number) => (four ? code.floats(entry) : code.float(entry));
  if (op === "number") {
    number(value as number);
    return;
  }
  const [a, b] = args as [Expression, Expression];
  if (op === "sign") {
    number(-1);
    number(1);
    push(a);
    number(0).floatOp("lt", four);
    if (four) code.simd(0x52);
    else code.raw(0x1b);
  } else if (op === "relu") {
    if (four) {
      push(a);
      number(0).simd(0xeb);
    } else {
      const x = code.local(WasmType.f32);
      push(a);
      code.set(x).float(0).get(x).get(x).float(0).floatOp("lt", false).raw(0x1b);
    }
  } else if (op === "exp" || op === "tanh") {
    push(a);
    (op === "exp" ? emitExp : emitTanh)(code, four);
  } else if (op === "bit") {
    push(a);
    if (four) number(1).simd(0x4e);
    else code.raw(0xb2);
  } else if (op === "keep") {
    push(a);
    if (four) {
      push(b);
      code.simd(0x4e);
    } else {
      code.float(0);
      push(b);
      code.raw(0x1b);
    }
  } else {
    push(a);
    if (binary.has(op)) push(b);
    code.floatOp(op as FloatOp, four);
  }
}
