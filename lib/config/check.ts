import { ConfigError } from "../util/errors";

/** A copy of a config type whose every field, at every depth, may be left out. Arrays and unions stay whole. */
export type Overrides<T> = {
  readonly [K in keyof T]?: T[K] extends readonly unknown[] | string | number | boolean | null
    ? T[K]
    : IsPlainSection<T[K]> extends true
      ? Overrides<T[K]>
      : T[K];
};

/** Unions of shapes (schedules, for one) are replaced whole, never merged field by field. */
type IsPlainSection<T> = [T] extends [object] ? (IsUnion<T> extends true ? false : true) : false;
type IsUnion<T, U = T> = T extends unknown ? ([U] extends [T] ? false : true) : never;

/** Throws a ConfigError that names place, key, what was expected and what came, unless `ok` holds. */
export function check(place: string, key: string, ok: boolean, expected: string, got: unknown): void {
  if (!ok) throw new ConfigError(`${place}: ${key} must be ${expected}, got ${show(got)}.`);
}

function show(value: unknown): string {
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}

function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Lays `overrides` over `defaults`, section by section, and freezes the result at every depth.
 *
 * A field whose default is an object is a section and is merged; everything else (numbers, names, arrays,
 * and values of the fields listed in `whole`) is replaced.
 *
 * @throws ConfigError for a key the defaults do not have, naming the known ones, and for a section given as
 * something else than an object.
 */
export function completeConfig<T extends object>(
  place: string,
  defaults: T,
  overrides: Overrides<T> | undefined,
  whole: readonly string[] = [],
): T {
  const result: Record<string, unknown> = {};
  const given = (overrides ?? {}) as Record<string, unknown>;
  if (!isSection(given)) throw new ConfigError(`${place}: expected an object, got ${show(given)}.`);
  rejectUnknownKeys(place, defaults, given);
  for (const [key, standard] of Object.entries(defaults)) {
    const value = given[key];
    if (isSection(standard) && !whole.includes(key)) {
      result[key] = completeConfig(
        `${place}.${key}`,
        standard,
        value as Overrides<object> | undefined,
        whole,
      );
    } else {
      result[key] = value === undefined ? standard : value;
    }
  }
  return deepFreeze(result) as T;
}

/** @throws ConfigError for the first key of `given` that `defaults` does not have, naming the known ones. */
export function rejectUnknownKeys(place: string, defaults: object, given: object): void {
  for (const key of Object.keys(given)) {
    if (!(key in defaults)) {
      throw new ConfigError(
        `${place}: unknown key "${key}". Known keys: ${Object.keys(defaults).join(", ")}.`,
      );
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

/** The checks most fields need. Each returns nothing and throws a ConfigError that names the field. */
export const must = {
  beInteger(place: string, key: string, value: unknown, min: number, max = Number.MAX_SAFE_INTEGER): void {
    const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
    check(
      place,
      key,
      Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
      `an integer ${range}`,
      value,
    );
  },
  beNumber(place: string, key: string, value: unknown, min = -Infinity, max = Infinity): void {
    const ok = typeof value === "number" && Number.isFinite(value) && value >= min && value <= max;
    const range = min === -Infinity && max === Infinity ? "" : ` in [${min}, ${max}]`;
    check(place, key, ok, `a finite number${range}`, value);
  },
  beBoolean(place: string, key: string, value: unknown): void {
    check(place, key, typeof value === "boolean", "true or false", value);
  },
  beOneOf(place: string, key: string, value: unknown, names: readonly (string | number)[]): void {
    check(
      place,
      key,
      names.includes(value as string),
      `one of ${names.map((n) => JSON.stringify(n)).join(", ")}`,
      value,
    );
  },
};
