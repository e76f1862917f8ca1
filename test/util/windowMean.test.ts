import { describe, expect, it } from "vitest";
import { windowMean } from "../../lib/util/windowMean";

describe("windowMean", () => {
  it("is undefined before anything is known, and the mean of what is known while that is shorter than the window", () => {
    const mean = windowMean(4);
    expect(mean.value()).toBeUndefined();
    mean.add(0, 1, 3);
    expect(mean.value()).toBe(3);
    mean.add(1, 3, 6);
    expect(mean.value()).toBe((3 + 2 * 6) / 3);
  });

  it("forgets what the window has left behind, and counts a piece that reaches into it by that part", () => {
    const mean = windowMean(2);
    mean.add(0, 2, 10);
    mean.add(2, 3, 4);
    expect(mean.value()).toBe((10 + 4) / 2);
    mean.add(3, 5, 1);
    expect(mean.value()).toBe(1);
  });

  it("replaces what was said of later places when the course goes back, pieces in their middle included", () => {
    const mean = windowMean(3);
    mean.add(0, 2, 2);
    mean.add(2, 3, 100);
    mean.add(1, 2, 5);
    expect(mean.value()).toBe((2 + 5) / 2);
  });
});
