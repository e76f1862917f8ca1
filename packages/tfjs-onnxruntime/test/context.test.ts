import { describe, expect, it } from "vitest";
import { areApart, Computed, Contexts } from "../src/stages/context";
import { ArrayMemory } from "../src/stages/expression";

const [first, second, late] = [0, 1, 2].map((id) => new ArrayMemory(id, 3, id === 2 ? 5 : 0, false)) as [
  ArrayMemory,
  ArrayMemory,
  ArrayMemory,
];
const contexts = new Contexts();
const at = (list: ArrayMemory, entry: number, isZero = false) => ({ list, entry, isZero });

describe("contexts", () => {
  it("are one where their conditions are the same, in whatever order", () => {
    const [a, b] = [at(first, 1), at(second, 0)];
    expect(contexts.of([a, b])).toBe(contexts.and(contexts.of([b]), a));
    expect(contexts.and(contexts.of([a]), a)).toBe(contexts.of([a]));
    expect(contexts.of([at(first, 1, true)])).not.toBe(contexts.of([a]));
  });

  it("have the conditions that are known before a stage", () => {
    const context = contexts.of([at(first, 0), at(late, 1)]);
    expect(contexts.before(context, 4)).toBe(contexts.of([at(first, 0)]));
    expect(contexts.before(context, 5)).toBe(context);
  });

  it("give what was computed in them to those within, and to no others", () => {
    const computed = new Computed<string, number>();
    const outer = contexts.of([at(first, 0)]);
    computed.set("x", outer, 1);
    expect(computed.get("x", contexts.and(outer, at(second, 2)))).toBe(1);
    expect(computed.get("x", contexts.of([at(second, 2)]))).toBeUndefined();
    expect(computed.get("x", contexts.always)).toBeUndefined();
  });

  it("are apart by two entries of a list where exactly one of its entries is not 0, and there alone", () => {
    const [one, other] = [[at(first, 0)], [at(first, 1)]];
    const everywhere = new Map([[first, [contexts.always]]]);
    expect(areApart(one, other, everywhere)).toBe(true);
    expect(areApart(one, one, everywhere)).toBe(false);
    expect(areApart(one, [at(first, 1, true)], everywhere)).toBe(false);
    expect(areApart(one, other, new Map())).toBe(false);
    const within = new Map([[first, [contexts.of([at(second, 2)])]]]);
    expect(areApart(one, other, within)).toBe(false);
    expect(areApart([...one, at(second, 2)], other, within)).toBe(false);
    expect(areApart([...one, at(second, 2)], [...other, at(second, 2)], within)).toBe(true);
  });
});
