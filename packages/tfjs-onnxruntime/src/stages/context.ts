import type { Code } from "./code";
import type { ArrayMemory } from "./expression";

/** An entry of a list. */
export interface Entry {
  readonly list: ArrayMemory;
  readonly entry: number;
}

/** Where something is computed: where none of some entries is 0. */
export interface Context {
  readonly conditions: readonly Entry[];
}

/** Makes contexts; equal ones are one. */
export class Contexts {
  readonly #known = new Map<string, Context>();
  readonly always = this.of([]);

  of(conditions: readonly Entry[]): Context {
    const sorted = [...conditions].sort((a, b) => a.list.id - b.list.id || a.entry - b.entry);
    const key = sorted.map(({ list, entry }) => `${list.id}.${entry}`).join();
    const known = this.#known.get(key);
    if (known) return known;
    const made = { conditions: sorted };
    this.#known.set(key, made);
    return made;
  }

  /** The context and one condition more. */
  and(context: Context, condition: Entry): Context {
    return includes(context, condition) ? context : this.of([...context.conditions, condition]);
  }

  /** The conditions that are known before a stage. */
  before(context: Context, level: number): Context {
    return context.conditions.every(({ list }) => list.level <= level)
      ? context
      : this.of(context.conditions.filter(({ list }) => list.level <= level));
  }
}

export function includes({ conditions }: Context, { list, entry }: Entry): boolean {
  return conditions.some((one) => one.list === list && one.entry === entry);
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
  conditions.forEach(({ list, entry }, i) => {
    code
      .int(list.address)
      .loadFloat(entry * 4)
      .float(0)
      .floatOp("ne", false);
    // Of two truth values both.
    if (i > 0) code.raw(0x71);
  });
  code.where(body);
}
