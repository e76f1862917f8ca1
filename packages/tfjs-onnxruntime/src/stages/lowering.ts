import { Computed, type Context, Contexts, type Entry, includes } from "./context";
import {
  ArrayMemory,
  type Domain,
  type Expression,
  Expressions,
  ImageMemory,
  onlyLoads,
  type View,
  wholeView,
} from "./expression";
import type { Part } from "./readParts";
import { Sequence } from "./schedule";

/** What a call's result is: an image of each element of the batch, a list, or the same number throughout. */
export type Value =
  | { readonly kind: "image"; readonly value: Expression; readonly extents: Domain }
  | Padded
  | { readonly kind: "array"; readonly array: ArrayMemory; readonly shape: readonly number[] }
  | { readonly kind: "number"; readonly value: number; readonly shape: readonly number[] };

/** An image with a border of one number. */
export interface Padded {
  readonly kind: "padded";
  readonly value: Expression;
  readonly inner: Domain;
  readonly border: Border;
}

export interface Border {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
  /** A number, or a list of one. */
  readonly fill: Expression;
}

/** A plan has something that stages do not compute; another way must. */
export class Unsupported extends Error {}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Images with more of them, or of this size, are kept rather than computed again. */
const mostSources = 3;
const mostOperations = 10;
/** Images that are added up at once. */
const mostTerms = 6;

/**
 * Sorts what a plan computes into stages. Stage `k` goes over the images once and computes for each what depends on no sum over others but
 * those of stages before; what belongs to no image is computed before the first stage that can have it.
 */
export class Lowering {
  readonly expressions = new Expressions();
  readonly contexts = new Contexts();
  /** Where what is lowered now is computed. */
  context: Context = this.contexts.always;
  readonly stages: Sequence[] = [];
  readonly globals: Sequence[] = [];
  readonly images: ImageMemory[] = [];
  readonly arrays: ArrayMemory[] = [];
  /** Lists repeated along axes, by list and extents. */
  readonly expansions = new Computed<string, ArrayMemory>();
  /** Kernels as native code reads them, by what they are made for and the kernel. */
  readonly prepared = new Computed<string, ArrayMemory>();
  /** Signs of images, by view and stage. */
  readonly packed = new Computed<string, ImageMemory>();
  /** Where exactly one gate of a list is not 0. */
  readonly exclusive = new Map<ArrayMemory, Context[]>();
  /** Sums that begin at 0 in a stage. */
  readonly zeroed = new Map<number, { readonly array: ArrayMemory; readonly context: Context }[]>();
  /** Parts of images that are read, when all is lowered. */
  read: ReadonlyMap<ImageMemory, Part> = new Map();
  /** What a stage has in memory: by expression, extents and border. */
  readonly #held = new Computed<string, View>();
  /** Lists that are images, by list and extents. */
  readonly #listed = new Map<string, Expression>();
  /** What is read from memory instead, by {@link placed}. */
  readonly #stored = new Computed<string, Expression>();

  /**
   * @param batch images of a step.
   * @param threads that share them: thread `t` has those from {@link firstImage}`(t)` on.
   */
  constructor(
    readonly batch: number,
    readonly threads: number,
  ) {}

  firstImage(thread: number): number {
    return Math.floor((thread * this.batch) / this.threads);
  }

  stage(k: number): Sequence {
    return this.#sequence(this.stages, k);
  }

  global(k: number): Sequence {
    return this.#sequence(this.globals, k);
  }

  #sequence(list: Sequence[], k: number): Sequence {
    while (list.length <= k) {
      const level = list.length;
      list.push(new Sequence(() => this.contextAt(level)));
    }
    return list[k] as Sequence;
  }

  /** Where what is lowered now is computed in a stage, by the conditions that are known then. */
  contextAt(level: number): Context {
    return this.contexts.before(this.context, level);
  }

  image(extents: Domain, stage: number): ImageMemory {
    const memory = new ImageMemory(this.images.length, extents, stage);
    this.images.push(memory);
    return memory;
  }

  /** A list that has a number for each of all images, as images. */
  imagesOf(list: ArrayMemory, extents: Domain): Expression {
    const key = `${list.id} ${extents.rows} ${extents.columns}`;
    const known = this.#listed.get(key);
    if (known) return known;
    const memory = new ImageMemory(this.images.length, extents, list.level, list);
    memory.readers.add(list.level);
    this.images.push(memory);
    const made = this.expressions.load(wholeView(memory));
    this.#listed.set(key, made);
    return made;
  }

  /** A list that is there before stage `level`. */
  array(length: number, level: number): ArrayMemory {
    return this.#array(length, level, false);
  }

  /** A list of each thread, there in and after stage `level`. */
  ownArray(length: number, level: number, zeroed: boolean): ArrayMemory {
    const array = this.#array(length, level, true);
    if (zeroed) {
      const all = this.zeroed.get(level) ?? [];
      all.push({ array, context: this.contextAt(level) });
      this.zeroed.set(level, all);
    }
    return array;
  }

  #array(length: number, level: number, own: boolean): ArrayMemory {
    const array = new ArrayMemory(this.arrays.length, length, level, own);
    this.arrays.push(array);
    return array;
  }

  /** Notes that a stage reads what the expression reads. */
  reads(value: Expression, stage: number): void {
    for (const memory of value.sources) if (memory.stage !== stage) memory.readers.add(stage);
  }

  /** Writes an expression of images to part of an image. */
  store(value: Expression, target: View, stage: number): void {
    this.reads(value, stage);
    if (target.memory.stage !== stage) throw new Error("stages: an image is written in two stages.");
    const write = (one: Expression, context: Context) =>
      this.stage(stage).root(target.extents, { kind: "image", value: one, target }, context);
    this.#writeSum(value, stage, () => this.expressions.load(target), write);
  }

  /**
   * Writes a value. Of a sum with terms under conditions, those are added one after the other, each only where its conditions hold, rather
   * than read in any case.
   */
  #writeSum(
    value: Expression,
    level: number,
    written: () => Expression,
    write: (value: Expression, context: Context) => void,
  ): void {
    const { expressions: e } = this;
    const context = this.contextAt(level);
    const { rest, under } = conditionalTerms(value, context, this.contexts);
    if (under.size === 0) {
      write(value, context);
      return;
    }
    const sum = (terms: readonly Expression[], first: Expression) =>
      terms.reduce((all, term) => e.make("add", all, term), first);
    // Where there is nothing else, the first term takes the place of zeros.
    const [first] = under.keys();
    const [own, ...more] = (first as Context).conditions.filter((one) => !includes(context, one));
    const begins = rest.length === 0 && more.length === 0;
    const otherwise = begins ? this.contexts.and(context, { ...(own as Entry), isZero: true }) : context;
    write(sum(rest, e.number(0)), otherwise);
    for (const [where, terms] of under)
      write(sum(terms, begins && where === first ? e.number(0) : written()), where);
  }

  /** Of several values, of which only the conditions of one hold, that one: images in memory. */
  chosenImage(values: readonly Expression[], conditions: readonly Entry[], extents: Domain): Expression {
    const level = Math.max(
      ...values.map((value) => value.level),
      ...conditions.map(({ list }) => list.level),
    );
    const target = wholeView(this.image(extents, level));
    values.forEach((value, i) => {
      this.reads(value, level);
      const where = this.contexts.and(this.contextAt(level), conditions[i] as Entry);
      this.stage(level).root(extents, { kind: "image", value, target }, where);
    });
    return this.expressions.load(target);
  }

  /** The same of lists of one length. */
  chosenList(values: readonly Expression[], conditions: readonly Entry[], length: number): ArrayMemory {
    const level = Math.max(
      ...values.map((value) => value.level),
      ...conditions.map(({ list }) => list.level),
    );
    const target = this.array(length, level);
    const domain = { rows: 1, columns: 1, channels: length };
    values.forEach((value, i) => {
      const where = this.contexts.and(this.contextAt(level), conditions[i] as Entry);
      this.global(level).root(domain, { kind: "array", value, target }, where);
    });
    return target;
  }

  /** The same value, from memory if it would cost more to compute it again than to read it. */
  kept(value: Expression, extents: Domain): Expression {
    if (value.sources.size <= 1 && value.size <= mostOperations) return value;
    return this.stored(value, extents);
  }

  /** As {@link kept}, for a value that is used once: from memory where it grew too large. */
  bounded(value: Expression, extents: Domain): Expression {
    // A sum of which a part may be wanted: what computes its terms then need not compute more.
    const most = onlyLoads(value) ? mostTerms : mostSources;
    return value.sources.size <= most && value.size <= 2 * mostOperations
      ? value
      : this.stored(value, extents);
  }

  /** The value, in memory. */
  stored(value: Expression, extents: Domain): Expression {
    if (value.op === "load") return value;
    const key = placed(value, extents);
    const known = this.#stored.get(key, this.context);
    if (known) return known;
    const view = this.held(value, extents, value.level);
    const load = this.expressions.load(view);
    this.#stored.set(key, this.context, load);
    return load;
  }

  /** Where an expression lies in memory in a stage; written there now if it does not. A border of zeros or of its fill around it. */
  held(value: Expression, extents: Domain, stage: number, border?: Border): View {
    const known = this.#stored.get(placed(value, extents), this.context) ?? value;
    if (known.op === "load" && !border) {
      this.reads(known, stage);
      return known.view as View;
    }
    const { top = 0, left = 0, bottom = 0, right = 0, fill } = border ?? {};
    const key = `${placed(known, extents)} ${stage}`;
    const bordered = `${key} ${[top, left, bottom, right, fill?.id].join()}`;
    const found = this.#held.get(border ? bordered : key, this.context);
    if (found) return found;
    const whole = {
      rows: extents.rows + top + bottom,
      columns: extents.columns + left + right,
      channels: extents.channels,
    };
    const memory = this.image(whole, stage);
    const all = wholeView(memory);
    const inner = { ...all, origin: top * all.rowStep + left * all.pixelStep, extents };
    if (border) this.#fillBorder(all, border, stage);
    this.store(known, inner, stage);
    if (!this.#held.get(key, this.context)) this.#held.set(key, this.context, inner);
    if (border) this.#held.set(bordered, this.context, all);
    return border ? all : inner;
  }

  /** Roots over the border's four sides. */
  #fillBorder(all: View, { top, left, bottom, right, fill }: Border, stage: number): void {
    const { rows, columns, channels } = all.extents;
    const middle = rows - top - bottom;
    const side = (row: number, column: number, extents: Omit<Domain, "channels">) => {
      if (extents.rows === 0 || extents.columns === 0) return;
      const origin = row * all.rowStep + column * all.pixelStep;
      this.store(fill, { ...all, origin, extents: { ...extents, channels } }, stage);
    };
    side(0, 0, { rows: top, columns });
    side(rows - bottom, 0, { rows: bottom, columns });
    side(top, 0, { rows: middle, columns: left });
    side(top, columns - right, { rows: middle, columns: right });
  }

  /** A sum over all pixels of all images, for each channel; there before the stage after. */
  sum(value: Expression, extents: Domain): ArrayMemory {
    return this.sumAt(value, extents, value.level);
  }

  /** The same in a stage in which, or after which, it can be computed. */
  sumAt(value: Expression, extents: Domain, level: number): ArrayMemory {
    const target = this.ownArray(extents.channels, level, true);
    this.reads(value, level);
    this.stage(level).root(extents, { kind: "sum", value, target, adds: true });
    return this.joined(target, level);
  }

  /** What the threads' own sums of a stage are together. */
  joined(own: ArrayMemory, stage: number): ArrayMemory {
    const { expressions: e } = this;
    const each = Array.from({ length: this.threads }, (_, thread) => e.of(own, "array", thread));
    const total = each.reduce((sum, one) => e.make("add", sum, one));
    const whole = this.array(own.length, stage + 1);
    this.listed(total, whole, { rows: 1, columns: 1, channels: own.length });
    return whole;
  }

  /** Writes an expression of lists. */
  listed(value: Expression, target: ArrayMemory, domain: Domain): void {
    const { level } = target;
    const write = (one: Expression, context: Context) =>
      this.global(level).root(domain, { kind: "array", value: one, target }, context);
    this.#writeSum(value, level, () => this.expressions.of(target, "array"), write);
  }

  /** The list of an expression of lists of one length. */
  list(value: Expression, length: number, level = value.level): ArrayMemory {
    const target = this.array(length, level);
    this.listed(value, target, { rows: 1, columns: 1, channels: length });
    return target;
  }
}

/** An expression over an image: one of numbers and lists alone has no extents of its own. */
const placed = ({ id }: Expression, { rows, columns, channels }: Domain): string =>
  `${id} ${[rows, columns, channels].join()}`;

/** Terms of a sum that are computed in any case, and those that are zeros but where some entries are not 0. */
function conditionalTerms(
  value: Expression,
  context: Context,
  contexts: Contexts,
): { rest: Expression[]; under: Map<Context, Expression[]> } {
  const rest: Expression[] = [];
  const under = new Map<Context, Expression[]>();
  const visit = (one: Expression, where: Context): void => {
    const condition = conditionOf(one);
    if (condition) visit(one.args[0] as Expression, contexts.and(where, condition));
    else if (one.op === "add") for (const term of one.args) visit(term, where);
    else if (where === context) rest.push(one);
    else under.set(where, [...(under.get(where) ?? []), one]);
  };
  visit(value, context);
  return { rest, under };
}

/** The entry that is not 0 where a value is not zeros. */
function conditionOf({ op, args }: Expression): Entry | undefined {
  const [test] = args.slice(1);
  if (op !== "keep" || test?.op !== "ne") return undefined;
  const [entry, zero] = test.args;
  if (entry?.op !== "scalar" || zero?.value !== 0) return undefined;
  return { list: entry.array as ArrayMemory, entry: entry.entry as number };
}
