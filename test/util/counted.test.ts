import { describe, expect, it } from "vitest";
import { counted, countedOf, unitOf } from "../../lib/util/counted";

describe("counted", () => {
  it("tells one from many, and none counts as many", () => {
    expect([0, 1, 2].map((number) => counted(number, "job"))).toEqual(["0 jobs", "1 job", "2 jobs"]);
    expect(counted(1, "class", "classes")).toBe("1 class");
    expect(counted(3, "class", "classes")).toBe("3 classes");
    expect(countedOf(1, 1, "job")).toBe("1 of 1 job");
    expect(countedOf(1, 3, "job")).toBe("1 of 3 jobs");
  });

  it.each([
    ["steps", "step"],
    ["batches", "batch"],
    ["images", "image"],
    ["MB", "MB"],
    ["teacher", "teacher"],
  ])("knows one of %s", (unit, one) => {
    expect(unitOf(1, unit)).toBe(one);
    expect(unitOf(2, unit)).toBe(unit);
  });
});
