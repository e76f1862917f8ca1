import { describe, expect, it } from "vitest";
import {
  checkSchedule,
  checkScheduleFits,
  type Schedule,
  scheduleValue,
  suitedSchedule,
} from "../../lib/config/schedule";

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

  it("warms up linearly to the first value of the schedule that follows, which then begins", () => {
    const after = { kind: "linear", from: 1, to: 0 } as const;
    expect(values({ kind: "warmup", epochs: 2, from: 0.5, after }, 5)).toEqual([0.5, 0.75, 1, 0.5, 0]);
    expect(scheduleValue({ kind: "warmup", epochs: 2, from: 0, after: 4 }, 1.5, 5)).toBe(3);
  });

  it("does not run past its end where a step lies after the last whole epoch", () => {
    expect(scheduleValue({ kind: "linear", from: 1, to: 0.5 }, 4.9, 5)).toBe(0.5);
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
    [
      { kind: "warmup", epochs: 2, from: 0, after: { kind: "warmup", epochs: 1, from: 0, after: 1 } },
      "x: t.after must be a number or a schedule of another kind than warmup, got",
    ],
    [
      { kind: "warmup", epochs: 0, from: 0, after: 1 },
      "x: t.epochs must be an integer of at least 1, got 0.",
    ],
    [{ kind: "warmup", epochs: 1, from: 0, after: {} }, "x: t.after must be a number or a schedule of kind"],
    [
      {
        kind: "steps",
        at: [
          [0, 1],
          [5, 0.1],
          [3, 0.01],
        ],
      },
      "x: t.at[2][0] must be a later epoch than 5 before it (steps ascend), got 3.",
    ],
    [
      {
        kind: "steps",
        at: [
          [2, 1],
          [2, 0.1],
        ],
      },
      "x: t.at[1][0] must be a later epoch than 2 before it (steps ascend), got 2.",
    ],
    [{ kind: "steps", at: [[-1, 1]] }, "x: t.at[0][0] must be a finite number of at least 0, got -1."],
    [{ kind: "steps", at: [[0, "1"]] }, 'x: t.at[0][1] must be a finite number, got "1".'],
    [{ kind: "steps", at: [[0]] }, "x: t.at[0] must be a pair [epoch, value], got [0]."],
    [{ kind: "linear", from: "1", to: 0 }, 'x: t.from must be a finite number, got "1".'],
    [{ kind: "cosine", from: 1, to: Infinity }, "x: t.to must be a finite number, got Infinity."],
    [
      { kind: "toString" },
      'x: t must be a number or a schedule of kind linear, cosine, exponential, log_linear, steps, warmup, or of one of your own (defineSchedule), got {"kind":"toString"}.',
    ],
    [{ kind: "steps", at: [] }, "x: t.at must be a list of [epoch, value] pairs, got []."],
    [{ kind: "log_linear", from: 0, to: 1 }, "x: t.from must be a finite number above 0, got 0."],
    [
      "fast",
      'x: t must be a number or a schedule of kind linear, cosine, exponential, log_linear, steps, warmup, or of one of your own (defineSchedule), got "fast".',
    ],
  ])("refuses %j", (schedule, message) => {
    expect(() => checkSchedule("x", "t", schedule)).toThrow(message);
  });
});

describe("checkScheduleFits", () => {
  const fits = (schedule: Schedule, epochs: number, levels = {}) =>
    checkScheduleFits("x", "t", schedule, levels, { epochs, run: "the run" });
  const warmup = (epochs: number) => ({ kind: "warmup", epochs, from: 0, after: 1 }) as const;

  it("refuses a warm-up longer than the run", () => {
    expect(() => fits(warmup(6), 5)).toThrow("x: t.epochs must be at most 5, the epochs of the run, got 6.");
    expect(() => fits(warmup(5), 5)).not.toThrow();
  });

  it("refuses growth out of bounds, or out of all numbers, before the end", () => {
    const growing = { kind: "exponential", from: 0.1, factor: 2, min: 0 } as const;
    expect(() => fits(growing, 4, { max: 0.95 })).not.toThrow();
    expect(() => fits(growing, 5, { max: 0.95 })).toThrow(
      'x: t must be a schedule that stays finite and of at most 0.95 over the 5 epochs of the run, got {"kind":"exponential","from":0.1,"factor":2,"min":0}.',
    );
    expect(() => fits({ ...growing, factor: 1e200 }, 5)).toThrow("that stays finite over the 5 epochs");
  });
});

describe("suitedSchedule", () => {
  const growing = { kind: "exponential", from: 0.1, factor: 2, min: 0 } as const;

  it("leaves a schedule that suits the epochs, and stays at the end of the others' run", () => {
    const of = (epochs: number) => suitedSchedule(growing, { max: 0.95 }, { epochs, madeFor: 3 });
    expect(of(4)).toBe(growing);
    expect(of(5)).toBeCloseTo(0.4, 12);
    expect(suitedSchedule(0.3, {}, { epochs: 1, madeFor: 3 })).toBe(0.3);
    const warmup = { kind: "warmup", epochs: 2, from: 0, after: 1 } as const;
    expect(suitedSchedule(warmup, {}, { epochs: 1, madeFor: 3 })).toBe(1);
  });
});
