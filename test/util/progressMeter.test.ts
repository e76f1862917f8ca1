import { describe, expect, it } from "vitest";
import { barText, clockText, progressMeter, rateText } from "../../lib/util/progressMeter";

describe("progressMeter", () => {
  it("knows neither rate nor end before anything is done", () => {
    const meter = progressMeter(10, () => 0);
    expect([meter.rate(), meter.remainingSeconds(), meter.done]).toEqual([0, undefined, 0]);
  });

  it("follows the last 20 seconds, not the whole past", () => {
    let at = 0;
    const meter = progressMeter(1000, () => at);
    for (let second = 1; second <= 40; second++) {
      at = second * 1000;
      meter.update(second <= 10 ? 10 * second : 100 + (second - 10));
    }
    expect(meter.rate()).toBeCloseTo(1, 6);
    expect(meter.remainingSeconds()).toBeCloseTo(1000 - 130, 6);
    expect(meter.elapsedSeconds()).toBe(40);
  });

  it("does not count what was done before a resumed piece of work began", () => {
    let at = 0;
    const meter = progressMeter(100, () => at);
    meter.update(60);
    at = 10_000;
    meter.update(70);
    expect(meter.rate()).toBeCloseTo(1, 6);
    expect(meter.remainingSeconds()).toBeCloseTo(30, 6);
  });
});

describe("texts of progress", () => {
  it.each([
    [undefined, "–"],
    [Number.POSITIVE_INFINITY, "–"],
    [0, "0:00"],
    [75.4, "1:15"],
    [3725, "1:02:05"],
    [59.7, "1:00"],
  ])("writes %s seconds as %s", (seconds, text) => {
    expect(clockText(seconds)).toBe(text);
  });

  it.each([
    [0, "0"],
    [0.01234, "0.0123"],
    [12.34, "12.3"],
    [40, "40"],
    [100, "100"],
    [1234.5, "1235"],
  ])("writes a rate of %s as %s", (rate, text) => {
    expect(rateText(rate)).toBe(text);
  });

  it("fills a bar in proportion and never past its ends", () => {
    expect([barText(0, 4), barText(0.5, 4), barText(7, 4), barText(-1, 4)]).toEqual([
      "░░░░",
      "██░░",
      "████",
      "░░░░",
    ]);
  });
});
