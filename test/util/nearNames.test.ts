import { describe, expect, it } from "vitest";
import { editDistance, likelyNames, nearNames } from "../../lib/util/nearNames";

describe("nearNames", () => {
  it("counts the letters to change", () => {
    expect(editDistance("kitten", "sitting")).toBe(3);
    expect(editDistance("", "abc")).toBe(3);
    expect(editDistance("same", "same")).toBe(0);
    expect(editDistance("cots", "cost")).toBe(1);
  });

  it("puts names that hold the wanted one first, then the nearest", () => {
    const known = ["argmax", "top_k", "top_k_none", "skip_cap", "sample"];
    expect(nearNames("top", known, 2)).toEqual(["top_k", "top_k_none"]);
    expect(nearNames("Topk", known, 1)).toEqual(["top_k"]);
    expect(nearNames("smaple", known, 1)).toEqual(["sample"]);
  });

  it.each([
    { name: "cots.budget", near: ["cost.budget"] },
    { name: "budget", near: ["cost.budget"] },
    { name: "sede", near: ["seed"] },
    { name: "sed", near: ["seed"] },
    { name: "nope", near: [] },
    { name: "s", near: [] },
    { name: "", near: [] },
  ])("likely ones are near, or there are none: $name", ({ name, near }) => {
    expect(likelyNames(name, ["cost.budget", "seed", "epochs", "space.steps", "data.crop"])).toEqual(near);
  });
});
