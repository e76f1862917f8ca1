import { describe, expect, it } from "vitest";
import { ConfigError, RecordError } from "../../lib/util/errors";
import {
  acceptedBy,
  acceptedWhole,
  anything,
  count,
  finite,
  kindOf,
  listOf,
  mapOf,
  nullable,
  numberIn,
  objectOf,
  oneOf,
  optional,
  pairOf,
  type Shape,
  sha256Text,
  share,
  text,
  timeText,
  truth,
  wholeFrom,
} from "../../lib/util/shape";

type AnyShape = Pick<Shape<unknown>, "check">;

interface Thing {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly note?: string;
  readonly inner: { readonly share: number } | null;
}
const thing = objectOf<Thing>({
  name: text,
  sizes: listOf(count),
  note: optional(text),
  inner: nullable(objectOf<{ readonly share: number }>({ share })),
});
const good: Thing = { name: "a", sizes: [1], inner: { share: 0.5 } };
const remedy = "The file is damaged or was changed by hand: take a copy of it, or make it anew.";
const complaint = (shape: AnyShape, value: unknown): string => {
  try {
    shape.check(value, "x.json: ");
  } catch (error) {
    expect(error).toBeInstanceOf(RecordError);
    return (error as Error).message;
  }
  return "";
};

// What does not compile: a field left out, one that may not be absent, a wider or narrower type.
const { sizes, ...withoutSizes } = thing.fields;
// @ts-expect-error
objectOf<Thing>(withoutSizes);
// @ts-expect-error
objectOf<Thing>({ ...thing.fields, sizes: optional(listOf(count)) });
// @ts-expect-error
objectOf<Thing>({ ...thing.fields, inner: objectOf<{ readonly share: number }>({ share }) });
// @ts-expect-error
objectOf<Thing>({ ...thing.fields, name: nullable(text) });
objectOf<Thing>({ ...withoutSizes, sizes });

describe("a shape", () => {
  it("takes a value of its type, with or without what may be absent", () => {
    for (const value of [good, { ...good, note: "n" }, { ...good, inner: null }])
      expect(complaint(thing, value)).toBe("");
  });

  it.each<[string, unknown, string]>([
    ["another type", { ...good, name: 5 }, "x.json: name must be text, got 5."],
    ["an absent field", { name: "a", inner: null }, "x.json: sizes must be a list, got nothing."],
    [
      "a deeper field",
      { ...good, inner: { share: 2 } },
      "x.json: inner.share must be a finite number in [0, 1], got 2.",
    ],
    [
      "an entry of a list",
      { ...good, sizes: [1, -1] },
      "x.json: sizes[1] must be a whole number of at least 0, got -1.",
    ],
    [
      "a list with a gap",
      { ...good, sizes: Array(1) },
      "x.json: sizes[0] must be a whole number of at least 0, got nothing.",
    ],
    ["null", { ...good, inner: undefined }, "x.json: inner must be an object, got nothing."],
    ["an inherited field", Object.create(good), "x.json: name must be text, got nothing."],
    [
      "an unknown field",
      { ...good, toString: 1 },
      'x.json: unknown field "toString". Known fields: name, sizes, note, inner.',
    ],
    [
      "an unknown inner field",
      { ...good, inner: { share: 0, x: 1 } },
      'x.json: inner: unknown field "x". Known fields: share.',
    ],
    ["no object", [good], "x.json: expected an object, got a list."],
  ])("refuses %s, and names file and field", (_what, value, message) => {
    expect(complaint(thing, value)).toBe(`${message} ${remedy}`);
  });

  it.each<[AnyShape, unknown, unknown, string]>([
    [finite, -1, Number.NaN, "a finite number, got NaN"],
    [numberIn(0), 0, -1, "a finite number of at least 0, got -1"],
    [wholeFrom(1), 1, 0.5, "a whole number of at least 1, got 0.5"],
    [truth, true, "true", 'true or false, got "true"'],
    [oneOf(["a", "b"]), "a", "toString", 'one of "a", "b", got "toString"'],
    [oneOf([1]), 1, "1", '1, got "1"'],
    [sha256Text, "ab".repeat(32), "AB".repeat(32), "64 hexadecimal digits (SHA-256), got"],
    [
      timeText,
      "2026-01-02T03:04:05.000Z",
      "2026-13-02T03:04:05Z",
      "a time such as 2026-01-02T03:04:05.000Z, got",
    ],
    [pairOf(share), [0, 1], [0], "a list of 2, got one of 1."],
    [anything, null, undefined, "a value, got nothing"],
  ])("of kind %# takes its own and refuses others", (shape, own, other, message) => {
    expect(complaint(shape, own)).toBe("");
    expect(complaint(shape, other)).toContain(message);
  });

  it("of a free map checks every value", () => {
    expect(complaint(mapOf(count), { a: 1, toString: 2 })).toBe("");
    expect(complaint(mapOf(count), { a: "1" })).toContain(
      'x.json: a must be a whole number of at least 0, got "1".',
    );
  });

  it("of several kinds is told by the kind", () => {
    type Kinds = { readonly kind: "a"; readonly size: number } | { readonly kind: "b" };
    const kinds = kindOf<Kinds>({
      a: objectOf<Extract<Kinds, { kind: "a" }>>({ kind: oneOf(["a"]), size: count }),
      b: objectOf<Extract<Kinds, { kind: "b" }>>({ kind: oneOf(["b"]) }),
    });
    expect(complaint(kinds, { kind: "a", size: 1 })).toBe("");
    expect(complaint(kinds, { kind: "b", size: 1 })).toContain('x.json: unknown field "size".');
    expect(complaint(kinds, { kind: "toString" })).toContain(
      'x.json: kind must be one of "a", "b", got "toString".',
    );
  });

  it("of what a function accepts gives that function's error as its own, and may ask for the whole", () => {
    const accept = (value: { a?: number }, place: string) => {
      if (value.a === 0) throw new ConfigError(`${place}: a must not be 0, got 0.`);
      return { a: 1, ...value };
    };
    expect(complaint(acceptedBy(accept), { a: 0 })).toContain("a must not be 0, got 0. The file is damaged");
    expect(complaint(acceptedBy(accept), {})).toBe("");
    expect(complaint(acceptedWhole(accept), {})).toContain("a must be given, got nothing.");
    expect(complaint(acceptedWhole(accept), { a: 2 })).toBe("");
  });
});
