import { describe, expect, it } from "vitest";
import { canonicalJson, hashJson } from "../../lib/util/canonicalJson";

describe("canonicalJson", () => {
  it("does not depend on the order keys were added in, at any depth", () => {
    expect(canonicalJson({ b: [{ y: 1, x: 2 }], a: null })).toBe('{"a":null,"b":[{"x":2,"y":1}]}');
    expect(hashJson({ a: 1, b: { c: 2, d: 3 } })).toBe(hashJson({ b: { d: 3, c: 2 }, a: 1 }));
  });

  it("keeps the order of lists, and tells values of different types apart", () => {
    expect(hashJson([1, 2])).not.toBe(hashJson([2, 1]));
    expect(hashJson({ a: 1 })).not.toBe(hashJson({ a: "1" }));
  });

  it("leaves out undefined fields and refuses numbers JSON cannot hold", () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
    expect(() => canonicalJson({ a: [Number.NaN] })).toThrow(
      "canonicalJson: expected a finite number, got NaN.",
    );
  });

  it("hashes with SHA-256", () => {
    // printf '{}' | sha256sum
    expect(hashJson({})).toBe("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
  });
});
