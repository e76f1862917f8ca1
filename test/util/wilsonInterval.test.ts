import { expect, it } from "vitest";
import { wilsonInterval } from "../../lib/util/wilsonInterval";

it("gives the two shares whose own normal interval ends at the observed one", () => {
  for (const [correct, count] of [
    [90, 100],
    [8612, 10_000],
    [1, 7],
  ] as const) {
    for (const bound of wilsonInterval(correct, count)) {
      const deviation = Math.sqrt((bound * (1 - bound)) / count);
      expect(Math.abs(correct / count - bound) / deviation).toBeCloseTo(1.959964, 5);
    }
  }
});

it("stays inside [0, 1] and is not empty at its ends", () => {
  expect(wilsonInterval(0, 20)[0]).toBe(0);
  // z² / (n + z²)
  expect(wilsonInterval(0, 20)[1]).toBeCloseTo(3.841459 / 23.841459, 6);
  expect(wilsonInterval(20, 20)[1]).toBe(1);
});

it("refuses impossible counts", () => {
  expect(() => wilsonInterval(5, 4)).toThrow(
    "wilsonInterval: expected whole numbers 0 <= correct <= count, count >= 1, got 5 of 4.",
  );
});
