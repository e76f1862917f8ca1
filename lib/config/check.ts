import { ConfigError } from "../util/errors";

/** A copy of a config type whose every field, at every depth, may be left out. Arrays and unions stay whole. */
export type Overrides<T> = {
  readonly [K in keyof T]?: OverridesOf<Exclude<T[K], undefined>>;
};
type OverridesOf<V> = [V] extends [readonly unknown[] | string | number | boolean | null]
  ? V
  : IsPlainSection<V> extends true
    ? Overrides<V>
    : V;

/** Unions of shapes (schedules, for one) are replaced whole, never merged field by field. */
type IsPlainSection<T> = [T] extends [object] ? (IsUnion<T> extends true ? false : true) : false;
type IsUnion<T, U = T> = T extends unknown ? ([U] extends [T] ? false : true) : never;

/** Bounds of a number: `min` and `max` belong to it, `above` and `below` do not. */
export interface Range {
  readonly min?: number;
  readonly above?: number;
  readonly max?: number;
  readonly below?: number;
}

/** Throws a ConfigError that names place, key, what was expected and what came, unless `ok` holds. */
export function check(place: string, key: string, ok: boolean, expected: string, got: unknown): void {
  if (!ok) throw new ConfigError(`${place}: ${key} must be ${expected}, got ${shown(got)}.`);
}

/** A value of any type as text for an error, at most 200 letters. */
export function shown(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "function") return "a function";
  if (typeof value === "bigint" || typeof value === "symbol") return `a ${typeof value} (${String(value)})`;
  try {
    const text = String(JSON.stringify(value));
    return text.length > 200 ? `${text.slice(0, 200)}…` : text;
  } catch {
    return "an object that JSON cannot hold";
  }
}

/** Whether a value of any origin is an object of named fields: no array, no null, no map or date. */
export function isSection(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === "[object Object]";
}

/** The value under a key of the object's own; undefined for one that is only inherited, such as "toString". */
export function ownValue(given: object, key: string): unknown {
  return Object.hasOwn(given, key) ? (given as Record<string, unknown>)[key] : undefined;
}

/** @throws ConfigError for the first key of `given` that `known` does not have itself, naming the known ones. */
export function rejectUnknownKeys(place: string, known: object, given: object): void {
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(known, key)) {
      throw new ConfigError(`${place}: unknown key "${key}". Known keys: ${Object.keys(known).join(", ")}.`);
    }
  }
}

/** Freezes a plain value at every depth and returns it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}

/** Whether a number lies within the bounds. */
export function isWithin(value: number, { min, above, max, below }: Range): boolean {
  return (
    (min === undefined || value >= min) &&
    (above === undefined || value > above) &&
    (max === undefined || value <= max) &&
    (below === undefined || value < below)
  );
}

/** Bounds in words: "of at least 1", "above 0", "in [0, 1)"; "" without any. */
export function rangeText({ min, above, max, below }: Range): string {
  const low = min ?? above;
  const high = max ?? below;
  if (low !== undefined && high !== undefined)
    return `in ${above === undefined ? "[" : "("}${low}, ${high}${below === undefined ? "]" : ")"}`;
  if (low !== undefined) return above === undefined ? `of at least ${low}` : `above ${low}`;
  if (high !== undefined) return below === undefined ? `of at most ${high}` : `below ${high}`;
  return "";
}

/** The checks that all settings are made of. Each throws a ConfigError that names the key, and else does nothing. */
export const must = {
  beInteger(place: string, key: string, value: unknown, min: number, max = Number.MAX_SAFE_INTEGER): void {
    const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
    const ok = Number.isSafeInteger(value) && isWithin(value as number, { min, max });
    check(place, key, ok, `an integer ${range}`, value);
  },
  beNumber(place: string, key: string, value: unknown, range: Range = {}): void {
    const ok = typeof value === "number" && Number.isFinite(value) && isWithin(value, range);
    check(place, key, ok, `a finite number ${rangeText(range)}`.trimEnd(), value);
  },
  beBoolean(place: string, key: string, value: unknown): void {
    check(place, key, typeof value === "boolean", "true or false", value);
  },
  beText(place: string, key: string, value: unknown): void {
    check(place, key, typeof value === "string" && value !== "", "a text of at least one letter", value);
  },
  beOneOf(place: string, key: string, value: unknown, names: readonly (string | number)[]): void {
    check(place, key, names.includes(value as string), `one of ${names.map(shown).join(", ")}`, value);
  },
  beSection(place: string, value: unknown): Record<string, unknown> {
    if (!isSection(value)) throw new ConfigError(`${place}: expected an object, got ${shown(value)}.`);
    return value;
  },
};
