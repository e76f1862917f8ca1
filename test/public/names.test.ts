import { describe, expect, it } from "vitest";
import * as bars from "../../lib";
import formerNames from "./formerNames.json";
import { publicNames, publicNamespaces } from "./publicNames";

const names = publicNames();
const valueAt = (place: string): unknown =>
  place.split(".").reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], bars);

describe("the public face", () => {
  it("has at most 57 names at the top, namespaces apart", () => {
    const top = names.filter(({ place }) => !place.includes("."));
    expect(top.length).toBeGreaterThan(30);
    expect(top.length, top.map(({ name }) => name).join(" ")).toBeLessThanOrEqual(57);
    expect(publicNamespaces().length).toBeLessThanOrEqual(17);
  });

  it("is what the sources say: every value is there, and no other", () => {
    const said = names.filter(({ typeOnly }) => !typeOnly).map(({ place }) => place);
    // "default" is added by the loader of the tests.
    const exported = Object.entries(bars).filter(([name]) => name !== "default");
    const there = exported.flatMap(([name, value]) =>
      publicNamespaces().includes(name)
        ? Object.keys(value as object).map((inner) => `${name}.${inner}`)
        : [name],
    );
    expect(there.sort()).toEqual(said.sort());
  });

  it("has one place for one name", () => {
    const seen = new Map<string, string[]>();
    for (const { name, place } of names) seen.set(name, [...(seen.get(name) ?? []), place]);
    expect([...seen.values()].filter((places) => places.length > 1)).toEqual([]);
  });

  it("reaches every name that was exported before there were namespaces, where formerNames.json says", () => {
    const places = new Map(names.map((name) => [name.place, name]));
    const lost = Object.entries(formerNames).filter(([name, place]) => places.get(place)?.name !== name);
    expect(lost).toEqual([]);
    expect(Object.keys(formerNames)).toHaveLength(344);
    const values = Object.values(formerNames).filter((place) => !places.get(place)?.typeOnly);
    expect(values.filter((place) => valueAt(place) === undefined)).toEqual([]);
  });

  it("documents every value", () => {
    const bare = names.filter(({ typeOnly, doc }) => !typeOnly && doc === "");
    expect(bare.map(({ place, file }) => `${place} (lib/${file})`)).toEqual([]);
  });
});
