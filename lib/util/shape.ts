import { BarsError, RecordError } from "./errors";
import { showValue } from "./showValue";

/**
 * What a value of unknown origin (parsed JSON) must look like to be a `T`. Plain data that says so field by field: a
 * field of `T` that is missing here does not compile, nor does a checker of a wider or narrower type.
 */
export interface Shape<T> {
  /**
   * @param at where the value is: file and field.
   * @throws RecordError that names it, what was expected and what came.
   */
  readonly check: (value: unknown, at: string) => void;
  /** Never there: it makes `Shape` neither co- nor contravariant. */
  readonly of?: (value: T) => T;
}

/** A field that may be absent. */
export interface OptionalShape<T> {
  readonly optional: Shape<T>;
}

/** A shape for every field: {@link optional} for those that may be absent, and for no others. */
export type FieldShapes<T> = {
  readonly [K in keyof T]-?: Record<never, never> extends Pick<T, K>
    ? OptionalShape<Exclude<T[K], undefined>>
    : Shape<T[K]>;
};

/** An object with known fields and no others. */
export interface ObjectShape<T> extends Shape<T> {
  readonly fields: FieldShapes<T>;
}

/** What to do about a file that is not as it was written. */
export const damagedRemedy =
  "The file is damaged or was changed by hand: take a copy of it, or make it anew.";

/** The error of a field of another form. */
export function misshapen(at: string, expected: string, got: unknown): RecordError {
  return new RecordError(`${at} must be ${expected}, got ${showValue(got)}. ${damagedRemedy}`);
}

/** A value that passes a test. */
export function valueThat<T>(ok: (value: unknown) => boolean, expected: string): Shape<T> {
  return {
    check(value, at) {
      if (!ok(value)) throw misshapen(at, expected, value);
    },
  };
}

export const text = valueThat<string>((value) => typeof value === "string", "text");
export const truth = valueThat<boolean>((value) => typeof value === "boolean", "true or false");
export const anything = valueThat<unknown>((value) => value !== undefined, "a value");

/** A finite number in a range, its ends included. */
export function numberIn(least = -Infinity, most = Infinity): Shape<number> {
  const range =
    most < Infinity ? ` in [${least}, ${most}]` : least > -Infinity ? ` of at least ${least}` : "";
  return valueThat((value) => isNumber(value) && value >= least && value <= most, `a finite number${range}`);
}
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

export const finite = numberIn();
/** Sizes, costs, seconds, losses: at least 0. */
export const amount = numberIn(0);
/** A share, its bounds included. */
export const share = numberIn(0, 1);

/** A whole number of at least `least`. */
export function wholeFrom(least: number): Shape<number> {
  return valueThat(
    (value) => Number.isSafeInteger(value) && (value as number) >= least,
    `a whole number of at least ${least}`,
  );
}
/** Counted things, and places counted from 0. */
export const count = wholeFrom(0);

export function oneOf<const T extends string | number>(names: readonly T[]): Shape<T> {
  const known = names.map((name) => JSON.stringify(name)).join(", ");
  return valueThat((value) => names.includes(value as T), names.length === 1 ? known : `one of ${known}`);
}

/** 64 hexadecimal digits. */
export const sha256Text = valueThat<string>(
  (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value),
  "64 hexadecimal digits (SHA-256)",
);

export const timeText = valueThat<string>(
  (value) =>
    typeof value === "string" &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value) &&
    !Number.isNaN(Date.parse(value)),
  "a time such as 2026-01-02T03:04:05.000Z",
);

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return {
    check(value, at) {
      if (value !== null) shape.check(value, at);
    },
  };
}

export function optional<T>(shape: Shape<T>): OptionalShape<T> {
  return { optional: shape };
}

/** @param length how many, where that is known. */
export function listOf<T>(shape: Shape<T>, length?: number): Shape<readonly T[]> {
  const expected = length === undefined ? "a list" : `a list of ${length}`;
  return {
    check(value, at) {
      if (!Array.isArray(value)) throw misshapen(at, expected, value);
      if (length !== undefined && value.length !== length)
        throw new RecordError(`${at} must be ${expected}, got one of ${value.length}. ${damagedRemedy}`);
      // By index: a list in memory may have gaps.
      for (let i = 0; i < value.length; i++) shape.check(value[i], `${at}[${i}]`);
    },
  };
}

/** Two values of one kind, e.g. the ends of an interval. */
export function pairOf<T>(shape: Shape<T>): Shape<readonly [T, T]> {
  return listOf(shape, 2) as Shape<unknown> as Shape<readonly [T, T]>;
}

/** An object whose keys are free. */
export function mapOf<T>(shape: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return {
    check(value, at) {
      for (const [key, part] of Object.entries(plainObject(value, at))) shape.check(part, child(at, key));
    },
  };
}

export function objectOf<T extends object>(fields: FieldShapes<T>): ObjectShape<T> {
  const own = Object.entries(fields) as [string, Shape<unknown> | OptionalShape<unknown>][];
  const known = own.map(([key]) => key);
  return {
    fields,
    check(value, at) {
      const given = plainObject(value, at);
      for (const [key, shape] of own) {
        const part = Object.hasOwn(given, key) ? given[key] : undefined;
        if (!("optional" in shape)) shape.check(part, child(at, key));
        else if (part !== undefined) shape.optional.check(part, child(at, key));
      }
      const extra = Object.keys(given).find((key) => !known.includes(key));
      if (extra !== undefined) {
        const place = at.endsWith(": ") ? at : `${at}: `;
        throw new RecordError(
          `${place}unknown field ${showValue(extra)}. Known fields: ${known.join(", ")}. ${damagedRemedy}`,
        );
      }
    },
  };
}

/** One of several shapes, told apart by the field `kind`. */
export function kindOf<T extends { readonly kind: string }>(
  shapes: {
    readonly [K in T["kind"]]: Shape<Extract<T, { readonly kind: K }>>;
  },
): Shape<T> {
  const kinds = oneOf(Object.keys(shapes));
  return {
    check(value, at) {
      const { kind } = plainObject(value, at);
      kinds.check(kind, child(at, "kind"));
      (shapes[kind as T["kind"]] as Shape<unknown>).check(value, at);
    },
  };
}

/**
 * What a function of the library accepts: a config, a genotype. Its own error, which names the field, becomes a
 * RecordError.
 */
export function acceptedBy<T>(accept: (value: never, place: string) => unknown): Shape<T> {
  return {
    check(value, at) {
      plainObject(value, at);
      try {
        accept(value as never, at);
      } catch (cause) {
        if (!(cause instanceof BarsError)) throw cause;
        throw new RecordError(`${cause.message} ${damagedRemedy}`, { cause });
      }
    },
  };
}

/** The same, and every setting must be there: one that is filled in would say another thing than was done. */
export function acceptedWhole<T extends object>(accept: (value: never, place: string) => T): Shape<T> {
  const accepted = acceptedBy<T>(accept);
  return {
    check(value, at) {
      accepted.check(value, at);
      const lost = firstLacking(accept(value as never, at), value);
      if (lost !== null) throw misshapen(child(at, lost), "given", undefined);
    },
  };
}

/** Path of the first field that `whole` has and `given` has not; null where there is none. */
function firstLacking(whole: object, given: unknown): string | null {
  for (const [key, part] of Object.entries(whole)) {
    if (!Object.hasOwn(given as object, key)) return key;
    if (typeof part !== "object" || part === null || Array.isArray(part)) continue;
    const inner = firstLacking(part, (given as Record<string, unknown>)[key]);
    if (inner !== null) return `${key}.${inner}`;
  }
  return null;
}

/** `record.json: ` and `epochs` → `record.json: epochs`; `record.json: epochs[0]` and `alphas` → `….alphas`. */
function child(at: string, key: string): string {
  return at.endsWith(": ") ? at + key : `${at}.${key}`;
}

function plainObject(value: unknown, at: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  const got = Array.isArray(value) ? "a list" : showValue(value);
  if (!at.endsWith(": ")) throw new RecordError(`${at} must be an object, got ${got}. ${damagedRemedy}`);
  throw new RecordError(`${at}expected an object, got ${got}. ${damagedRemedy}`);
}
