import { describe, expect, it } from "vitest";
import { checkSchedule, type Schedule, scheduleValue } from "../../lib/config/schedule";

const values = (schedule: Schedule, epochs = 5) =>
  Array.from({ length: epochs }, (_, e) => scheduleValue(schedule, e, epochs));

describe("scheduleValue", () => {
  it("follows its formula, for every kind", () => {
    expect(values(3)).toEqual([3, 3, 3, 3, 3]);
    expect(values({ kind: "linear", from: 1, to: 0 })).toEqual([1, 0.75, 0.5, 0.25, 0]);
    expect(values({ kind: "exponential", from: 8, factor: 0.5, min: 1.5 })).toEqual([8, 4, 2, 1.5, 1.5]);
    expect(
      values({
        kind: "steps",
        at: [
          [0, 1],
          [3, 0.1],
        ],
      }),
    ).toEqual([1, 1, 1, 0.1, 0.1]);
    values({ kind: "log_linear", from: 0.01, to: 100 }).forEach((v, e) =>
      expect(v).toBeCloseTo(10 ** (e - 2), 9),
    );
    const cosine = values({ kind: "cosine", from: 1, to: 0.1 });
    expect(cosine[0]).toBe(1);
    // 0.1 + 0.9 (1 + cos(2π/5)) / 2
    expect(cosine[2]).toBeCloseTo(0.68906, 4);
  });

  it("starts a linear schedule of a single epoch at its beginning", () => {
    expect(values({ kind: "linear", from: 1, to: 0 }, 1)).toEqual([1]);
  });
});

describe("checkSchedule", () => {
  it.each([
    [{ kind: "linear", from: 1 }, "x: t.to must be a finite number, got undefined."],
    [
      { kind: "linear", from: 1, to: 0, step: 1 },
      "x: t.step must be absent (a linear schedule has from, to), got 1.",
    ],
    [{ kind: "steps", at: [] }, "x: t.at must be a list of [epoch, value] pairs, got []."],
    [{ kind: "log_linear", from: 0, to: 1 }, "x: t.from must be above 0, got 0."],
    [
      "fast",
      'x: t must be a number or a schedule of kind linear, cosine, exponential, log_linear, steps, got "fast".',
    ],
  ])("refuses %j", (schedule, message) => {
    expect(() => checkSchedule("x", "t", schedule)).toThrow(message);
  });
});
