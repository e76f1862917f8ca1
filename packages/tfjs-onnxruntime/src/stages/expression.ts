import type { FloatOp } from "./code";

/** Extents of an image, or of a list as rows of its last axis. */
export interface Domain {
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
}

export const sizeOfDomain = ({ rows, columns, channels }: Domain): number => rows * columns * channels;

/** Where one image lies, pixel by pixel, border included. Until {@link place} it has no address. */
export class ImageMemory {
  /** Stages that read it, beside its own. */
  readonly readers = new Set<number>();
  /** Byte of the first image, or of the only one in the thread's own memory. */
  address = -1;

  constructor(
    readonly id: number,
    /** Of one image. */
    readonly extents: Domain,
    /** In which it is written; −1 for a batch, which is there before. */
    readonly stage: number,
    /** The list whose memory it is, one image behind the other. */
    readonly list?: ArrayMemory,
  ) {}

  /** Whether all images are kept, because other stages read them; else one at a time. */
  get whole(): boolean {
    return this.readers.size > 0;
  }

  /** Of one image. */
  get bytes(): number {
    const { rows, columns, channels } = this.extents;
    return rows * columns * channels * 4;
  }
}

/** Part of an image: numbers between its start and its first one, between its pixels and between its rows. */
export interface View {
  readonly memory: ImageMemory;
  readonly origin: number;
  readonly pixelStep: number;
  readonly rowStep: number;
  readonly extents: Domain;
}

/** Numbers that belong to no image: kernels, statistics, classes. */
export class ArrayMemory {
  /** Byte of its first entry; in the thread's own memory where {@link own}. */
  address = -1;
  /** Bytes from one thread's memory to the next one's. */
  threadStep = 0;

  constructor(
    readonly id: number,
    readonly length: number,
    /** The stage before which it is there. */
    readonly level: number,
    /** Whether each thread has one of its own. */
    readonly own: boolean,
  ) {}
}

export type Op =
  | FloatOp
  /** Of an image, at the pixel and channel; {@link Expression.view}. */
  | "load"
  /** Of a list, at the same place as the result. */
  | "array"
  /** Entry of a list at the channel. */
  | "channel"
  /** Entry of a list at the image and the channel. */
  | "imageChannel"
  /** The {@link Expression.entry} of a list. */
  | "scalar"
  | "number"
  /** How many images of the thread came before this one, plus one. */
  | "count"
  /** −1 below 0, else +1. */
  | "sign"
  | "relu"
  | "exp"
  | "tanh"
  /** 1 where a comparison holds, else 0. */
  | "bit"
  /** The first where the comparison, the second, holds, else 0. */
  | "keep";

/** Of as many operations as so many sums. */
const costs: Readonly<Partial<Record<Op, number>>> = { exp: 12, tanh: 24 };

export interface Expression {
  readonly id: number;
  readonly op: Op;
  readonly args: readonly Expression[];
  /** First stage in which it can be computed. */
  readonly level: number;
  /** Images it reads. */
  readonly sources: ReadonlySet<ImageMemory>;
  /** Number of operations in it. */
  readonly size: number;
  /** Whether it is the same at all pixels, and so computed once for all. */
  readonly steady: boolean;
  readonly view?: View;
  readonly array?: ArrayMemory;
  /** Whose own list it is, counted from the thread that reads it. */
  readonly thread?: number;
  /** From which on it is read. */
  readonly entry?: number;
  readonly value?: number;
}

/** Makes expressions; equal ones are one. */
export class Expressions {
  readonly #known = new Map<string, Expression>();

  #make(
    key: string,
    op: Op,
    args: readonly Expression[],
    level: number,
    payload: Partial<Expression> = {},
  ): Expression {
    const whole = `${op}:${key}:${args.map(({ id }) => id).join()}`;
    const known = this.#known.get(whole);
    if (known) return known;
    const sources = payload.view ? new Set([payload.view.memory]) : allSources(args);
    const made = {
      id: this.#known.size,
      op,
      args,
      level: args.reduce((most, arg) => Math.max(most, arg.level), level),
      sources,
      size: args.reduce((sum, arg) => sum + arg.size, args.length > 0 ? (costs[op] ?? 1) : 0),
      steady: op !== "load" && op !== "array" && args.every(({ steady }) => steady),
      ...payload,
    };
    this.#known.set(whole, made);
    return made;
  }

  load(view: View): Expression {
    const { memory, origin, pixelStep, rowStep, extents } = view;
    const { rows, columns, channels } = extents;
    const key = [memory.id, origin, pixelStep, rowStep, rows, columns, channels].join();
    return this.#make(key, "load", [], Math.max(0, memory.stage), { view });
  }

  of(array: ArrayMemory, op: "array" | "channel" | "imageChannel", thread = 0): Expression {
    return this.#list(op, array, thread, 0);
  }

  /** An entry of a list. */
  scalar(array: ArrayMemory, entry = 0): Expression {
    return this.#list("scalar", array, 0, entry);
  }

  #list(op: Op, array: ArrayMemory, thread: number, entry: number): Expression {
    return this.#make(`${array.id}.${thread}.${entry}`, op, [], array.level, { array, thread, entry });
  }

  number(value: number): Expression {
    return this.#make(Object.is(value, -0) ? "-0" : String(value), "number", [], 0, { value });
  }

  count(): Expression {
    return this.#make("", "count", [], 0);
  }

  /** The same value of images in other places. */
  moved(value: Expression, move: (view: View) => View): Expression {
    if (value.view) return this.load(move(value.view));
    return value.args.length === 0
      ? value
      : this.make(value.op, ...value.args.map((arg) => this.moved(arg, move)));
  }

  make(op: Op, ...args: readonly Expression[]): Expression {
    const [a, b] = args;
    // What adds nothing is left out.
    if ((op === "add" || op === "sub") && b?.value === 0) return a as Expression;
    if (op === "add" && a?.value === 0) return b as Expression;
    if ((op === "mul" || op === "div") && b?.value === 1) return a as Expression;
    if (op === "mul" && a?.value === 1) return b as Expression;
    if (op === "keep" && a?.value === 0) return a;
    return (a && b && this.#affine(op, a, b)) ?? this.#make("", op, args, 0);
  }

  /**
   * A value that steady ones scale one after the other, or what is left of a mean that they scale and move, as `x · a + b`, whose factors
   * are computed once for all pixels. A mean is subtracted before: where all is alike nothing must be left.
   */
  #affine(op: Op, a: Expression, b: Expression): Expression | undefined {
    if (a.steady && !b.steady && (op === "mul" || op === "add")) return this.make(op, b, a);
    if (a.steady || !b.steady) return undefined;
    const [x, y] = a.args as [Expression, Expression];
    if (op === "mul" && isScaled(a)) return this.make("mul", x, this.make("mul", y, b));
    if (a.op !== "add" || !y.steady || !isScaled(x) || x.args[0]?.op !== "sub") return undefined;
    if (op === "mul") return this.make("add", this.make("mul", x, b), this.make("mul", y, b));
    return op === "add" || op === "sub" ? this.make("add", x, this.make(op, y, b)) : undefined;
  }
}

const noSources: ReadonlySet<ImageMemory> = new Set();

/** What any of them reads; the same set as one's where that has all. */
function allSources(args: readonly Expression[]): ReadonlySet<ImageMemory> {
  let all = noSources;
  let isOwn = false;
  for (const { sources } of args) {
    if (sources === all || sources.size === 0) continue;
    if (all.size === 0) {
      all = sources;
      continue;
    }
    for (const memory of sources) {
      if (all.has(memory)) continue;
      if (!isOwn) all = new Set(all);
      isOwn = true;
      (all as Set<ImageMemory>).add(memory);
    }
  }
  return all;
}

function isScaled({ op, args }: Expression): boolean {
  return op === "mul" && args[0]?.steady === false && args[1]?.steady === true;
}

/** Whether a value is of signs alone, each channel's of one size. */
export function isSigns({ op, args: [first, second] }: Expression): boolean {
  return op === "sign" || (op === "mul" && isSigns(first as Expression) && (second as Expression).steady);
}

/** Whether a value is nothing but images, and sums of them. */
export function onlyLoads({ op, args }: Expression): boolean {
  return op === "load" || (op === "add" && args.every(onlyLoads));
}

/** All of an image's memory. */
export function wholeView(memory: ImageMemory): View {
  const { extents } = memory;
  const { columns, channels } = extents;
  return { memory, origin: 0, pixelStep: channels, rowStep: columns * channels, extents };
}
