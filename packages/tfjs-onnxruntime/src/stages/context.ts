import type { Code } from "./code";
import type { ArrayMemory } from "./expression";

/** An entry of a list. */
export interface Entry {
  readonly list: ArrayMemory;
  readonly entry: number;
}

/** An entry that is not 0, or that is. */
export interface Condition extends Entry {
  readonly isZero?: boolean;
}

/** Where something is computed: where all of some conditions hold. */
export interface Context {
  readonly conditions: readonly Condition[];
}

/** Makes contexts; equal ones are one. */
export class Contexts {
  readonly #known = new Map<string, Context>();
  readonly always = this.of([]);

  of(conditions: readonly Condition[]): Context {
    const sorted = [...conditions].sort((a, b) => a.list.id - b.list.id || a.entry - b.entry);
    const key = sorted.map(({ list, entry, isZero }) => `${isZero ? "!" : ""}${list.id}.${entry}`).join();
    const known = this.#known.get(key);
    if (known) return known;
    const made = { conditions: sorted };
    this.#known.set(key, made);
    return made;
  }

  /** The context and one condition more. */
  and(context: Context, condition: Condition): Context {
    return includes(context, condition) ? context : this.of([...context.conditions, condition]);
  }

  /** The conditions that are known before a stage. */
  before(context: Context, level: number): Context {
    return context.conditions.every(({ list }) => list.level <= level)
      ? context
      : this.of(context.conditions.filter(({ list }) => list.level <= level));
  }
}

export function includes({ conditions }: Context, { list, entry, isZero = false }: Condition): boolean {
  return conditions.some(
    (one) => one.list === list && one.entry === entry && (one.isZero ?? false) === isZero,
  );
}

/** Conditions that are among both. */
export function common(some: readonly Condition[], others: readonly Condition[]): readonly Condition[] {
  return some === others ? some : some.filter((condition) => includes({ conditions: others }, condition));
}

/** Where exactly one entry of a list is not 0, by list. */
export type Exclusive = ReadonlyMap<ArrayMemory, readonly Context[]>;

/** Whether two contexts are never at one time, as they ask for different entries of a list of which exactly one is not 0 where both are. */
export function areApart(
  some: readonly Condition[],
  others: readonly Condition[],
  exclusive: Exclusive,
): boolean {
  return some.some(
    ({ list, entry, isZero }) =>
      !isZero &&
      others.some((other) => other.list === list && other.entry !== entry && !other.isZero) &&
      exclusive
        .get(list)
        ?.some((where) => [some, others].every((conditions) => isWithin({ conditions }, where))),
  );
}

/** Whether everything in the inner context is also in the outer one. */
function isWithin(inner: Context, outer: Context): boolean {
  return inner === outer || outer.conditions.every((condition) => includes(inner, condition));
}

/** What was computed for a key, and where: it serves there and in contexts within. */
export class Computed<K, V> {
  readonly #found = new Map<K, { readonly context: Context; readonly value: V }[]>();

  get(key: K, context: Context): V | undefined {
    return this.#found.get(key)?.find((one) => isWithin(context, one.context))?.value;
  }

  set(key: K, context: Context, value: V): void {
    const list = this.#found.get(key);
    if (list) list.push({ context, value });
    else this.#found.set(key, [{ context, value }]);
  }
}

/** The body where the context is. */
export function writeWhere(code: Code, { conditions }: Context, body: () => void): void {
  if (conditions.length === 0) {
    body();
    return;
  }
  conditions.forEach(({ list, entry, isZero }, i) => {
    code
      .int(list.address)
      .loadFloat(entry * 4)
      .float(0)
      .floatOp(isZero ? "eq" : "ne", false);
    // Of two truth values both.
    if (i > 0) code.raw(0x71);
  });
  code.where(body);
}
