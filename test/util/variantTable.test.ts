import { describe, expect, it } from "vitest";
import { complete, section, variantOf } from "../../lib/config/section";
import { type Variant, VariantTable } from "../../lib/util/variantTable";

interface Pool extends Variant {
  readonly size: number;
}
const table = () =>
  new VariantTable<Pool, "avg" | "max">("pooling", "definePooling", {
    avg: { name: "avg", size: 2 },
    max: { name: "max", size: 3 },
  });

describe("a table of variants", () => {
  it("gives the library's own and the user's by name, the user's after", () => {
    const pools = table();
    pools.define({ name: "wide", size: 9 });
    expect(pools.names).toEqual(["avg", "max", "wide"]);
    expect(pools.get("wide").size).toBe(9);
    expect([pools.versionOf("avg"), pools.versionOf("wide"), pools.versionOf("none")]).toEqual([
      null,
      1,
      null,
    ]);
    pools.define({ name: "wide", size: 10, version: 2 });
    expect([pools.get("wide").size, pools.versionOf("wide")]).toEqual([10, 2]);
    pools.forget("wide");
    expect(pools.has("wide")).toBe(false);
  });

  it("refuses names of the library, names that are none, and versions that are none", () => {
    const pools = table();
    expect(() => pools.define({ name: "avg", size: 1 })).toThrow(
      'definePooling: "avg" is a pooling of the library; choose another name.',
    );
    expect(() => pools.define({ name: "a b", size: 1 })).toThrow(
      'definePooling: name must be letters, digits, _ and - after a first letter, got "a b".',
    );
    expect(() => pools.define({ name: "own", size: 1, version: 1.5 })).toThrow(
      'definePooling: version of "own" must be an integer from 1, got 1.5.',
    );
  });

  it("says of an unknown name what is near and what to define", () => {
    expect(() => table().get("avgg", "spaceConfig")).toThrow(
      'spaceConfig: no pooling is called "avgg". Names near it: "avg"; ' +
        'one of your own must be defined first (definePooling({ name: "avgg", ... })).',
    );
    expect(table().has("toString")).toBe(false);
    expect(() => table().get("toString")).toThrow("no pooling is called");
  });

  it("is a kind of setting whose names are those of the moment", () => {
    const pools = table();
    const settings = section({ meaning: "m" }, { pool: variantOf(pools, { default: "avg", meaning: "m" }) });
    expect(() => complete("here", settings, { pool: "own" })).toThrow(
      'here: pool must be one of "avg", "max", or a pooling of your own (definePooling), got "own".',
    );
    pools.define({ name: "own", size: 1 });
    expect(complete("here", settings, { pool: "own" })).toEqual({ pool: "own" });
    expect(settings.fields.pool.range).toBe("avg, max, own");
    expect(() => complete("here", settings, { pool: 3 as never })).toThrow(
      'here: pool must be one of "avg", "max", "own", or a pooling of your own (definePooling), got 3.',
    );
  });
});
